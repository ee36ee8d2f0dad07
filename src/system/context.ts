import type { Git } from './git.js'
import type { RunProgram } from './process.js'

/** Where progress goes: a log group on a runner, the terminal, or nowhere. Text may be untrusted. */
export interface Progress {
  /** Starts a named part; its lines follow until `end`. */
  start(title: string): void
  line(text: string): void
  end(): void
}

/** What a check may touch. Nothing else reaches the world. */
export interface Context {
  /** Absolute real path of the working directory: paths of record and policy are relative to it. */
  readonly root: string
  /** `root` relative to the top of the git repository: '' or 'examples/digits/', with a trailing slash. */
  readonly prefix: string
  readonly git: Git
  /** Runs external programs: argv only, with time limit, output cap and cancellation. */
  readonly run: RunProgram
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Absolute path of a folder that is removed when the check ends, whatever happens. */
  readonly scratch: string
  /** Registers what has to be undone when the check ends; the last registered is undone first. */
  defer(cleanup: () => Promise<void>): void
  /** Milliseconds, monotonic. */
  now(): number
}

/** Does `work` as a named part of the progress. */
export async function during<T>(
  { progress }: Pick<Context, 'progress'>,
  title: string,
  work: () => Promise<T>,
) {
  progress.start(title)
  try {
    return await work()
  } finally {
    progress.end()
  }
}
