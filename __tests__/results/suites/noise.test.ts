import { describe, expect, test } from '@jest/globals'
import { flipsOf } from '../../../src/results/suites/flips.js'
import { noiseAround, noiseOf, type Noise } from '../../../src/results/suites/noise.js'
import { seededRandom } from '../../../src/results/random.js'

/** A toy suite: every sample has its own chance of being right, and every run draws anew. */
function toy(samples: number, random: () => number) {
  const chances = Array.from({ length: samples }, (_, at) => [0, 0.2, 0.5, 0.9, 1][at % 5]!)
  return (gain = 0) => chances.map((chance) => Number(random() < chance + gain))
}
const share = (values: readonly boolean[]) => values.filter(Boolean).length / values.length
const told = ({ difference, floor, apart }: Noise) =>
  Math.abs(difference) > floor || (apart?.tooMany ?? false)
const score = (run: readonly number[]) => run.reduce((a, b) => a + b, 0) / run.length
const TRIALS = 200
const ALPHA = 0.05

describe.each([
  [2, 40],
  [3, 60],
])('%d runs of %d samples', (k, n) => {
  const trials = (gain: number, judge: (record: number[], runs: number[][]) => Noise, count = TRIALS) => {
    const random = seededRandom(k * 1000 + n)
    const run = toy(n, random)
    return share(
      Array.from({ length: count }, () =>
        told(
          judge(
            run(gain),
            Array.from({ length: k }, () => run()),
          ),
        ),
      ),
    )
  }
  test('the same twice is told apart in at most α of 200 trials', () => {
    expect(trials(0, (record, runs) => noiseOf(record, runs, ALPHA))).toBeLessThanOrEqual(ALPHA)
  })
  test('also if only its score was recorded', () => {
    expect(trials(0, (record, runs) => noiseAround(score(record), runs, ALPHA))).toBeLessThanOrEqual(ALPHA)
  })
  test('another model is told apart in most of them', () => {
    expect(trials(0.5, (record, runs) => noiseOf(record, runs, ALPHA), 20)).toBeGreaterThan(0.7)
  })
  test('the same input has the same verdict', () => {
    const run = toy(n, seededRandom(7))
    const [record, runs] = [run(), Array.from({ length: k }, () => run())]
    expect(noiseOf(record, runs, ALPHA)).toEqual(noiseOf(record, runs, ALPHA))
  })
})

test('a record with the right mean and other samples is told apart', () => {
  const runs = [0, 1, 2].map((turn) =>
    Array.from({ length: 100 }, (_, at) => Number(at < 50 !== (at === turn))),
  )
  const turned = runs[0]!.toReversed()
  const noise = noiseOf(turned, runs, ALPHA)
  expect(Math.abs(noise.difference)).toBeLessThan(noise.floor + 0.02)
  expect(noise.apart!.tooMany).toBe(true)
})

test('flips, pass@1, pass^k and the share of the judge, counted by hand', () => {
  const graded = (output: string, score: number) => ({ output, score })
  expect(
    flipsOf([
      [graded('a', 1), graded('b', 0), graded('c', 1)],
      [graded('a', 1), graded('b', 1), graded('d', 1)],
      [graded('a', 1), graded('e', 0), graded('c', 0)],
    ]),
  ).toEqual({
    samples: 3,
    flipped: 2,
    // b: 0–1 and 1–0; c: 1–0 twice.
    disagree: 4,
    // a three times, b once, c once.
    sameText: 5,
    sameTextDisagree: 2,
    passOne: (1 + 1 / 3 + 2 / 3) / 3,
    passAll: 1 / 3,
  })
})
