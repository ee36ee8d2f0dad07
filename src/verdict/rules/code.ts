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
    title: 'Code changed after the recorded run',
    why: 'The code at the head is not the code that was run; the recorded result says nothing about it.',
    remedy: 'Record the run again with the code as it is now.',
  },
})
