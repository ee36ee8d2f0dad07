import { magnitude, numberText, pair } from '../../text/numbers.js'
import type { MetricComparison } from '../../verdict/evidence.js'
import type { Found } from '../../verdict/finding.js'
import { own } from '../own.js'
import { quoted } from '../words.js'

/**
 * Metrics that a change claims to move by less than their tolerance: a replay that agrees says nothing of
 * such a claim. A metric that is claimed as it was is no claim.
 *
 * @param before recorded at the base
 * @param recorded by the change
 */
export function tooWideFindings(
  before: Readonly<Record<string, number>>,
  recorded: Readonly<Record<string, number>>,
  compared: readonly MetricComparison[],
): Found[] {
  return compared.flatMap(({ name, allowed = 0 }): Found[] => {
    const [was, is] = [own(before, name), own(recorded, name)]
    if (was === undefined || is === undefined) return []
    const change = Math.abs(is - was)
    if (!(change > 0 && allowed >= change)) return []
    return [
      {
        rule: 'metrics/tolerance-too-wide',
        message: `${quoted(name)} ${pair(numberText(was), numberText(is)).join(' → ')} is claimed, a change of ${magnitude(change)}; the tolerance of ±${magnitude(allowed)} cannot tell it from none`,
        field: `evaluation.metrics.${name}`,
      },
    ]
  })
}
