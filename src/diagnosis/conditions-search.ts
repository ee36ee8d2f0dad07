import type { Explanation } from './explanation.js'
import { minimalSet } from './minimal.js'
import type { Side, Trial, Trials } from './trials.js'

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
  image: Side,
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
  image: Side,
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
 * of them matters; if so, each is set alone until the record comes back, then in pairs. What comes back
 * under a condition was not necessarily recorded under it.
 */
export async function searchConditions(
  trials: Trials,
  image: Side,
  axes: readonly SearchAxis[],
): Promise<Explanation> {
  const plain = await trials.of(image, [])
  const all = axes.flatMap(({ tries }) => tries.slice(0, 1))
  const together = await trials.of(image, all)
  if (same(together, plain)) return { shown: 'unexplained', moving: [] }
  const restoring = await restoringAxes(trials, image, axes, all)
  if (restoring) {
    const again = await trials.again({ image, changes: restoring })
    return again.kind === 'recorded'
      ? { shown: 'condition', factors: restoring }
      : { shown: 'not-repeatable' }
  }
  const moving: string[] = []
  for (const { tries } of axes)
    for (const one of tries.slice(0, 1)) if (!same(await trials.of(image, [one]), plain)) moving.push(one)
  return { shown: 'unexplained', moving }
}

const same = (a: Trial, b: Trial): boolean => a.kind !== 'none' && b.kind !== 'none' && a.result === b.result

async function restoringAxes(
  trials: Trials,
  image: Side,
  axes: readonly SearchAxis[],
  all: readonly string[],
): Promise<readonly string[] | undefined> {
  const restores = async (set: readonly string[]) => (await trials.of(image, set)).kind === 'recorded'
  if (await restores(all)) return (await minimalSet(restores, all)) ?? all
  for (const one of axes.flatMap(({ tries }) => tries)) if (await restores([one])) return [one]
  return undefined
}
