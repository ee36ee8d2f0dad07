import type { Finding, Found, Waived } from './finding.js'
import { RULE_IDS, RULES, type RuleId } from './rules/index.js'

/**
 * Rules that a waiver may answer, beside those of kind `risk`, which say nothing about the result: what a
 * record does not say, or says of an older state. Nothing else is: what is compared, what decides that it can
 * be, and what keeps a check honest or the machine safe has to be right, whoever vouches for it.
 */
const WAIVABLE_RULES: ReadonlySet<RuleId> = new Set<RuleId>([
  ...(['seeds/value-missing', 'seeds/not-integer', 'seeds/reused', 'seeds/changed'] as const),
  ...(['hyperparameters/value-missing', 'hyperparameters/changed'] as const),
  ...(['data/version-missing', 'data/licence-missing', 'data/changed'] as const),
  ...(['metrics/changed', 'metrics/spread-missing', 'metrics/page-differs'] as const),
  ...(['record/field-missing', 'record/unknown-key'] as const),
  ...(['code/changed-since', 'code/dependency-changed'] as const),
  ...(['claims/lock-stale', 'claims/parameter-changed', 'claims/command-changed'] as const),
  'claims/stage-not-run',
])

export const WAIVABLE = RULE_IDS.filter(
  (rule) => (RULES[rule].kind === 'risk' && rule !== 'waiver/expired') || WAIVABLE_RULES.has(rule),
) as [RuleId, ...RuleId[]]

/** What somebody vouches for, for a while. */
export interface Waiver extends Waived {
  rule: RuleId
  /** Only of this model. */
  model?: string | undefined
  /** Only of this field, and of those in it. */
  field?: string | undefined
}

/** Waivers that can be about a model, and the day on which they are looked at, as `2026-11-18`. */
export interface Waivers {
  waivers: readonly Waiver[]
  today: string
}

/** Until the end of its last day, in UTC. */
export const isExpired = ({ expires }: Waiver, today: string): boolean => expires < today

export const waiversOf = (waivers: readonly Waiver[] | undefined, model: string): Waiver[] =>
  (waivers ?? []).filter((waiver) => waiver.model === undefined || waiver.model === model)

/** Whether a waiver is about a finding, be it expired or not. */
export function covers(waiver: Waiver, { rule, field }: Pick<Found, 'rule' | 'field'>): boolean {
  if (waiver.rule !== rule || !WAIVABLE.includes(rule)) return false
  const { field: only } = waiver
  return only === undefined || field === only || (field !== undefined && isIn(field, only))
}

const isIn = (field: string, outer: string): boolean =>
  field.startsWith(outer) && /^[.[]/.test(field.slice(outer.length))

/** What is said of a finding that is waived; undefined: it counts. */
export function waivedBy(
  found: Pick<Found, 'rule' | 'field'>,
  { waivers, today }: Waivers,
): Waived | undefined {
  const waiver = waivers.find((one) => covers(one, found) && !isExpired(one, today))
  return waiver && { reason: waiver.reason, owner: waiver.owner, expires: waiver.expires }
}

/** What became of each waiver: those that ran out are a finding if something still counts on them. */
export const WAIVER_STATES = ['used', 'expired', 'unused'] as const

export interface WaiverUse extends Waiver {
  state: (typeof WAIVER_STATES)[number]
  /** Findings that it is about. */
  findings: number
}

export const waiverUses = (findings: readonly Finding[], { waivers, today }: Waivers): WaiverUse[] =>
  waivers.map((waiver) => {
    const count = findings.filter((finding) => covers(waiver, finding)).length
    const state = isExpired(waiver, today) ? 'expired' : count > 0 ? 'used' : 'unused'
    return { ...waiver, state, findings: count }
  })

/** `waived by ada until 2027-03-01: the owner was asked` */
export const waivedText = ({ owner, expires, reason }: Waived): string =>
  `waived by ${owner} until ${expires}: ${reason}`
