import { duration, numberText, plural } from '../text/numbers.js'
import type { Spread, TrainingEvidence } from './evidence.js'

/** What came of training the model again. */

export const cameBack = ({ outcome }: TrainingEvidence): boolean =>
  outcome === 'same-model' || outcome === 'same-results'

const WORDS: Record<TrainingEvidence['outcome'], (why: string) => string> = {
  'same-model': () => 'the model was trained again: the same bytes',
  'same-results': () => 'the model was trained again: other bytes, the same results',
  differs: () => 'the model was trained again, and differs',
  nondeterministic: () => 'the model was trained again twice, and the two differ',
  failed: (why) => `the model was not trained again: ${why}`,
  'not-run': (why) => `the model was not trained again: ${why}`,
}

/** What came of it, as a clause. */
export const trainingWords = ({ outcome, why = '' }: TrainingEvidence): string => WORDS[outcome](why)

type Varied = Spread['metrics'][number]

/** `0.9718 ± 0.0013`: mean and deviation. */
export const variedText = ({ mean, deviation }: Varied): string =>
  `${rounded(mean, 4)} ± ${rounded(deviation, 2)}`

/** Metrics that a sentence names. */
const MOST_NAMED = 4

/** How much each metric varies with the seed: `Over 5 seeds: accuracy 0.97 ± 0.002 (0.968 to 0.973).` */
export const spreadWords = ({ seeds, metrics }: Spread): string => {
  const named = metrics.slice(0, MOST_NAMED).map((one) => {
    const range = `${rounded(one.low, 4)} to ${rounded(one.high, 4)}`
    return `${one.name} ${variedText(one)} (${range})`
  })
  return `Over ${plural(seeds.length, 'seed')}: ${named.join(', ')}.`
}

/** To so many significant digits. */
const rounded = (value: number, digits: number): string => numberText(Number(value.toPrecision(digits)))

/** `2 trainings, 12 s`. */
export const trainingTime = ({ replays }: TrainingEvidence): string =>
  `${plural(replays.length, 'training')}, ${duration(replays.reduce((sum, one) => sum + one, 0))}`

/** Mean, deviation and range of each metric that every run has as a number. */
export function spreadOf(
  seeds: readonly number[],
  runs: readonly Readonly<Record<string, number>>[],
): Spread {
  const [first = {}] = runs
  const metrics = Object.keys(first).flatMap((name) => {
    const values = runs.map((run) => run[name] ?? NaN)
    if (values.length < 2 || !values.every(Number.isFinite)) return []
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    const deviation = Math.sqrt(squares / (values.length - 1))
    return [{ name, mean, deviation, low: Math.min(...values), high: Math.max(...values) }]
  })
  return { seeds: [...seeds], metrics }
}
