import type { Git } from '../../system/git.js'
import type { RunProgram } from '../../system/process.js'
import type { TreeFiles } from '../../system/tree-files.js'

/** What generating an environment may touch: history is read, and a resolver is run. */
export interface EnvironmentTools {
  git: Pick<Git, 'lastChange' | 'shallow'>
  run: RunProgram
  /** Absolute path of a folder for files on the way. */
  scratch: string
}

/** The environment that is wanted. Paths are relative to the working directory. */
export interface EnvironmentWish {
  files: TreeFiles
  /** The model's folder; '.' for the whole tree. */
  folder: string
  /** What trains or evaluates; without one, imports are not looked at. */
  script?: string | undefined
  /** When the result was obtained, if a tracker or the like says so: ISO 8601. */
  resultTime?: string | undefined
  /** The committed result: its last change says when it was obtained. */
  resultFile?: string | undefined
  /** Takes today's versions instead; only if a person asks. */
  asOf?: 'today' | undefined
}

/** A file to write, and what a person should know of it. */
export interface GeneratedEnvironment {
  /** Relative to the working directory; none of them is there yet. The Dockerfile is the first. */
  files: { path: string; text: string }[]
  /** Whole sentences, for the screen: the level, the date, the Python, what was added and dropped. */
  said: string[]
}

/** Why there is none, and the one thing to do next. */
export interface NoEnvironment {
  cannot: string
  next: string
}

/**
 * Looks for the best lock or list, resolves what is loose as of the date of the result or code, and writes
 * the Dockerfile: `generateEnvironment(tools, wish)` of `index.ts`.
 */
export type GenerateEnvironment = (
  tools: EnvironmentTools,
  wish: EnvironmentWish,
) => Promise<GeneratedEnvironment | NoEnvironment>
