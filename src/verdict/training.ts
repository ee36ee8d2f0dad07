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

/** How much each metric varies with the seed: `accuracy 0.97 ± 0.002 over 5 seeds`, as a clause. */
export const spreadWords = ({ seeds, metrics }: Spread): string =>
  `over ${plural(seeds.length, 'seed')}: ${metrics
    .slice(0, MOST_NAMED)
    .map(
      ({ name, mean, deviation, low, high }) =>
        `${name} ${short(mean)} ± ${short(deviation)} (${short(low)} to ${short(high)})`,
    )
    .join(', ')}`

/** Metrics that a sentence names. */
const MOST_NAMED = 4

const short = (value: number): string => numberText(Number(value.toPrecision(4)))

/** For the stage's line: what came of it, and how much the metrics vary with the seed. */
export const trainingLine = (training: TrainingEvidence): string[] => [
  trainingWords(training),
  ...(training.spread ? [spreadWords(training.spread)] : []),
]

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
