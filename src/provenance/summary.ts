import type { Completeness } from './completeness.js'
import type { Found } from '../system/context.js'
import type { Record_ } from './schema.js'

/** `complete: commit, data version, environment hash, 3 seeds`, or `11 of 14 fields`. */
export function provenanceSummary(
  record: Record_,
  { present, required }: Completeness,
  findings: readonly Found[],
): string {
  const serious = findings.filter(
    ({ rule }) => rule !== 'record/unknown-key' && rule !== 'data/licence-missing',
  )
  if (serious.length === 0) {
    const seeds = Object.keys(record.seeds ?? {}).length
    return `complete: commit, data version, environment hash, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, all verified`
  }
  const wrong = serious.filter(({ rule }) => !rule.endsWith('missing')).length
  return `${present} of ${required} fields${wrong > 0 ? `, ${wrong} wrong` : ''}`
}
