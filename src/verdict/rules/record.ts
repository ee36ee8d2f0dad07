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
  'manifest-mismatch': {
    kind: 'wrong',
    title: 'Manifest does not match its recorded digest',
    why: 'The environment manifest beside the record has changed since it was recorded, so it cannot stand in for the image.',
    remedy: 'Restore the manifest, or run `reprogate record <model>`.',
  },
})
