import { fieldRules, RATIONALE, rulesOf } from './rule.js'

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
  changed: {
    kind: 'missing',
    title: 'Metrics changed without a rationale',
    why: 'The model is better or worse than the one on the base branch, and nobody says why.',
    remedy: RATIONALE,
    level: 'warn',
  },
  'spread-missing': {
    kind: 'missing',
    title: 'No word on how much the metrics vary',
    why: 'One number says nothing about chance: a reader cannot tell a better model from a luckier seed.',
    remedy:
      'Run with several seeds and record `evaluation.spread`: of a metric the number of runs and the standard deviation.',
    level: 'off',
  },
  'page-differs': {
    kind: 'wrong',
    title: 'README gives another number',
    why: 'Readers believe the table; the record says what the run gave, and the two differ beyond the digits that are printed.',
    remedy: 'Correct the table, or record the run that gave its numbers.',
    level: 'warn',
  },
  'not-from-predictions': {
    kind: 'wrong',
    title: 'Metric does not follow from the predictions',
    why: 'The policy declares how it is computed; the predictions beside it give another number, so one of them is of another run.',
    remedy: 'Record metrics and predictions of the same run, or correct the definition in the policy.',
  },
  'not-recomputed': {
    kind: 'missing',
    title: 'Metric cannot be computed from the predictions',
    why: 'The policy declares how it is computed; what that takes is not there, so nobody can tell whether it follows.',
    remedy: 'Record the metric, and keep the columns that the definition in the policy names.',
  },
  'threshold-missed': {
    kind: 'risk',
    title: 'Metric misses its threshold',
    why: 'The policy says how good the result has to be; that it can be got again does not make it good enough.',
    remedy: 'Improve the model, or change `evaluation.thresholds` in the policy first.',
  },
  'tolerance-too-wide': {
    kind: 'risk',
    title: 'Tolerance wider than the claimed change',
    why: 'A replay that agrees within it would also agree with the result before the change.',
    remedy: 'Declare a narrower tolerance in the policy, or evaluate on more samples or in more runs.',
    level: 'warn',
  },
})
