import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { isAbsolute, join, relative } from 'node:path'
import { liesIn } from '../../system/files.js'

/** Bytes of a trace that are read; a run that opens more files is told by its first. */
const TRACE_CAP = 512 * 1024 ** 2

/**
 * The command that writes down which files another one opens. Only these calls stop the run (seccomp), so
 * that it costs 26 microseconds an open file, measured, and nothing otherwise.
 */
export const traced = (trace: string, command: readonly string[]): [string, ...string[]] => [
  'strace',
  ...[
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-y',
    '-s',
    '4096',
    '-e',
    'signal=none',
    '-e',
    'trace=open,openat,openat2,creat',
  ],
  ...['-o', trace, '--', ...command],
]

/** `openat(AT_FDCWD</home/a>, "data/x.csv", O_RDONLY) = 3</home/a/data/x.csv>`: what was opened stands at the end. */
const OPENED = /^\d+ +(?:open|openat|openat2|creat)\(.*\b(O_RDONLY|O_RDWR)\b.*= \d+<(.*)>$/

/** The path of a line, if it was opened to be read. */
export function openedPath(line: string): string | undefined {
  const [, , path] = line.length > 16_384 ? [] : (OPENED.exec(line) ?? [])
  return path === undefined ? undefined : unescaped(path)
}

/** strace writes bytes that are not ASCII as octal numbers. */
const unescaped = (text: string): string =>
  text.includes('\\')
    ? Buffer.from(
        text.replace(/\\([0-7]{1,3}|.)/gs, (_, code: string) =>
          /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
        ),
        'latin1',
      ).toString()
    : text

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' }

/** Files below `root` that were opened to be read, relative to it, sorted. */
export async function openedBelow(root: string, trace: string): Promise<string[]> {
  const found = new Set<string>()
  const stream = createReadStream(trace, { encoding: 'utf8', end: TRACE_CAP })
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const path = openedPath(line)
    if (path !== undefined && isAbsolute(path) && liesIn(root, path)) found.add(relative(root, path))
  }
  return [...found].sort()
}

/** A place for the trace. */
export const tracePlace = (scratch: string): string => join(scratch, 'opened.strace')
