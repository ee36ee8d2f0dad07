import { rulesOf } from './rule.js'

const AGAIN = 'Run the pipeline again (`dvc repro`) and commit its lock and results together.'

/** What a run's own files say against the repository, or against one another. */
export const CLAIMS_RULES = rulesOf('claims', {
  'lock-stale': {
    kind: 'wrong',
    title: 'Lock older than what it names',
    why: 'The results beside the lock were made with other code or data than the repository has now.',
    remedy: AGAIN,
  },
  'lock-disagrees': {
    kind: 'wrong',
    title: 'Lock disagrees with itself',
    why: 'A stage has read another file than the one that the lock says was written: the results are of two runs.',
    remedy: AGAIN,
  },
  'parameter-changed': {
    kind: 'wrong',
    title: 'Parameter changed after the run',
    why: 'The results were made with another value than the repository has now.',
    remedy: 'Run again with the new value, or restore the one that the run used.',
  },
  'command-changed': {
    kind: 'wrong',
    title: 'Command changed after the run',
    why: 'The results were made by another command than the one that is written down now.',
    remedy: AGAIN,
  },
  'out-differs': {
    kind: 'wrong',
    title: 'Committed result is not the one that was written',
    why: 'The lock keeps a digest of every result, and this file is another.',
    remedy: 'Restore the file that the run wrote, or run again and commit lock and result together.',
  },
  'stage-not-run': {
    kind: 'wrong',
    title: 'Stage without an entry in the lock',
    why: 'Nothing says that this stage was ever run.',
    remedy: AGAIN,
    level: 'warn',
  },
  'commit-unknown': {
    kind: 'wrong',
    title: 'Run of a commit that is not in the repository',
    why: 'Nobody can look at the code that was run.',
    remedy: 'Push the commit, or run again from a commit that is in the repository.',
  },
  'commit-not-ancestor': {
    kind: 'wrong',
    title: 'Run of a commit that is not part of this branch',
    why: 'What is merged does not contain the code that was run.',
    remedy: 'Merge or rebase so that the commit is an ancestor of the head, or run again.',
  },
  'commit-lacks-code': {
    kind: 'wrong',
    title: 'Commit without the code that was run',
    why: 'The run names a script or task that its commit does not hold, so it was run from changes that were not committed.',
    remedy: 'Commit the code first, then run again.',
  },
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
