import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkCommit, leavesCodeAlone } from '../../src/provenance/commit.js'
import { openGit } from '../support/git.js'
import { createRepository, type Repository } from '../support/gate.js'

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

const check = async (
  claim: { commit?: string; dirty?: boolean; worktree?: boolean; settled?: string[] } = {},
  at = repository,
) => {
  const { commit = repository.commit, dirty, worktree = true, settled = ['models'] } = claim
  const head = at.git('rev-parse', 'HEAD')
  return checkCommit(await openGit(at.root), { commit, dirty, head, worktree, settled })
}

test('a commit that is known, part of the branch and still the code has no finding', async () => {
  expect(await check()).toEqual([])
})

test('a run from a dirty tree', async () => {
  expect(await check({ dirty: true })).toMatchObject([
    { rule: 'code/dirty', field: 'code.dirty', message: expect.stringMatching(/uncommitted changes on top/) },
  ])
})

test('a commit that git does not know', async () => {
  expect(await check({ commit: 'b'.repeat(40) })).toMatchObject([
    { rule: 'code/commit-unknown', field: 'code.commit', message: 'git does not know the commit bbbbbbb' },
  ])
})

test('a commit of another branch', async () => {
  repository.git('checkout', '-q', '--orphan', 'elsewhere')
  const other = repository.save('elsewhere')
  repository.git('checkout', '-q', '-f', 'main')
  expect(await check({ commit: other })).toMatchObject([
    { rule: 'code/commit-not-ancestor', message: expect.stringMatching(/not an ancestor of the head/) },
  ])
})

test('a shallow clone is told apart from an unknown commit', async () => {
  const shallow = createRepository()
  try {
    shallow.git('fetch', '-q', '--depth=1', `file://${repository.root}`, 'main')
    shallow.git('reset', '-q', '--hard', 'FETCH_HEAD')
    shallow.git('reflog', 'expire', '--expire=now', '--all')
    shallow.git('branch', '-q', '-m', 'here')
    expect(await check({ commit: 'b'.repeat(40) }, shallow)).toMatchObject([
      { rule: 'code/shallow-clone', message: 'this clone is too shallow to find bbbbbbb' },
    ])
  } finally {
    shallow.remove()
  }
})

describe('a change of code after the commit is named', () => {
  test('committed', async () => {
    repository.write('evaluate.py', 'print("other")\n')
    repository.write('requirements.txt', 'numpy\n')
    repository.save()
    expect(await check()).toMatchObject([
      {
        rule: 'code/changed-since',
        message: expect.stringMatching(/^changed since the run at \w{7}: evaluate.py, requirements.txt$/),
        actual: 'evaluate.py, requirements.txt',
      },
    ])
  })
  test('in the work tree, if that is judged', async () => {
    repository.write('evaluate.py', 'print("not committed")\n')
    expect(await check()).toMatchObject([{ rule: 'code/changed-since', actual: 'evaluate.py' }])
    expect(await check({ worktree: false })).toEqual([])
  })
  test('of many the first are', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) repository.write(`${name}.py`, '')
    expect((await check())[0]?.message).toMatch(/: a.py, b.py, c.py, d.py, e.py and 2 more$/)
  })
})

test.each([
  ['README.md', true],
  ['docs/guide.html', true],
  ['LICENSE', true],
  ['.reprogate/report.json', true],
  ['models/digits/provenance.yml', true],
  ['models', true],
  ['requirements.txt', false],
  ['constraints-dev.txt', false],
  ['CMakeLists.txt', false],
  ['data/words.txt', false],
  ['evaluate.py', false],
  ['models2/a.bin', false],
])('%s leaves the code alone: %s', (path, alone) => {
  expect(leavesCodeAlone(['models/'])(path)).toBe(alone)
})
