import { fieldRules, RATIONALE, rulesOf } from './rule.js'

export const DATA_RULES = rulesOf('data', {
  missing: {
    kind: 'missing',
    title: 'No data recorded',
    why: 'A result without its data cannot be obtained again.',
    remedy: 'List every data set that the run and its evaluation read under `data`.',
  },
  ...fieldRules('version', {
    name: 'Data version',
    why: 'The version says which state of the data the run has seen.',
    remedy: 'Add the `version` of the data set.',
  }),
  ...fieldRules('digest', {
    name: 'Data digest',
    why: 'Only a digest proves that the bytes are the same.',
    remedy: 'Add the `digest`, as `sha256:<64 hex digits>`; `reprogate record <model>` computes it.',
  }),
  'file-missing': {
    kind: 'missing',
    title: 'Data not found',
    why: 'The evaluation cannot be replayed without the data it reads.',
    remedy: 'Restore the file or folder (`git lfs pull`, `dvc pull`), or correct its path.',
  },
  'digest-mismatch': {
    kind: 'wrong',
    title: 'Data does not match its recorded digest',
    why: 'The bytes differ from those that the run used.',
    remedy: 'Restore the recorded data, or record the run again with the new data.',
  },
  changed: {
    kind: 'missing',
    title: 'Data changed without a rationale',
    why: 'Results on other data cannot be compared with those of the base branch, and nobody says why it is other data.',
    remedy: RATIONALE,
    level: 'warn',
  },
  'licence-missing': {
    kind: 'missing',
    title: 'Data licence missing',
    why: 'Whoever uses the model needs to know under which terms its data may be used.',
    remedy: 'Add the `licence` of the data set.',
    level: 'warn',
  },
  'exposes-answers': {
    kind: 'wrong',
    title: 'Recorded answers lie inside the data',
    why: 'The evaluation could copy the recorded predictions or metrics instead of computing them.',
    remedy: 'Keep recorded predictions and metrics outside the folders that `data` and `model` name.',
  },
})
