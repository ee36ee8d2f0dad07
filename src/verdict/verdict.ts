import type { Agreement, Decision, Finding, Parity, Verdict } from './report.js'
import { RULES, type Consequence, type Level, type RuleId, type Track } from './rules.js'

/** The team's levels: one for both tracks, or one for each. */
export type RuleLevels = Partial<
  Record<RuleId, Level | { exploratory?: Level | undefined; production?: Level | undefined } | undefined>
>

export function levelOf(rule: RuleId, track: Track, levels: RuleLevels): Level {
  const own = levels[rule]
  return (typeof own === 'object' ? own[track] : own) ?? RULES[rule][track]
}

export const stricter = (a: Track, b: Track | undefined): Track => (b === 'production' ? b : a)

const FAITHFUL_PARITY: readonly (Parity | null)[] = ['identical', 'content', 'packages', 'drift']
const AGREES: readonly (Agreement | null)[] = [
  'identical',
  'identical-values',
  'within-tolerance',
  'equivalent',
]

/** What is reported when several hold: an incomplete record comes first, as nothing after it means much. */
const PRECEDENCE: readonly Consequence[] = ['incomplete', 'not-reproduced', 'could-not-check']

/**
 * The verdict says what is true of the result, whatever the track: a finding counts when the rule is
 * an error on the production track. `reproduced` needs evidence: a rebuild that was compared and a
 * replay that agreed. Parity below `content` passes only where the policy has lowered its rules.
 */
export function verdictOf(
  findings: readonly Pick<Finding, 'rule'>[],
  parity: Parity | null,
  agreement: Agreement | null,
  levels: RuleLevels,
): Verdict {
  const consequences = new Set(
    findings
      .filter(({ rule }) => levelOf(rule, 'production', levels) === 'error')
      .map(({ rule }) => RULES[rule].consequence),
  )
  const worst = PRECEDENCE.find((consequence) => consequences.has(consequence))
  if (worst !== undefined) return worst
  return FAITHFUL_PARITY.includes(parity) && AGREES.includes(agreement) ? 'reproduced' : 'could-not-check'
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

const LEVEL_ORDER: readonly Level[] = ['error', 'warn', 'off']
/** Errors first, otherwise in the order in which they were found. */
export const byLevel = (a: Finding, b: Finding): number =>
  LEVEL_ORDER.indexOf(a.level) - LEVEL_ORDER.indexOf(b.level)
