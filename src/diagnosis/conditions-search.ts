import type { Explanation } from './explanation.js'
import { minimalSet } from './minimal.js'
import type { ImageSide, Trial, Trials } from './trials.js'

/** Replays that have to agree before a condition is said to make them agree. */
const STEADY = 3

/** One condition: the settings to try, the likeliest first, and the one that keeps its effect constant. */
export interface SearchAxis {
  id: string
  tries: readonly string[]
  /** Absent if nothing random hangs on it. */
  steady?: string | undefined
}

/** Whether replays under the same changes give the same result, as often as it takes to say so. */
async function agree(
  trials: Trials,
  image: ImageSide,
  changes: readonly string[],
  times: number,
): Promise<boolean> {
  const first = await trials.again({ image, changes })
  for (let made = 1; made < times; made++) {
    const next = await trials.again({ image, changes })
    if (first.kind === 'none' || next.kind === 'none' || next.result !== first.result) return false
  }
  return first.kind !== 'none'
}

/** Two equal replays disagree: which condition, kept constant, makes them agree? */
export async function searchSteady(
  trials: Trials,
  image: ImageSide,
  axes: readonly SearchAxis[],
): Promise<Explanation> {
  const steady = axes.flatMap((axis) => (axis.steady === undefined ? [] : [axis.steady]))
  if (steady.length === 0 || !(await agree(trials, image, steady, 2))) return { shown: 'unsteady' }
  for (const one of steady)
    if (await agree(trials, image, [one], STEADY)) return { shown: 'steadied', factors: [one] }
  return (await agree(trials, image, steady, STEADY))
    ? { shown: 'steadied', factors: steady }
    : { shown: 'unsteady' }
}

/**
 * The image gives one result every time, and it is not the record. All conditions at once tell whether any
 * of them matters; if so, halves of them tell which. Of those that move the result the other values are
 * tried, alone and then in pairs, until the record comes back. What comes back under a condition was not
 * necessarily recorded under it.
 */
export async function searchConditions(
  trials: Trials,
  image: ImageSide,
  axes: readonly SearchAxis[],
): Promise<Explanation> {
  const plain = await trials.of(image, [])
  const restores = async (set: readonly string[]) => (await trials.of(image, set)).kind === 'recorded'
  const all = axes.flatMap(({ tries }) => tries.slice(0, 1))
  if (await restores(all)) return proven(trials, image, (await minimalSet(restores, all)) ?? all)
  const moving = await movingAmong(all, async (set) => !same(await trials.of(image, set), plain))
  const values = axes
    .filter(({ tries: [first] }) => first !== undefined && moving.includes(first))
    .map(({ tries }) => tries)
  for (const set of [...values.flat().map((one) => [one]), ...pairsOf(values)])
    if (await restores(set)) return proven(trials, image, set)
  const crashing: string[] = []
  for (const one of moving) if ((await trials.of(image, [one])).kind === 'none') crashing.push(one)
  return { shown: 'unexplained', moving: moving.filter((one) => !crashing.includes(one)) }
}

async function proven(trials: Trials, image: ImageSide, changes: readonly string[]): Promise<Explanation> {
  const again = await trials.again({ image, changes })
  return again.kind === 'recorded' ? { shown: 'condition', factors: changes } : { shown: 'not-repeatable' }
}

const same = (a: Trial, b: Trial): boolean => a.kind !== 'none' && b.kind !== 'none' && a.result === b.result

/** Members that move the result on their own: of a group that does not, none is asked. */
async function movingAmong(
  group: readonly string[],
  moves: (set: readonly string[]) => Promise<boolean>,
): Promise<string[]> {
  if (group.length === 0 || !(await moves(group))) return []
  if (group.length === 1) return [...group]
  const half = Math.ceil(group.length / 2)
  return [
    ...(await movingAmong(group.slice(0, half), moves)),
    ...(await movingAmong(group.slice(half), moves)),
  ]
}

/** One value each of two axes. */
const pairsOf = (values: readonly (readonly string[])[]): string[][] =>
  values.flatMap((first, index) =>
    values.slice(index + 1).flatMap((second) => first.flatMap((one) => second.map((other) => [one, other]))),
  )
