import { seededRandom } from '../random.js'

/** What runs of one suite on the same inputs can tell apart. */
export interface Noise {
  /** Mean score over all runs, minus that of the record. */
  difference: number
  /** A difference up to this is noise of these runs, at the level that was asked for. */
  floor: number
  /** Samples on which the record differs from the replays, and how many would by their noise. */
  apart?: { recorded: number; expected: number; tooMany: boolean }
}

/** Draws, and what they may cost: samples that vary × draws. */
const DRAWS = 999
const WORK = 20_000_000

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/**
 * Holds the recorded scores of every sample against those of k replays, by permutation within samples
 * (Fisher 1935; Pitman 1937). If the record is a run like the others, any of the k + 1 scores of a sample
 * may be the recorded one: the recorded one is drawn again and again, with a fixed seed, and the floor is the
 * difference that only α/2 of the draws exceed. The other half of α is for a record that has the right mean
 * and other samples: how far it is from the replays, sample by sample. So a run like the others is told
 * apart in at most α of all cases, whatever the number of samples, exactly.
 *
 * @param record by sample
 * @param runs scores of each replay, in the same order
 */
export function noiseOf(
  record: readonly number[],
  runs: readonly (readonly number[])[],
  alpha: number,
): Noise {
  const [n, k] = [record.length, runs.length]
  const sums = record.map((value, at) => value + runs.reduce((sum, run) => sum + run[at]!, 0))
  const fixed = mean(sums) / k
  const differenceOf = (recorded: number) => fixed - (recorded * (k + 1)) / (k * n)
  const apartOf = (value: number, at: number) => Math.abs(sums[at]! - value * (k + 1)) / k
  const varying = [...record.keys()].filter((at) => runs.some((run) => run[at] !== record[at]))
  const rest =
    record.reduce((sum, value) => sum + value, 0) - varying.reduce((sum, at) => sum + record[at]!, 0)
  const random = seededRandom()
  const draws = drawsFor(varying.length)
  const [differences, distances] = [new Float64Array(draws), new Float64Array(draws)]
  for (let draw = 0; draw < draws; draw++) {
    let [sum, apart] = [rest, 0]
    for (const at of varying) {
      const pick = Math.floor(random() * (k + 1))
      const value = pick === k ? record[at]! : runs[pick]![at]!
      sum += value
      apart += apartOf(value, at)
    }
    differences[draw] = Math.abs(differenceOf(sum))
    distances[draw] = apart
  }
  const recorded = varying.reduce((sum, at) => sum + apartOf(record[at]!, at), 0)
  const ROUNDING = 1e-12
  return {
    difference: differenceOf(record.reduce((sum, value) => sum + value, 0)),
    floor: exceededBy(alpha / 2, differences) + ROUNDING,
    apart: {
      recorded,
      expected: mean([...distances]),
      tooMany: recorded > exceededBy(alpha / 2, distances) + ROUNDING * n,
    },
  }
}

const drawsFor = (varying: number): number =>
  Math.max(499, Math.min(DRAWS, Math.floor(WORK / Math.max(1, varying))))

/** The draw that is exceeded by an observation in at most a share of all cases, itself counted. */
const exceededBy = (share: number, draws: Float64Array): number =>
  draws.toSorted().at(-Math.max(1, Math.floor((draws.length + 1) * share))) ?? 0

/**
 * The same if only the recorded score is known: another run is drawn from the replays, its distance from
 * their mean widened by √((k + 1)/(k − 1)), for k scores of a sample vary too little around their own mean. At α/2: with few runs that is an approximation, and measured too narrow
 * at α.
 */
export function noiseAround(recorded: number, runs: readonly (readonly number[])[], alpha: number): Noise {
  const [n, k] = [runs[0]!.length, runs.length]
  const means = Array.from({ length: n }, (_, at) => mean(runs.map((run) => run[at]!)))
  const varying = [...means.keys()].filter((at) => runs.some((run) => run[at] !== runs[0]![at]))
  const random = seededRandom()
  const draws = Float64Array.from({ length: drawsFor(varying.length) }, () => {
    const moved = varying.reduce((sum, at) => sum + runs[Math.floor(random() * k)]![at]! - means[at]!, 0)
    return Math.abs(moved / n) * Math.sqrt((k + 1) / (k - 1))
  })
  return { difference: mean(means) - recorded, floor: exceededBy(alpha / 2, draws) + 1e-12 }
}
