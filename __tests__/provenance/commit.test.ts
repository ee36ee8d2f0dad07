import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkCommit, isDocumentation, uncommittedFindings } from '../../src/provenance/commit.js'
import { openGit } from '../support/git.js'
import { createRepository, RECORD, type Repository } from '../support/gate.js'

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

const check = async (claim: { commit?: string; dirty?: boolean; code?: string[] } = {}, at = repository) => {
  const { commit = repository.commit, dirty, code = [] } = claim
  const head = at.git('rev-parse', 'HEAD')
  return checkCommit(await openGit(at.root), { commit, dirty, head, code, records: [RECORD] })
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

describe('what changed after the commit is named', () => {
  test('as a warning: the replay of the judged tree is the proof', async () => {
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
  test('as an error, if the policy says that the run depends on it; nothing excuses that', async () => {
    repository.write('evaluate.py', 'print("other")\n')
    repository.write('docs/model.md', 'text\n')
    repository.write('other.py', '')
    repository.save()
    expect(await check({ code: ['*.py', 'docs/**', '!other.py'] })).toMatchObject([
      { rule: 'code/dependency-changed', actual: 'docs/model.md, evaluate.py, other.py' },
    ])
    expect(await check({ code: ['evaluate.py'] })).toMatchObject([
      { rule: 'code/dependency-changed', actual: 'evaluate.py' },
      { rule: 'code/changed-since', actual: 'other.py' },
    ])
  })
  test('not records and documentation', async () => {
    repository.write('README.md', 'more\n')
    repository.write(RECORD, `${repository.read(RECORD)}# more\n`)
    repository.save()
    expect(await check()).toEqual([])
  })
  test('of many the first are', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) repository.write(`${name}.py`, '')
    repository.save()
    expect((await check())[0]?.message).toMatch(/: a.py, b.py, c.py, d.py, e.py and 2 more$/)
  })
})

test('what is not committed is not judged, and is named', () => {
  expect(uncommittedFindings(['evaluate.py', '.reprogate/report.json'])).toMatchObject([
    { rule: 'code/uncommitted', message: 'not committed, and so not judged: evaluate.py' },
  ])
  expect(uncommittedFindings(['.reprogate/report.json'])).toEqual([])
  expect(uncommittedFindings(['data/a.csv', 'p.yml'], { read: ['data', 'p.yml'] })).toEqual([])
  expect(uncommittedFindings(['a.py', 'secret.key'], { filtered: ['secret.key'] })).toMatchObject([
    {
      message: expect.stringMatching(
        /: a.py, secret.key; git keeps secret.key through a filter .* never run here/,
      ),
    },
  ])
})

test.each([
  ['README.md', true],
  ['docs/guide.html', true],
  ['LICENSE', true],
  ['requirements.txt', false],
  ['constraints-dev.txt', false],
  ['CMakeLists.txt', false],
  ['data/words.txt', false],
  ['evaluate.py', false],
])('%s is documentation: %s', (path, documentation) => {
  expect(isDocumentation(path)).toBe(documentation)
})
