import { stat } from 'node:fs/promises'
import type { Context } from '../../system/context.js'
import { ReprogateError } from '../../system/errors.js'
import { watchMemory } from './memory.js'
import { openedBelow, traced, tracePlace } from './opened.js'
import { isPassedOver, treeState, writtenSince } from './work-tree.js'

/** What a command did to the work tree. Paths are relative to the working directory. */
export interface CapturedRun {
  seconds: number
  /** Bytes; undefined: the system does not tell. */
  memory: number | undefined
  /** Files that it read and that were there before. undefined: nothing could watch. */
  inputs: string[] | undefined
  /** Files that are new or were written. */
  outputs: string[]
}

/** Milliseconds; a training may take weeks, and timers hold no more. */
const NO_LIMIT = 2 ** 31 - 1

/**
 * Runs a command in the working directory, as it would run by itself, and sees what it reads and writes:
 * outputs by a look at the tree before and after, inputs by `strace` where that is installed.
 *
 * @throws ReprogateError `run/failed`, `program/missing`
 */
export async function captureRun(
  context: Context,
  command: readonly [string, ...string[]],
): Promise<CapturedRun> {
  const { root, run, scratch, progress } = context
  const trace = (await canTrace(context)) ? tracePlace(scratch) : undefined
  const before = await treeState(root)
  const begun = context.now()
  let peak: (() => number | undefined) | undefined
  const { code } = await run(trace === undefined ? command : traced(trace, command), {
    cwd: root,
    timeout: NO_LIMIT,
    outputCap: 0,
    onLine: (line) => progress.line(line),
    onStart: (pid) => (peak = watchMemory(pid)),
  })
  const seconds = Math.round(context.now() - begun) / 1000
  const memory = peak?.()
  if (code !== 0)
    throw new ReprogateError('run/failed', `\`${command.join(' ')}\` ended with exit code ${code}`)
  const outputs = writtenSince(before, await treeState(root))
  const opened = trace === undefined ? undefined : await openedBelow(root, trace)
  return { seconds, memory, outputs, inputs: opened && (await filesOnly(context, opened, before)) }
}

/** What was there before and is a file; code goes with its commit. */
async function filesOnly(
  { root }: Context,
  paths: readonly string[],
  before: ReadonlyMap<string, string>,
): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    if (!before.has(path) || isPassedOver(path) || /\.(?:py[cdoiw]?|so|ipynb)$/.test(path)) continue
    const info = await stat(`${root}/${path}`).catch(() => null)
    if (info?.isFile()) found.push(path)
  }
  return found
}

/** Whether `strace` is here and may look at a process: in some containers it may not. */
async function canTrace({ run, scratch }: Context): Promise<boolean> {
  const tried = await run(traced(`${scratch}/tried.strace`, ['true'])).catch(() => undefined)
  return tried?.code === 0
}
