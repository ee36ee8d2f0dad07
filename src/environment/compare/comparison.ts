import type { Difference, Parity } from '../../verdict/evidence.js'
import { byText } from '../manifest/hash.js'

/** How two environments compare once both are read: no difference; only files of no package; or more. */
export type ReadParity = Extract<Parity, 'content' | 'packages' | 'drift'>

export interface EnvironmentComparison {
  parity: ReadParity
  /** Most important first; of those that are equally important the first thousand. */
  differences: Difference[]
  /** Of all. */
  counts: Partial<Record<Difference['kind'], number>>
  /** How many of all are files and folders of packages. */
  ofPackages: number
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

/** Equally important differences that are kept: more than anybody reads. All are counted. */
const MOST_KEPT = 1000

/** Collects what differs, which may be more than memory holds. */
export class Differences {
  private readonly kept = new Map<number, FoundDifference[]>()
  private readonly counts: EnvironmentComparison['counts'] = {}
  private ofPackages = 0
  private onlyOutside = true

  add(found: FoundDifference): void {
    const { kind } = found.difference
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    if (isOfPackage(found.difference)) this.ofPackages++
    this.onlyOutside &&= isOutsidePackages(found)
    const alike = this.kept.get(importance(found)) ?? []
    this.kept.set(importance(found), alike)
    if (alike.length < MOST_KEPT) alike.push(found)
  }

  /** @param equal whether both have the same hash, which has the last word */
  conclude(equal: boolean): EnvironmentComparison {
    if (this.kept.size === 0 && !equal) this.add(UNLOCATED)
    const found = [...this.kept.values()].flat().sort(byImportance)
    return {
      parity: found.length === 0 ? 'content' : this.onlyOutside ? 'packages' : 'drift',
      differences: found.map(({ difference }) => difference),
      counts: this.counts,
      ofPackages: this.ofPackages,
    }
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
