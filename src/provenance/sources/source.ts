import type { Git } from '../../system/git.js'
import type { TreeFiles } from '../../system/tree-files.js'
import type { Found, Place } from '../../verdict/finding.js'
import type { Record_ } from '../schema.js'

/**
 * Why a value is less than the run's own word: a `default` nobody chose, a literal of the `source-code`
 * that a run may not have used, a digest that is `partial` (of some of the bytes) or `opaque` (of nothing
 * that can be computed again), a `reconstructed` environment, or a `guess`. Such a value is evidence and
 * is shown; it never satisfies the production track.
 */
export type Reservation = 'default' | 'source-code' | 'partial' | 'opaque' | 'reconstructed' | 'guess'

/** What one source says of a run. */
export interface Reading {
  /** Name of the source. */
  source: string
  /** The file that stands for it. Relative to the root of the repository. */
  file: string
  /** The fields that it has; what is wrong in it is left out and among the problems. */
  record: Record_ | null
  problems: Found[]
  /**
   * Where it says a field such as `data[1].digest`, or what is nearest to it. Relative to the root of the
   * repository; lines from 1. A source of several files gives the file that says it.
   */
  placeOf(field: string): Place
  /** Fields that are said with a reservation, and in words why and what would do instead. */
  reservations?: ReadonlyMap<string, { kind: Reservation; why: string }>
  /** What a reader should know beside the fields: `1 % of the task: \`limit\` is 0.01`. */
  remarks?: readonly Remark[]
}

export interface Remark extends Place {
  text: string
  /** What the run needs and not every machine has. */
  need?: 'gpu' | 'api' | 'data' | 'board'
}

/** The tree whose records are read, and where its working directory is in the repository. */
export interface SourceTree {
  files: TreeFiles
  /** '' or 'examples/digits/'. */
  prefix: string
  /** What git knows of how it came about; none for a tree that is of no commit. */
  history?: History
}

/** The repository up to the commit that is judged. */
export interface History {
  git: Pick<Git, 'history' | 'show' | 'resolve' | 'isAncestor' | 'filesAt' | 'shallow'>
  /** The judged commit. */
  head: string
}

/**
 * Where fields of a record come from. To add a source: a file or folder that gives one of these, and a line
 * in `sources/index.ts`.
 */
export interface Source {
  readonly name: string
  /** Of the repository's files, those that may hold a run, by their paths alone. */
  detect(files: readonly string[]): string[]
  /**
   * Reads one of them; nothing in it is executed. Whatever is wrong with it is a problem, never an
   * exception. A file that turns out to be something else has no record and no problems.
   *
   * @param path relative to the working directory; `#` and a selector may follow it, for a store that holds
   * many runs (`mlflow.db#models:/churn@champion`). Without one the newest finished run is taken
   */
  read(tree: SourceTree, path: string): Promise<Reading>
  /**
   * Holds what the file says against the rest of the tree and its history: a lock that is older than the
   * code it names, a commit without the script that was run. Findings say nothing of a record's field.
   *
   * @param path as for `read`
   */
  check?(tree: SourceTree, path: string): Promise<Found[]>
}
