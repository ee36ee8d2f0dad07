import type { Finding } from './finding.js'
import { consequenceOf, RULES, type RuleId } from './rules/index.js'
import type { Consequence, Level, Track } from './rules/rule.js'

/** The team's levels: one for both tracks, or one for each. */
export type RuleLevels = Partial<
  Record<RuleId, Level | { exploratory?: Level | undefined; production?: Level | undefined } | undefined>
>

export function levelOf(rule: RuleId, track: Track, levels: RuleLevels): Level {
  const own = levels[rule]
  return (typeof own === 'object' ? own[track] : own) ?? RULES[rule][track]
}

/**
 * What a finding of this rule makes of the verdict, which is the same on both tracks: it counts if the
 * rule is an error in production. null: nothing.
 */
export const decides = (rule: RuleId, levels: RuleLevels): Consequence | null =>
  levelOf(rule, 'production', levels) === 'error' ? consequenceOf(rule) : null

export const stricter = (a: Track, b: Track | undefined): Track => (b === 'production' ? b : a)

const LEVEL_ORDER: readonly Level[] = ['error', 'warn', 'off']

export const stricterLevel = (a: Level, b: Level): Level =>
  LEVEL_ORDER.indexOf(a) <= LEVEL_ORDER.indexOf(b) ? a : b

/** Errors first, otherwise in the order in which they were found. */
export const byLevel = (a: Pick<Finding, 'level'>, b: Pick<Finding, 'level'>): number =>
  LEVEL_ORDER.indexOf(a.level) - LEVEL_ORDER.indexOf(b.level)
