import type { Metrics } from '../results/metrics/flat.js'
import { parseMetrics } from '../results/metrics/parse.js'
import { numberText } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'
import type { Record_ } from './schema.js'

/**
 * If the judged commit holds the evaluation's metrics file too, the record may not claim other numbers.
 *
 * @param recorded metrics of the record, by name; names of nested ones have dots
 * @param committed bytes of the file at `path`; null: it is not committed
 */
export function committedMetrics(
  recorded: Readonly<Record<string, number>>,
  committed: Buffer | null,
  path: string,
): Found[] {
  const metrics = committed && parseMetrics(committed, path)
  if (!metrics || 'problem' in metrics) return []
  return Object.entries(recorded).flatMap(([name, value]) => contradiction(metrics, { name, value, path }))
}

function contradiction(
  { values }: Metrics,
  { name, value, path }: { name: string; value: number; path: string },
): Found[] {
  const other = values.get(name)
  if (other === undefined || Object.is(other, value)) return []
  return [
    {
      rule: 'metrics/value-contradictory',
      message: `\`${name}\` is ${numberText(value)} in the record and ${numberText(other)} in ${path}`,
      field: `evaluation.metrics.${name}`,
      expected: numberText(other),
      actual: numberText(value),
    },
  ]
}

/** Metrics of the record that are NaN or infinite. */
export const unusableMetrics = (recorded: Readonly<Record<string, number>>): Found[] =>
  Object.entries(recorded)
    .filter(([, value]) => !Number.isFinite(value))
    .map(([name, value]) => ({
      rule: 'metrics/value-not-finite',
      message: `\`${name}\` is ${numberText(value)}, which agrees with itself whatever was computed`,
      field: `evaluation.metrics.${name}`,
      actual: numberText(value),
    }))

/** A metric that says how much another one varies: `acc_stderr`, `f1.std`. */
const SPREAD = /(?:^|[._,/ -])(?:std(?:err|dev|ev)?|ci(?:_?\d+)?|sem)(?:$|[._,/ -])/i

/** Metrics of which nobody says how much they vary: a run alone says nothing about chance. */
export function spreadFindings({ evaluation: { metrics = {}, spread = {} } = {} }: Record_): Found[] {
  const names = Object.keys(metrics)
  if (names.length === 0 || Object.keys(spread).length > 0 || names.some((name) => SPREAD.test(name)))
    return []
  return [
    {
      rule: 'metrics/spread-missing',
      field: 'evaluation.spread',
      message: 'nothing says how much the metrics vary from run to run',
    },
  ]
}
