import { rulesOf } from './rule.js'

export const TRAINING_RULES = rulesOf('training', {
  'model-differs': {
    kind: 'differs',
    title: 'Training again gives another model',
    why: 'The recorded model, or its results, do not follow from the recorded code, data and seeds.',
    remedy: 'Train from the recorded code, data and seeds, and record the run again.',
  },
  nondeterministic: {
    kind: 'differs',
    title: 'Two identical trainings disagree',
    why: 'The same code on the same data in the same image gave two models with other results: something is not seeded.',
    remedy: 'Set and record every seed that the training uses.',
  },
  'not-run': {
    kind: 'missing',
    title: 'Training cannot be replayed',
    why: 'The policy asks for it, and the record does not say enough: nothing is known of where the model comes from.',
    remedy:
      'Record the run with `reprogate record <model> -- <command>`, which keeps its command and its seconds.',
    level: 'warn',
  },
  failed: {
    kind: 'infrastructure',
    title: 'Training failed',
    why: 'It gave no model in the rebuild, so nothing is known of where the recorded one comes from.',
    remedy: 'Run the training command in the rebuilt image and fix what its last lines name.',
    level: 'warn',
  },
})
