import { numberText } from '../../text/numbers.js'
import type { MetricComparison } from '../../verdict/evidence.js'
import { own } from '../own.js'
import { allowedFor, type Tolerance, type Tolerances } from '../tolerance.js'

/**
 * Pairs two sets of metrics by name. NaN equals NaN, an infinity only itself; one that is missing on
 * either side disagrees. In the order of the record, then what only the replay has.
 */
export function compareMetrics(
  recorded: Readonly<Record<string, number>>,
  replayed: Readonly<Record<string, number>>,
  tolerances: Tolerances = {},
  everywhere?: Tolerance,
): MetricComparison[] {
  return [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])].map((name) => {
    const [before, after] = [own(recorded, name), own(replayed, name)]
    const text = {
      name,
      recorded: before === undefined ? undefined : numberText(before),
      replayed: after === undefined ? undefined : numberText(after),
    }
    if (before === undefined || after === undefined) return { ...text, agrees: false, finite: false }
    const finite = Number.isFinite(before) && Number.isFinite(after)
    const [difference, allowed] = [after - before, allowedFor(before, own(tolerances, name) ?? everywhere)]
    return {
      ...text,
      // JSON has no other numbers.
      difference: Number.isFinite(difference) ? difference : undefined,
      allowed: Number.isFinite(allowed) ? allowed : undefined,
      agrees: Object.is(before, after) || (finite && Math.abs(difference) <= allowed),
      finite,
    }
  })
}
