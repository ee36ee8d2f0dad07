import { fieldRules, RATIONALE, rulesOf } from './rule.js'

export const SEEDS_RULES = rulesOf('seeds', {
  ...fieldRules('value', {
    name: 'Seeds',
    why: 'An unseeded run cannot be obtained again, and nobody can set a seed that was not written down.',
    remedy: 'Record every seed that the run set under `seeds` (`{}` if it set none).',
  }),
  'not-integer': {
    kind: 'wrong',
    title: 'Seed is not an integer',
    why: 'Generators take an integer; of another seed nobody knows which one they were given.',
    remedy: 'Record the integer that the run has set.',
    level: 'off',
  },
  changed: {
    kind: 'missing',
    title: 'Seeds changed without a rationale',
    why: 'Whoever may choose the seed may choose the result: a reviewer wants to know why it is another one.',
    remedy: RATIONALE,
    level: 'warn',
  },
  reused: {
    kind: 'wrong',
    title: 'Seed used by two runs',
    why: 'Runs that show how much a result varies need a seed each; with the same one they are one run.',
    remedy: 'Run again with a seed of its own for every run.',
    level: 'warn',
  },
})
