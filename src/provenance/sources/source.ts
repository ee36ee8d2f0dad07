import type { TreeFiles } from '../../system/tree-files.js'
import type { Found } from '../../verdict/finding.js'
import type { Record_ } from '../schema.js'

/** What one source says of a run. */
export interface Reading {
  /** Name of the source. */
  source: string
  /** Relative to the root of the repository. */
  file: string
  /** The fields that it has; what is wrong in it is left out and among the problems. */
  record: Record_ | null
  problems: Found[]
  /** Line of a field such as `data[1].digest`, or of what is nearest to it. From 1. */
  lineOf(field: string): number | undefined
}

/** The tree whose records are read, and where its working directory is in the repository. */
export interface SourceTree {
  files: TreeFiles
  /** '' or 'examples/digits/'. */
  prefix: string
}

/**
 * Where fields of a record come from. To add a source: a file that gives one of these, and a line in
 * `sources/index.ts`.
 */
export interface Source {
  readonly name: string
  /** Of the repository's files, those that hold the record of a run. */
  detect(files: readonly string[]): string[]
  /** Reads one of them. Whatever is wrong with it is a problem, never an exception. */
  read(tree: SourceTree, path: string): Promise<Reading>
}
