import { plural, signed } from '../text/numbers.js'
import type { AgreementResult } from './agreement.js'
import { differs, sameValues, telling, type ResultsComparison } from './comparison.js'
import type { AgreementPieces } from './findings.js'
import { movement } from './words.js'

/**
 * What was compared and how it came out, without the grade: `1,797 predictions, 4 metrics; the same in
 * both replays`. Only what counts is mentioned.
 */
export function agreementSummary(
  { agreement, statistics, findings }: AgreementResult,
  { recorded, controls }: Pick<AgreementPieces, 'recorded' | 'controls'>,
): string {
  const rows = recorded.predictions?.comparison
  switch (agreement) {
    case null:
      return 'nothing that counts was compared: no metric is a finite number'
    case 'different':
      return differenceText(recorded) + (sameValues(controls) ? ', the same way twice' : '')
    case 'not-comparable':
      return rows?.problem ?? 'the predictions cannot be compared'
    case 'nondeterministic':
    case 'inconclusive':
      return findings[0]?.message ?? ''
    case 'equivalent':
      return [
        ...(rows ? [movement(rows)] : []),
        ...(statistics ? [`accuracy ${signed(statistics.difference)}, within ±${statistics.margin}`] : []),
      ].join(', ')
    default:
      return `${comparedText(recorded)}; ${sameValues(controls) ? 'the same in both replays' : 'both replays within the tolerances'}`
  }
}

function comparedText({ metrics, predictions }: ResultsComparison): string {
  const rows = predictions?.comparison
  const numbers = telling(metrics).length
  return [
    ...(rows ? [rows.moved > 0 ? movement(rows) : plural(rows.rows, 'prediction')] : []),
    ...(numbers > 0 ? [plural(numbers, 'metric')] : []),
  ].join(', ')
}

function differenceText({ metrics, predictions }: ResultsComparison): string {
  if (predictions && differs(predictions.grade)) {
    const { comparison } = predictions
    return comparison.flips + comparison.moved > 0
      ? movement(comparison)
      : 'the predictions do not match their recorded digest'
  }
  const off = metrics.filter(({ agrees }) => !agrees).length
  return `${off} of ${plural(telling(metrics).length, 'metric')} outside the tolerance`
}
