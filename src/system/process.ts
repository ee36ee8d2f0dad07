import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { ReprogateError } from './errors.js'

export interface RunOptions {
  cwd?: string | undefined
  /** The whole environment of the child; default: this process's own. */
  env?: NodeJS.ProcessEnv | undefined
  /** Milliseconds; default ten minutes. */
  timeout?: number | undefined
  /** Bytes of standard output that are kept; the rest is counted and dropped. Default 16 MiB. */
  outputCap?: number | undefined
  /** Written to the child's standard input, which is then closed. */
  input?: string | Readable | undefined
  /**
   * Every line of standard output and standard error, as it comes, cut at 4,096 characters. Between the
   * two streams no order is certain.
   */
  onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined
  /** Takes the process id of the child, once it has one. */
  onStart?: ((pid: number) => void) | undefined
  /** Takes standard output as a stream instead of keeping it. */
  onStdout?: ((stream: Readable) => Promise<void>) | undefined
}

export interface RunResult {
  code: number
  stdout: Buffer
  /** The last 64 KiB. */
  stderr: string
  /** Stopped at its time limit. */
  timedOut: boolean
  /** Standard output was longer than the cap. */
  truncated: boolean
}

export type RunProgram = (argv: readonly [string, ...string[]], options?: RunOptions) => Promise<RunResult>

const STDERR_KEPT = 64 * 1024
const STDOUT_KEPT = 16 * 1024 * 1024
const LINE_KEPT = 4096
const TIMEOUT_MS = 600_000
/** Between asking a child to stop and killing it. */
const GRACE_MS = 2000

/**
 * The one way in which other programs are called. A program that exits with a code is a result;
 * one that cannot be started is a `ReprogateError`; a cancelled run rejects with the signal's reason.
 */
export const createRunner =
  (signal: AbortSignal): RunProgram =>
  async (argv, options = {}) => {
    signal.throwIfAborted()
    const child = start(argv, options)
    if (child.pid !== undefined) options.onStart?.(child.pid)
    const guard = guardOf(child, signal, options.timeout ?? TIMEOUT_MS)
    const stdout = collectStdout(child, options, guard.stop)
    const stderr = collectStderr(child, options)
    feed(child, options.input)
    try {
      const code = await ended(child, argv[0])
      stdout.end()
      stderr.end()
      const failure = await stdout.consumed
      signal.throwIfAborted()
      if (failure) throw failure.error
      const { kept, truncated } = stdout
      return {
        code: code ?? 1,
        stdout: Buffer.concat(kept),
        stderr: stderr.text(),
        timedOut: guard.timedOut(),
        truncated: truncated(),
      }
    } finally {
      guard.release()
    }
  }

/** Runs a program also after the check was cancelled: for what undoes things. */
export const uncancelled: RunProgram = createRunner(new AbortController().signal)

function start([program, ...args]: readonly [string, ...string[]], options: RunOptions): ChildProcess {
  return spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // A group of its own: what the child has started is stopped with it.
    detached: process.platform !== 'win32',
  })
}

function ended(child: ChildProcess, program: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new ReprogateError(
              'program/missing',
              `\`${program}\` is not installed`,
              `Install ${program} and put it on the PATH.`,
            )
          : error,
      ),
    )
    child.on('close', resolve)
  })
}

/** Stops the child at its time limit and when the check is cancelled: first asked, then killed. */
function guardOf(child: ChildProcess, signal: AbortSignal, timeout: number) {
  const kill = (how: NodeJS.Signals) => {
    try {
      if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, how)
      else child.kill(how)
    } catch {
      // It has ended meanwhile.
    }
  }
  let killer: NodeJS.Timeout | undefined
  const stop = () => {
    kill('SIGTERM')
    killer ??= setTimeout(() => kill('SIGKILL'), GRACE_MS)
  }
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    stop()
  }, timeout)
  signal.addEventListener('abort', stop, { once: true })
  return {
    stop,
    timedOut: () => timedOut,
    release: () => {
      clearTimeout(timer)
      clearTimeout(killer)
      signal.removeEventListener('abort', stop)
    },
  }
}

function collectStdout(child: ChildProcess, options: RunOptions, stop: () => void) {
  const { onLine, onStdout, outputCap: cap = STDOUT_KEPT } = options
  const lines = onLine && lineSplitter((line) => onLine(line, 'stdout'))
  const kept: Buffer[] = []
  let size = 0
  let consumed: Promise<{ error: unknown } | undefined> = Promise.resolve(undefined)
  if (onStdout) {
    consumed = onStdout(child.stdout!).then(
      () => undefined,
      (error: unknown) => {
        stop()
        child.stdout!.resume()
        return { error }
      },
    )
  } else {
    child.stdout!.on('data', (chunk: Buffer) => {
      lines?.push(chunk)
      if (size < cap) kept.push(chunk.subarray(0, cap - size))
      size += chunk.length
    })
  }
  return { kept, consumed, truncated: () => size > cap, end: () => lines?.end() }
}

function collectStderr(child: ChildProcess, { onLine }: RunOptions) {
  const lines = onLine && lineSplitter((line) => onLine(line, 'stderr'))
  let kept = Buffer.alloc(0)
  child.stderr!.on('data', (chunk: Buffer) => {
    lines?.push(chunk)
    kept = Buffer.concat([kept, chunk]).subarray(-STDERR_KEPT)
  })
  return { text: () => kept.toString('utf8'), end: () => lines?.end() }
}

function feed({ stdin }: ChildProcess, input: RunOptions['input']): void {
  if (!stdin) return
  // A child that does not read its input to the end closes the pipe: its exit code tells the rest.
  stdin.on('error', () => {})
  if (typeof input === 'string') stdin.end(input)
  else input?.pipe(stdin)
}

/** Cuts a byte stream into lines of at most `LINE_KEPT` characters; never holds more than one line. */
function lineSplitter(onLine: (line: string) => void) {
  const decoder = new TextDecoder()
  let pending = ''
  let dropping = false
  return {
    push(chunk: Buffer) {
      for (const [index, part] of decoder.decode(chunk, { stream: true }).split('\n').entries()) {
        if (index > 0) {
          onLine(pending.replace(/\r$/, ''))
          pending = ''
          dropping = false
        }
        if (dropping) continue
        pending += part
        if (pending.length > LINE_KEPT) {
          pending = pending.slice(0, LINE_KEPT) + ' …'
          dropping = true
        }
      }
    },
    end() {
      if (pending !== '') onLine(pending.replace(/\r$/, ''))
    },
  }
}
