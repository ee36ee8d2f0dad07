import type { Declarations } from '../../../src/results/recompute/declared.js'

/** One small evaluation of the family: Python that makes its files, and Python that evaluates. */
export interface Member {
  name: string
  make: string
  run: string
  /** Path of the model; default `model.json`; null: there is none. */
  model?: string | null
  /** Paths of the data; default: the folder `data`. */
  data?: readonly string[]
  /** The data's column of right answers; default `label`. */
  truth?: string
  inputs?: readonly ('key' | 'truth')[]
  definitions?: Declarations
  /** Files that are in the image, and not in the repository. */
  baked?: Readonly<Record<string, string>>
  /** A cheat that must be contradicted; of the others it is only known that they cheat. */
  caught?: boolean
}
