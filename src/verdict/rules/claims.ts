import { rulesOf } from './rule.js'

export const CLAIMS_RULES = rulesOf('claims', {
  unreadable: {
    kind: 'wrong',
    title: 'File of a run cannot be read',
    why: 'It is cut off, damaged, or larger than such a file is: what it says of the run is not known.',
    remedy: 'Restore the file, or write it again.',
    level: 'warn',
  },
  unfinished: {
    kind: 'wrong',
    title: 'Run did not finish',
    why: 'What a run that failed or was canceled has written is not its result.',
    remedy: 'Run it again to its end, and commit what it writes.',
  },
  'samples-differ': {
    kind: 'wrong',
    title: 'Samples are not those of the result',
    why: 'The hashes in the result are of other samples than those beside it, so the two do not belong together.',
    remedy: 'Commit the samples that the same run wrote.',
  },
})
