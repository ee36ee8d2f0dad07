import { searchConditions, searchSteady, type SearchAxis } from './conditions-search.js'
import { actingKernel } from './dispatch.js'
import type { Explanation } from './explanation.js'
import { minimalSet, type Test } from './minimal.js'
import { searchDifferences } from './differences-search.js'
import { BudgetSpent, ifThereIsTime, type ImageSide, type Trial, type Trials } from './trials.js'

/** What is known before the search. */
export interface SearchProblem {
  /** Whether the two replays that were made in the rebuild already gave the same result. */
  steady: boolean
  /** Differences between the pinned image and the rebuild; none also if the pinned image cannot be had. */
  differences: readonly string[]
  /** Those of them that may be loaded although a look at what the pinned image loads cannot show it. */
  unseen: readonly string[]
  axes: readonly SearchAxis[]
  /** Inputs of the previous record that can stand in place of this one's. */
  inputs: readonly string[]
  /** Conditions under which OpenBLAS takes certain kernels, by the kernels' name. */
  kernels?: ReadonlyMap<string, string> | undefined
}

export interface SearchResult {
  explanation: Explanation
  /** The image that conditions and inputs were searched in; the pinned one whenever it can be had. */
  image: ImageSide
  /** The CPU kernels of the rebuild, if the pinned image gives the rebuild's result under them. */
  dispatch?: string | undefined
}

/** Both proofs were made. */
const NAMED: ReadonlySet<Explanation['shown']> = new Set(['alone', 'enough', 'each', 'together'])
const NOTHING_SEEN: { seen?: readonly string[]; kernel?: string } = {}
const NO_KERNELS: ReadonlyMap<string, string> = new Map()

/**
 * What made the replay differ from the record, with as few replays as possible:
 *
 * 1. the pinned image, twice. It gives the record: the environment is to blame, and the differences
 *    between the images are narrowed down;
 * 2. it does not, or there is none: the conditions of the run, all at once and then one by one;
 * 3. the data, the code or the model of the previous record in place of this one's;
 * 4. nothing: then it is looked at whether it asks for the network, and said what was ruled out.
 *
 * Where two equal replays disagree, only conditions that make them agree are looked for.
 */
export async function findCause(trials: Trials, problem: SearchProblem): Promise<SearchResult> {
  const { differences, unseen, steady } = problem
  const image: ImageSide = differences.length > 0 ? 'pinned' : 'rebuild'
  /** Of those that brought the record back; none is known yet. */
  let smallest: readonly string[] = []
  try {
    if (!steady) return { image: 'rebuild', explanation: await searchSteady(trials, 'rebuild', problem.axes) }
    if (image === 'rebuild') return { image, explanation: await searchRest(trials, image, problem) }
    const first = await trials.of(image, [])
    if (first.kind === 'none') return { image, explanation: { shown: 'pinned-fails', why: first.why } }
    const second = await secondLook(trials, first)
    if (!isSame(first, second)) return { image, explanation: await searchSteady(trials, image, problem.axes) }
    if (first.kind === 'another') return { image, explanation: await searchRest(trials, image, problem) }
    const { seen, kernel } = second.kind === 'none' ? NOTHING_SEEN : second
    const explanation = await searchDifferences(trials, {
      all: differences,
      loaded: differences.filter((one) => unseen.includes(one) || seen?.includes(one)),
      narrowed: (set) => (smallest = smallest.length > 0 && smallest.length <= set.length ? smallest : set),
    })
    if (!NAMED.has(explanation.shown)) return { image, explanation }
    const dispatch = await actingKernel(trials, kernel, problem.kernels ?? NO_KERNELS)
    return { image, explanation, dispatch }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    return { image, explanation: { shown: 'among', factors: smallest } }
  }
}

const isSame = (a: Trial, b: Trial): boolean =>
  a.kind !== 'none' && b.kind !== 'none' && a.kind === b.kind && a.result === b.result

/** The second replay of the pinned image looks at what is loaded. If looking disturbs it, it is made without. */
async function secondLook(trials: Trials, first: Trial): Promise<Trial> {
  const looked = await trials.again({ image: 'pinned', changes: [], watch: true })
  if (isSame(first, looked)) return looked
  const [second, third] = [await trials.again(PINNED), await trials.again(PINNED)]
  return isSame(first, second) ? third : second
}

const PINNED = { image: 'pinned', changes: [] } as const

/** What is left where no package is to blame. */
async function searchRest(
  trials: Trials,
  image: ImageSide,
  { axes, inputs }: SearchProblem,
): Promise<Explanation> {
  const conditions = await searchConditions(trials, image, axes)
  if (conditions.shown !== 'unexplained') return conditions
  const restores = async (set: readonly string[]) => (await trials.of(image, set)).kind === 'recorded'
  const factors = inputs.length > 0 ? await restoringInputs(restores, inputs) : undefined
  if (!factors) {
    const looked = await ifThereIsTime(() => trials.again({ image, changes: [], watch: true }))
    const hosts = looked === undefined || looked.kind === 'none' ? [] : (looked.asked ?? [])
    return hosts.length > 0 ? { shown: 'asks', hosts } : conditions
  }
  const again = await trials.again({ image, changes: factors })
  return again.kind === 'recorded' ? { shown: 'input', factors } : { shown: 'not-repeatable' }
}

/** All of them first; what does not fit together may fit alone. */
async function restoringInputs(restores: Test, inputs: readonly string[]): Promise<string[] | undefined> {
  if (await restores(inputs)) return minimalSet(restores, inputs)
  for (const one of inputs) if (await restores([one])) return [one]
  return undefined
}
