import { fieldRules, RATIONALE, rulesOf } from './rule.js'

export const HYPERPARAMETERS_RULES = rulesOf('hyperparameters', {
  ...fieldRules('value', {
    name: 'Hyperparameters',
    why: 'Without them nobody can train this model again.',
    remedy: 'Record them under `hyperparameters` (`{}` if there are none).',
  }),
  changed: {
    kind: 'missing',
    title: 'Hyperparameters changed without a rationale',
    why: 'The model was trained otherwise than the one on the base branch, and nobody says why.',
    remedy: RATIONALE,
    level: 'warn',
  },
})
