import { grouped, magnitude, pair, plural, shortNumber } from '../text/numbers.js'
import type { MetricComparison, PredictionComparison } from '../verdict/evidence.js'
import { plainText, printed, TERMINAL_SIGNS } from './plain.js'

/** How two result files compare. */
export interface ComparedText {
  readonly grade: 'identical' | 'identical-values' | 'within-tolerance' | 'different' | 'not-comparable'
  readonly metrics: readonly MetricComparison[]
  readonly predictions?: PredictionComparison | undefined
}

const WORDS: Readonly<Record<ComparedText['grade'], string>> = {
  identical: 'identical',
  'identical-values': 'the same values',
  'within-tolerance': 'within the tolerance',
  different: 'different',
  'not-comparable': 'cannot be compared',
}
const SIGNS = {
  identical: 'good',
  'identical-values': 'good',
  'within-tolerance': 'good',
  different: 'bad',
  'not-comparable': 'doubt',
} as const

/** Rows that are shown. */
const ROWS = 10

/** The end of `reprogate compare`. Text may be untrusted. */
export function renderCompared({ grade, metrics, predictions }: ComparedText): string {
  const what = predictions ? rowsText(predictions) : metricsText(metrics)
  const lines = predictions ? predictionLines(predictions) : metrics.map(metricLine)
  return printed([
    `  ${TERMINAL_SIGNS[SIGNS[grade]]} ${WORDS[grade]}: ${what}`,
    ...lines.map((line) => `    ${line}`),
  ])
}

function metricsText(metrics: readonly MetricComparison[]): string {
  const off = metrics.filter(({ agrees }) => !agrees).length
  return off === 0
    ? plural(metrics.length, 'metric')
    : `${off} of ${plural(metrics.length, 'metric')} outside the tolerance`
}

function metricLine({ name, recorded, replayed, allowed, agrees }: MetricComparison): string {
  const [before, after] = pair(recorded, replayed)
  const sign = TERMINAL_SIGNS[agrees ? 'good' : 'bad']
  const change =
    recorded === replayed ? plainText(before, 60) : `${plainText(before, 60)} → ${plainText(after, 60)}`
  return `${sign} ${plainText(name, 60)}  ${change}${agrees || allowed === undefined ? '' : `   allowed ±${magnitude(allowed)}`}`
}

function rowsText({ rows, flips, moved, largest, problem }: PredictionComparison): string {
  if (problem !== undefined) return plainText(problem, 300)
  const far = largest
    ? `; the largest move is ${shortNumber(Math.abs(largest.difference))} in ${plainText(largest.column, 60)} of ${plainText(largest.key, 60)}${largest.ulps === undefined ? '' : ` (${plural(largest.ulps, 'ULP')})`}`
    : ''
  return `${plural(rows, 'row')}, ${grouped(flips)} flipped, ${grouped(moved)} moved${far}`
}

const predictionLines = ({ first }: PredictionComparison): string[] =>
  first
    .slice(0, ROWS)
    .map(
      ({ key, column, recorded, replayed }) =>
        `${plainText(key, 60)}  ${plainText(column, 60)}  ${plainText(recorded, 80)} → ${plainText(replayed, 80)}`,
    )
