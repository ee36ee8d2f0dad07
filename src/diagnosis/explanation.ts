/**
 * What a search has shown, by the names of what was changed. No more is said than this: each case has its
 * own sentence.
 */
export type Explanation =
  /** As pinned it brings the record back, and as rebuilt it loses it in the pinned image: alone, twice each. */
  | { shown: 'alone'; factors: readonly string[] }
  /** These lose it in the pinned image; in the rebuild they bring it back only together with `also`. */
  | { shown: 'enough'; factors: readonly string[]; also: readonly string[]; why?: string | undefined }
  /** Each loses it on its own; only all together bring it back. */
  | { shown: 'each'; factors: readonly string[] }
  /** They lose it only together. `either`: each one of them, as pinned, brings it back. */
  | { shown: 'together'; factors: readonly string[]; either: boolean }
  /** They bring it back in the rebuild; what loses it in the pinned image was not found. */
  | { shown: 'restores'; factors: readonly string[] }
  /** There was no time to narrow down further. */
  | { shown: 'among'; factors: readonly string[] }
  /** Not even all listed differences together bring it back in the rebuild, or nothing can be run with them. */
  | { shown: 'not-listed'; why?: string | undefined }
  /** The pinned image gives no result at all. */
  | { shown: 'pinned-fails'; why: string }
  /** Under these conditions the record comes back, in the image that was searched. */
  | { shown: 'condition'; factors: readonly string[] }
  /** With these inputs of the previous record, the record comes back. */
  | { shown: 'input'; factors: readonly string[] }
  /** Two equal replays disagree; under these conditions three agree. */
  | { shown: 'steadied'; factors: readonly string[] }
  /** Two equal replays disagree, and no condition mends it. */
  | { shown: 'unsteady' }
  /** A proof did not come out the same way twice: nothing is named. */
  | { shown: 'not-repeatable' }
  /** Nothing brings the record back, and it asks for these hosts, which no replay can reach. */
  | { shown: 'asks'; hosts: readonly string[] }
  /** The same every time, and not the record; `moving`: conditions that change the result, to another still. */
  | { shown: 'unexplained'; moving: readonly string[] }
