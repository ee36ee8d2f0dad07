import type { Difference, Parity } from '../../verdict/evidence.js'
import { byText } from '../manifest/hash.js'

/** How two environments compare once both are read: no difference; only files of no package; or more. */
export type ReadParity = Extract<Parity, 'content' | 'packages' | 'drift'>

export interface EnvironmentComparison {
  parity: ReadParity
  /** All of them, most important first. */
  differences: Difference[]
  counts: Partial<Record<Difference['kind'], number>>
}

/** A difference on its way into a comparison. */
export interface FoundDifference {
  difference: Difference
  /** Of a compiled file whose source is equal. */
  derived?: boolean
  /** Nobody knows what it is about. */
  unlocated?: boolean
}

/** What a file's note says if it is on one side only. */
export const ONLY_REBUILT = 'only in the rebuild'
export const ONLY_PINNED = 'missing in the rebuild'
/** What it says if nothing but the bytes differ. */
export const CONTENT = 'content'

const ORDER: readonly Difference['kind'][] = ['package', 'config', 'package-file', 'file', 'folder']
/** Characters of a value that are kept. */
const VALUE_CAP = 500

/** The two sides of a difference, cut to what is kept. */
export const sidesOf = (pinned: string | undefined, rebuilt: string | undefined) => ({
  pinned: pinned?.slice(0, VALUE_CAP),
  rebuilt: rebuilt?.slice(0, VALUE_CAP),
})

/** A folder counts as its package's: nobody can tell which of its files it was. */
export const isOfPackage = ({ kind, owner }: Difference): boolean =>
  kind === 'package-file' || (kind === 'folder' && owner !== undefined)

const isOutsidePackages = ({ difference, unlocated }: FoundDifference): boolean =>
  !unlocated && ['file', 'folder'].includes(difference.kind) && !isOfPackage(difference)

/** Stands for what differs and was not found. */
const UNLOCATED: FoundDifference = {
  unlocated: true,
  difference: { kind: 'folder', name: '/', note: 'something differs that cannot be located' },
}

/** @param equal whether both have the same hash, which has the last word */
export function conclude(found: readonly FoundDifference[], equal: boolean): EnvironmentComparison {
  const all = found.length === 0 && !equal ? [UNLOCATED] : [...found].sort(byImportance)
  const counts: EnvironmentComparison['counts'] = {}
  for (const { difference } of all) counts[difference.kind] = (counts[difference.kind] ?? 0) + 1
  return {
    parity: all.length === 0 ? 'content' : all.every(isOutsidePackages) ? 'packages' : 'drift',
    differences: all.map(({ difference }) => difference),
    counts,
  }
}

function byImportance(a: FoundDifference, b: FoundDifference): number {
  return importance(a) - importance(b) || byText(a.difference.name, b.difference.name)
}

const importance = ({ difference: { kind, pinned, rebuilt }, derived }: FoundDifference): number =>
  ORDER.indexOf(kind) +
  // A version that moved says more than a package that came or went, an edit more than what follows from one.
  (pinned === undefined || rebuilt === undefined ? 0.25 : 0) +
  (derived ? 0.5 : 0)
