import { fieldRules, rulesOf } from './rule.js'

export const CODE_RULES = rulesOf('code', {
  ...fieldRules('commit', {
    name: 'Commit',
    why: 'The commit is what the rebuild and the replay start from.',
    remedy: 'Record the full 40-digit commit hash that the run used.',
  }),
  'commit-unknown': {
    kind: 'wrong',
    title: 'Commit not in the repository',
    why: 'Nobody can check out a commit that git does not have.',
    remedy: 'Push the commit, or record the run again from a commit that is in the repository.',
  },
  'shallow-clone': {
    kind: 'infrastructure',
    title: 'Clone too shallow to find the commit',
    why: 'The commit may well exist: this clone does not reach back far enough to tell.',
    remedy: 'Check out with `fetch-depth: 0`.',
  },
  'commit-not-ancestor': {
    kind: 'wrong',
    title: 'Commit not part of this branch',
    why: 'What is merged would not contain the code that was run.',
    remedy: 'Merge or rebase so that the commit is an ancestor of the head, or record the run again.',
  },
  dirty: {
    kind: 'wrong',
    title: 'Run from a dirty work tree',
    why: 'The run used changes that were never committed, so the commit is not the code that was run.',
    remedy: 'Commit the changes and record the run again.',
  },
  'changed-since': {
    kind: 'wrong',
    title: 'Files changed after the recorded run',
    why: 'What is judged is not what was run. The replay of the judged tree shows whether the result still holds.',
    remedy: 'Nothing, if the result is reproduced; else record the run again.',
    level: 'warn',
  },
  'submodule-missing': {
    kind: 'missing',
    title: 'Submodule not checked out',
    why: 'Its folder is empty in the build and the replay, as nobody has its files.',
    remedy: 'Check out with `submodules: true`, or run `git submodule update --init`.',
    level: 'warn',
  },
  'lfs-missing': {
    kind: 'missing',
    title: 'Git LFS object not fetched',
    why: 'The build and the replay see a pointer in place of the file.',
    remedy: 'Check out with `lfs: true`, or run `git lfs pull`.',
    level: 'warn',
  },
  'dependency-changed': {
    kind: 'wrong',
    title: 'Code of the run changed',
    why: 'The policy says that the run depends on these files, and they are not those that were run.',
    remedy: 'Record the run again with the code as it is now.',
  },
  uncommitted: {
    kind: 'risk',
    title: 'Uncommitted changes are not judged',
    why: 'The commit is built and replayed, and not the files that lie in the work tree.',
    remedy: 'Commit them, and check again.',
    level: 'warn',
  },
})
