import { CLAIMS_RULES } from './claims.js'
import { CODE_RULES } from './code.js'
import { DATA_RULES } from './data.js'
import { ENVIRONMENT_RULES } from './environment.js'
import { EVALUATION_RULES } from './evaluation.js'
import { HYPERPARAMETERS_RULES } from './hyperparameters.js'
import { METRICS_RULES } from './metrics.js'
import { MODEL_RULES } from './model.js'
import { RECORD_RULES } from './record.js'
import { SEEDS_RULES } from './seeds.js'
import { TRAINING_RULES } from './training.js'
import { WAIVER_RULES } from './waivers.js'
import { CONSEQUENCES, type Consequence, type Rule } from './rule.js'

/** The rule catalogue. Ids are stable: `<subject>/<problem>`. `docs/rules.md` is written from it. */
export const RULES = {
  ...RECORD_RULES,
  ...CLAIMS_RULES,
  ...CODE_RULES,
  ...DATA_RULES,
  ...MODEL_RULES,
  ...ENVIRONMENT_RULES,
  ...SEEDS_RULES,
  ...HYPERPARAMETERS_RULES,
  ...METRICS_RULES,
  ...EVALUATION_RULES,
  ...TRAINING_RULES,
  ...WAIVER_RULES,
} satisfies Record<string, Rule>

export type RuleId = keyof typeof RULES
export const RULE_IDS = Object.keys(RULES) as [RuleId, ...RuleId[]]

/** What a finding of this rule says about the result, when the rule is an error; null: nothing. */
export const consequenceOf = (rule: RuleId): Consequence | null => CONSEQUENCES[RULES[rule].kind]
