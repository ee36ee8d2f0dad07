import type { Place } from '../verdict/finding.js'

/**
 * How sure a fact is. What a file declares is `certain`; what several signs agree on is `likely`; a `guess`
 * is shown as a question, and never written into a policy.
 */
export type Word = 'certain' | 'likely' | 'guess'

/** Something that was found by reading alone. */
export interface Fact<T> {
  value: T
  place: Place
  word: Word
  /** Why it is believed, as a clause. */
  reason: string
}

export const isSure = ({ word }: { word: Word }): boolean => word !== 'guess'
