import type { Metrics } from '../results/metrics/flat.js'
import { parseMetrics } from '../results/metrics/parse.js'
import { numberText } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'

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
