import { AGREES, type Agreement, type Parity } from './evidence.js'
import type { Finding } from './finding.js'
import { decides, type RuleLevels } from './levels.js'
import type { Decision, Verdict } from './report.js'
import type { Consequence, Track } from './rules/rule.js'

const COMPARED: readonly (Parity | null)[] = ['identical', 'content', 'packages', 'drift']
/** Whether the result of a replay is that of the record. */
export const agrees = (agreement: Agreement | null): boolean => AGREES.includes(agreement)

/** If several hold: an incomplete record comes first, as nothing after it means much. */
const PRECEDENCE: readonly Consequence[] = ['incomplete', 'not-reproduced', 'could-not-check']

/**
 * The verdict says what is true of the result, whatever the track. `reproduced` needs evidence: a
 * rebuild that was compared and a replay that agreed. Parity below `content` passes only if the policy
 * has lowered its rules.
 */
export function verdictOf(
  findings: readonly Pick<Finding, 'rule'>[],
  { parity, agreement }: { parity: Parity | null; agreement: Agreement | null },
  levels: RuleLevels,
): Verdict {
  const consequences = new Set(findings.map(({ rule }) => decides(rule, levels)))
  const worst = PRECEDENCE.find((consequence) => consequences.has(consequence))
  if (worst !== undefined) return worst
  return COMPARED.includes(parity) && agrees(agreement) ? 'reproduced' : 'could-not-check'
}

/**
 * The verdict seen through the track. Production passes only what was reproduced; on the exploratory
 * track nothing fails, and a complete record whose rebuild nobody asked for passes.
 */
export function decisionOf(
  verdict: Verdict,
  track: Track,
  findings: readonly Pick<Finding, 'level'>[],
  replayed: boolean,
): Decision {
  if (findings.some(({ level }) => level === 'error')) return 'fail'
  if (verdict !== 'reproduced' && track === 'production') return 'fail'
  if (findings.some(({ level }) => level === 'warn')) return 'warn'
  return verdict === 'reproduced' || !replayed ? 'pass' : 'warn'
}

const worstBy =
  <T>(order: readonly T[]) =>
  (values: readonly T[]): T | undefined =>
    order.find((value) => values.includes(value))

/** Worst first: of several models the pull request shows the worst. */
export const worstVerdict = worstBy<Verdict>([
  'not-reproduced',
  'incomplete',
  'could-not-check',
  'reproduced',
])
export const worstDecision = worstBy<Decision>(['fail', 'warn', 'pass'])
