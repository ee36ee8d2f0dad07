import type { Explanation } from './explanation.js'
import { minimalSet } from './minimal.js'
import type { ImageSide, Trial, Trials } from './trials.js'

/** What is known before the search among the differences of two images. */
export interface Suspects {
  /** All of them; what depends on one another stands side by side. */
  all: readonly string[]
  /** Those that may have been loaded. Only an order: a replay decides whether they are enough. */
  loaded: readonly string[]
  /** Tells of every set that was found to be enough, so that it is known if the time runs out. */
  narrowed(set: readonly string[]): void
}

const without = (set: readonly string[], left: readonly string[]): string[] =>
  set.filter((one) => !left.includes(one))

/**
 * Which differences between the pinned image, which gives the record twice, and the rebuild, which twice
 * does not, account for it. From both sides: what has to be put back into the rebuild (`repairs`), and
 * what has to be put into the pinned image (`breaks`). Mixing versions often crashes, in one direction
 * only; so neither side is believed without the other, and both proofs are made twice.
 */
export async function searchDifferences(trials: Trials, differences: Suspects): Promise<Explanation> {
  const repaired = async (set: readonly string[]) => {
    const good = isRecorded(await trials.of('rebuild', set))
    if (good) differences.narrowed(set)
    return good
  }
  const broken = async (set: readonly string[]) => isAnother(await trials.of('pinned', set))

  const candidates = await enough(differences, repaired)
  if (!candidates) return { shown: 'not-listed', why: whyNone(await trials.of('rebuild', differences.all)) }
  const repairs = await minimalSet(repaired, candidates)
  if (!repairs) return { shown: 'restores', factors: candidates }

  const explanation = await otherSide(trials, { repairs, candidates, repaired, broken })
  return (await holdsAgain(trials, repairs, explanation)) ? explanation : { shown: 'not-repeatable' }
}

const isRecorded = ({ kind }: Trial): boolean => kind === 'recorded'
const isAnother = ({ kind }: Trial): boolean => kind === 'another'
const whyNone = (trial: Trial): string | undefined => (trial.kind === 'none' ? trial.why : undefined)

/** What the search is made among: what is loaded, if that is enough, and else everything, in that order. */
async function enough(
  { all, loaded }: Suspects,
  repaired: (set: readonly string[]) => Promise<boolean>,
): Promise<readonly string[] | undefined> {
  if (loaded.length > 0 && loaded.length < all.length && (await repaired(loaded))) return loaded
  return (await repaired(all)) ? [...loaded, ...without(all, loaded)] : undefined
}

interface Sides {
  /** A smallest set that brings the record back in the rebuild. */
  repairs: readonly string[]
  candidates: readonly string[]
  repaired(set: readonly string[]): Promise<boolean>
  broken(set: readonly string[]): Promise<boolean>
}

/** What of it, as rebuilt, loses the record in the pinned image. */
async function otherSide(trials: Trials, sides: Sides): Promise<Explanation> {
  const { repairs, candidates, repaired, broken } = sides
  const whole = await broken(repairs)
  if (whole && repairs.length === 1) return { shown: 'alone', factors: repairs }
  const each: string[] = []
  if (repairs.length > 1) for (const one of repairs) if (await broken([one])) each.push(one)
  if (each.length === repairs.length) return { shown: 'each', factors: repairs }
  if (each.length > 0) {
    const why = whyNone(await trials.of('rebuild', each))
    return { shown: 'enough', factors: each, also: without(repairs, each), why }
  }
  const breaks = whole
    ? await minimalSet(broken, repairs)
    : await breakingWith(broken, repairs, without(candidates, repairs))
  if (!breaks) return { shown: 'restores', factors: repairs }
  let either = true
  for (const one of breaks) either &&= await repaired([one])
  return { shown: 'together', factors: breaks, either }
}

/** A smallest set that breaks: what repairs, and what else it needs. */
async function breakingWith(
  broken: Sides['broken'],
  repairs: readonly string[],
  others: readonly string[],
): Promise<string[] | undefined> {
  if (others.length === 0 || !(await broken([...repairs, ...others]))) return undefined
  const more = await minimalSet((set) => broken([...repairs, ...set]), others)
  return more && minimalSet(broken, [...more, ...repairs])
}

/** The proofs once more: a result that comes and goes would have named somebody. */
async function holdsAgain(
  trials: Trials,
  repairs: readonly string[],
  explanation: Explanation,
): Promise<boolean> {
  const again = (image: ImageSide, changes: readonly string[]) => trials.again({ image, changes })
  if (!isRecorded(await again('rebuild', repairs))) return false
  switch (explanation.shown) {
    case 'alone':
    case 'together':
      return isAnother(await again('pinned', explanation.factors))
    case 'enough':
    case 'each':
      for (const one of explanation.factors) if (!isAnother(await again('pinned', [one]))) return false
      return true
    default:
      return true
  }
}
