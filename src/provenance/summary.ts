import { listed, plural } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'
import { RULES, type RuleId } from '../verdict/rules/index.js'
import type { Completeness } from './completeness.js'
import type { Record_ } from './schema.js'

/**
 * `complete: commit, data version, environment hash, 3 seeds`, or `11 of 14 fields, 1 wrong`.
 *
 * @param mandatory whether a finding of the rule makes the record incomplete
 */
export function provenanceSummary(
  record: Record_,
  { present, required }: Completeness,
  findings: readonly Found[],
  mandatory: (rule: RuleId) => boolean,
): string {
  const serious = findings.filter(({ rule }) => mandatory(rule))
  if (serious.length === 0) return `complete: ${listed(whatIsThere(record), 10)}`
  const wrong = serious.filter(({ rule }) => RULES[rule].kind !== 'missing').length
  return `${present} of ${required} required fields${wrong > 0 ? `, ${wrong} wrong` : ''}`
}

function whatIsThere({ code, data = [], environment, seeds = {} }: Record_): string[] {
  const count = Object.keys(seeds).length
  return [
    ...(code?.commit === undefined ? [] : ['commit']),
    ...(data.length > 0 && data.every(({ version }) => version !== undefined) ? ['data version'] : []),
    ...(environment?.hash === undefined ? [] : ['environment hash']),
    count === 0 ? 'no seeds' : plural(count, 'seed'),
  ]
}
