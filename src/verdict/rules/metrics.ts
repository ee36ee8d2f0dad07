import { fieldRules, rulesOf } from './rule.js'

export const METRICS_RULES = rulesOf('metrics', {
  ...fieldRules('value', {
    name: 'Metrics',
    why: 'They are the claim that the replay is compared with.',
    remedy: 'Record them under `evaluation.metrics`.',
  }),
  'value-not-finite': {
    kind: 'wrong',
    title: 'Metric is not a finite number',
    why: 'NaN and the infinities agree with themselves whatever was computed, so they prove nothing.',
    remedy: 'Correct the evaluation so that it writes a number, or leave the metric out.',
    level: 'warn',
  },
})
