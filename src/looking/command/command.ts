import type { Fact } from '../fact.js'
import type { CommandSource } from './candidate.js'
import type { CommandKind } from './kind.js'

/** A way to evaluate or train that was found. */
export interface Command {
  /** As one line for people. */
  text: string
  argv: string[]
  kind: CommandKind
  source: CommandSource
  /** The program that it runs, if the tree has it. */
  script: string | undefined
  /** Folder in which it is run. */
  cwd: string
}

export interface Weighed extends Fact<Command> {
  score: number
}
