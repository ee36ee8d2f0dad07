import { fieldRules, rulesOf } from './rule.js'

export const HYPERPARAMETERS_RULES = rulesOf('hyperparameters', {
  ...fieldRules('value', {
    name: 'Hyperparameters',
    why: 'Without them nobody can train this model again.',
    remedy: 'Record them under `hyperparameters` (`{}` if there are none).',
  }),
})
