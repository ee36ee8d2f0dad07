import { fieldRules, rulesOf } from './rule.js'

export const MODEL_RULES = rulesOf('model', {
  missing: {
    kind: 'missing',
    title: 'No model recorded',
    why: 'The verdict is about a model; the record has to say which.',
    remedy: 'Add `model` with `name`, `path` and `digest`.',
  },
  ...fieldRules('digest', {
    name: 'Model digest',
    why: 'Only a digest proves that the model is the one that was evaluated.',
    remedy: 'Add the `digest`, as `sha256:<64 hex digits>`; `reprogate record <model>` computes it.',
  }),
  'file-missing': {
    kind: 'missing',
    title: 'Model not found',
    why: 'The evaluation cannot be replayed without the model.',
    remedy: 'Restore the file (`git lfs pull`, `dvc pull`), or correct its path.',
  },
  'digest-mismatch': {
    kind: 'wrong',
    title: 'Model does not match its recorded digest',
    why: 'The bytes differ from those that were evaluated.',
    remedy: 'Restore the recorded model, or record the run again.',
  },
  'no-longer-given': {
    kind: 'wrong',
    title: 'Model said to be trained by the evaluation, where it was given before',
    why: "The base's record pins the model's bytes. Whoever may drop the pin may evaluate anything, and nobody can tell whether the model decides the answers.",
    remedy:
      "Record the model's path and digest again. If the evaluation trains it from now on, let the policy of the base branch turn this rule off first.",
  },
  another: {
    kind: 'wrong',
    title: 'Record of another model',
    why: 'The record is about another model than the one the policy names here.',
    remedy: 'Record the run of this model, or correct the path in the policy.',
  },
})
