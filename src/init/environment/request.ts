import type { Git } from '../../system/git.js'
import type { RunProgram } from '../../system/process.js'
import type { TreeFiles } from '../../system/tree-files.js'

/** What making an environment may touch: history is read, and a resolver is run. */
export interface EnvironmentTools {
  git: Pick<Git, 'lastChange' | 'shallow'>
  run: RunProgram
  /** Absolute path of a folder for files on the way. */
  scratch: string
  /** Now, as ISO 8601 in UTC. */
  today: string
}

/** The environment that is wanted. Paths are relative to the working directory. */
export interface EnvironmentWish {
  files: TreeFiles
  /** The model's folder; '.' for the whole tree. */
  folder: string
  /** Files whose packages the README or a step installs: `requirements-eval.txt`. */
  installed: readonly string[]
  /** What trains or evaluates, and the files of the repository that it imports. */
  code: readonly string[]
  /** Modules with dots that these import and that are no files of the repository. */
  imports: readonly string[]
  /** A version of Python that something states, and what states it. */
  python?: { version: string; by: string } | undefined
  /** When the result was obtained, if a tracker or the like says so: ISO 8601. */
  resultTime?: string | undefined
  /** The committed result: its last change says when it was obtained. */
  resultFile?: string | undefined
  /** Takes today's versions instead; only if a person asks. */
  asOf?: 'today' | undefined
  /** The image to begin with, by tag or digest; default: the official one of the Python that fits. */
  base?: string | undefined
}

/** A file to write, and what a person should know of it. */
export interface MadeEnvironment {
  /** Relative to the working directory; none of them is there yet. The Dockerfile is the first. */
  files: { path: string; text: string }[]
  /** Whole sentences, for the screen: the level, the date, the Python, what was added and dropped. */
  said: string[]
}

/** Why there is none, as a clause, and the one thing to do next. */
export interface NoEnvironment {
  cannot: string
  next: string
}
