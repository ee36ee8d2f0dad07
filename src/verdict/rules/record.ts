import { rulesOf } from './rule.js'

export const RECORD_RULES = rulesOf('record', {
  missing: {
    kind: 'missing',
    title: 'No record',
    why: 'Without a record there is nothing to reproduce.',
    remedy: 'Run `reprogate record <model>` and commit the file that it writes.',
  },
  malformed: {
    kind: 'wrong',
    title: 'Record cannot be read',
    why: 'A record that is not valid YAML or JSON, or whose fields have the wrong shape, cannot be trusted.',
    remedy:
      'Correct the file at the line that is named, or run `reprogate record <model>` to write it again.',
  },
  'too-large': {
    kind: 'wrong',
    title: 'Record larger than 1 MiB',
    why: 'A record is read by people; lists belong in the manifest beside it.',
    remedy: 'Move long lists into the manifest, or run `reprogate record <model>`.',
  },
  'path-outside': {
    kind: 'wrong',
    title: 'Path leaves the repository',
    why: 'A record may only name files of its own repository; following this path would read something else.',
    remedy:
      'Use a path relative to the root of the repository, without `..` and without links that lead out.',
  },
  'map-missing': {
    kind: 'missing',
    title: 'Mapped value is not there',
    why: 'The policy says where a field of the record stands, and the file has no such value.',
    remedy: 'Correct the path in the policy’s `map`, or have the run write the value.',
  },
  unreachable: {
    kind: 'infrastructure',
    title: 'Tracking server cannot be asked',
    why: 'The run is kept on a server that gives no answer, so nothing is known of it.',
    remedy:
      'Check the address in the policy, and that MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, are set.',
  },
  irregular: {
    kind: 'wrong',
    title: 'Record is not a regular file',
    why: 'What stands in its place, or in the place of a folder on its way, could lead anywhere.',
    remedy: 'Put the record itself there, as a regular file in regular folders.',
  },
  removed: {
    kind: 'missing',
    title: 'Record removed',
    why: 'The base branch has a record of this model; without it nobody checks the model any more.',
    remedy: 'Restore the record. To give a model up, remove it from the policy on the base branch first.',
  },
  'not-covered': {
    kind: 'risk',
    title: 'Model not covered by the policy',
    why: 'The policy names the models that matter, and this one is new: no rule of the policy is its own.',
    remedy: 'Name the model in the policy, once it is merged.',
    level: 'warn',
  },
  'unknown-key': {
    kind: 'wrong',
    title: 'Unknown key',
    why: 'A misspelt key is silently ignored.',
    remedy: 'Correct the spelling, or remove the key.',
    level: 'warn',
  },
  'field-missing': {
    kind: 'missing',
    title: 'A field that the policy requires is missing',
    why: 'The policy of this repository requires this field.',
    remedy: 'Add the field to the record.',
  },
  'name-unconventional': {
    kind: 'risk',
    title: 'Name does not follow the convention',
    why: 'The policy says how models, versions, runs, metrics and records are called, so that people and scripts find them.',
    remedy: 'Rename it as the policy’s `naming` says, or have the convention changed.',
    level: 'warn',
  },
  'digest-weak': {
    kind: 'wrong',
    title: 'Digest that proves nothing',
    why: 'Two files with the same md5 are made in seconds, so it does not say which of them was used.',
    remedy: 'Replace it by `sha256:<64 hex digits>`; `reprogate record <model>` computes it.',
  },
  'manifest-mismatch': {
    kind: 'wrong',
    title: 'Manifest does not match its recorded digest',
    why: 'The environment manifest beside the record has changed since it was recorded, so it cannot stand in for the image.',
    remedy: 'Restore the manifest, or run `reprogate record <model>`.',
  },
})
