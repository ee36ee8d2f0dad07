import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { loadPolicy } from '../../src/policy/load.js'
import { judgementOf, type Occasion } from '../../src/policy/occasion.js'
import { contextOf } from '../support/git.js'
import { createRepository, type Repository } from '../support/repository.js'

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

const judge = async (occasion: Occasion) => {
  const { git } = await contextOf(repository.root)
  return judgementOf(git, occasion)
}

/** A pull request as GitHub shows it to a runner: the base moved on, the merge is checked out. */
function propose(policy = 'track: exploratory\n') {
  const { git } = repository
  const base = git('rev-parse', 'HEAD')
  git('checkout', '-q', '-b', 'change')
  repository.write('reprogate.yml', policy)
  const head = repository.save('the change')
  git('checkout', '-q', 'main')
  repository.write('README.md', 'moved on\n')
  const onto = repository.save('the base moves on')
  git('checkout', '-q', '--detach', 'main')
  git('merge', '-q', '--no-ff', '-m', 'merge', head)
  return { base: { commit: base, ref: 'main' }, onto, head, merge: git('rev-parse', 'HEAD') }
}

describe('a proposal is judged as it will be merged', () => {
  test('the merge, if it is what is checked out, by the policy of what it is merged into', async () => {
    const { base, onto, head, merge } = propose()
    expect(await judge({ kind: 'proposal', head, base, merge, defaultBranch: 'main' })).toEqual({
      tree: { commit: merge, what: 'merge', worktree: false },
      bases: [{ commit: onto, ref: 'main' }],
    })
  })
  test('the head, if something else is checked out', async () => {
    const { base, head, merge } = propose()
    repository.git('checkout', '-q', head)
    expect(await judge({ kind: 'proposal', head, base, merge })).toEqual({
      tree: { commit: head, what: 'head', worktree: false },
      bases: [base],
    })
  })
  test.each<[string, (at: ReturnType<typeof propose>) => string]>([
    [
      'of another head',
      ({ onto }) => repository.git('commit-tree', `${onto}^{tree}`, '-p', onto, '-p', onto, '-m', 'x'),
    ],
    [
      'the wrong way round',
      ({ onto, head }) => repository.git('commit-tree', `${head}^{tree}`, '-p', head, '-p', onto, '-m', 'x'),
    ],
    [
      'of three',
      ({ onto, head }) =>
        repository.git(
          'commit-tree',
          `${head}^{tree}`,
          '-p',
          onto,
          '-p',
          head,
          '-p',
          repository.commit,
          '-m',
          'x',
        ),
    ],
    [
      'that is not a merge',
      ({ head }) => repository.git('commit-tree', `${head}^{tree}`, '-p', head, '-m', 'x'),
    ],
  ])('the head, if what is checked out is a merge %s', async (_what, make) => {
    const at = propose()
    const forged = make(at)
    repository.git('checkout', '-q', forged)
    const { tree, bases } = await judge({ kind: 'proposal', head: at.head, base: at.base, merge: forged })
    expect(tree).toMatchObject({ commit: at.head, what: 'head' })
    expect(bases).toEqual([at.base])
  })
  test('a head that the clone does not have is said so', async () => {
    const { base } = propose()
    await expect(judge({ kind: 'proposal', head: 'f'.repeat(40), base })).rejects.toMatchObject({
      code: 'git/revision-unknown',
    })
  })
  test('into another branch than the default one: that one’s rules count, too', async () => {
    const { base, head } = propose()
    const occasion: Occasion = {
      kind: 'proposal',
      head,
      base: { ...base, ref: 'release' },
      defaultBranch: 'main',
    }
    await expect(judge(occasion)).rejects.toMatchObject({ code: 'policy/base-missing' })
    repository.git('update-ref', 'refs/remotes/origin/main', 'main')
    expect((await judge(occasion)).bases.map(({ ref }) => ref)).toEqual(['release', 'main'])
  })
})

describe('any other commit is judged by the default branch', () => {
  beforeEach(() => void repository.git('update-ref', 'refs/remotes/origin/main', 'main'))
  const refOf = async (merged: 'yes' | 'if-ancestor' | 'no', commit: string) =>
    (await judge({ kind: 'commit', commit, defaultBranch: 'main', merged })).bases[0]?.commit
  test('unless it is merged already', async () => {
    const tip = repository.git('rev-parse', 'main')
    const old = repository.commit
    repository.git('checkout', '-q', '-b', 'change')
    const other = repository.save()
    expect(await refOf('no', other)).toBe(tip)
    expect(await refOf('no', old)).toBe(tip)
    expect(await refOf('if-ancestor', other)).toBe(tip)
    expect(await refOf('if-ancestor', old)).toBe(old)
    expect(await refOf('yes', other)).toBe(other)
  })
  test('which has to be there', async () => {
    const occasion = {
      kind: 'commit',
      commit: repository.commit,
      defaultBranch: 'other',
      merged: 'no',
    } as const
    await expect(judge(occasion)).rejects.toMatchObject({
      code: 'policy/base-missing',
      message: 'other is not in this clone, so its policy cannot be read',
    })
  })
})

describe('the command line', () => {
  test('judges HEAD, by the work tree’s policy or as a pull request into a revision', async () => {
    const head = repository.git('rev-parse', 'HEAD')
    expect(await judge({ kind: 'work-tree' })).toEqual({
      tree: { commit: head, what: 'work tree', worktree: true },
      bases: [],
    })
    expect(await judge({ kind: 'work-tree', base: 'HEAD~1' })).toMatchObject({
      bases: [{ commit: repository.commit, ref: 'HEAD~1' }],
    })
    for (const base of ['nowhere', '--help'])
      await expect(judge({ kind: 'work-tree', base })).rejects.toMatchObject({ code: 'git/revision-unknown' })
  })
})

describe('the policy cannot be touched', () => {
  const load = async (occasion: Occasion) => {
    const context = await contextOf(repository.root)
    return loadPolicy(context, 'reprogate.yml', await judgementOf(context.git, occasion))
  }
  test('a base without one: the default branch’s, and no rule below its built-in level', async () => {
    const { base, head } = propose('rules: {code/dirty: off}\n')
    repository.git('checkout', '-q', 'main')
    repository.write(
      'reprogate.yml',
      'track: production\nrules: {code/dirty: warn, data/licence-missing: error}\n',
    )
    repository.save()
    repository.git('update-ref', 'refs/remotes/origin/main', 'main')
    const release = { ...base, ref: 'release' }
    expect(await load({ kind: 'proposal', head, base: release, defaultBranch: 'main' })).toMatchObject({
      from: expect.stringMatching(/^main \(/),
      policy: {
        track: 'production',
        rules: {
          'code/dirty': { production: 'error', exploratory: 'warn' },
          'data/licence-missing': { production: 'error', exploratory: 'error' },
        },
      },
    })
  })
  test.each<[string, () => void, RegExp]>([
    ['a link', () => symlinkSync('other.yml', join(repository.root, 'reprogate.yml')), /is a link/],
    ['a folder', () => repository.write('reprogate.yml/a', ''), /is a folder|not a regular file/],
  ])('%s in its place is an error, and never no policy', async (_what, plant, message) => {
    repository.write('other.yml', 'track: exploratory\n')
    plant()
    await expect(load({ kind: 'work-tree' })).rejects.toMatchObject({
      code: 'policy/irregular',
      message: expect.stringMatching(message),
    })
    const commit = repository.save()
    const occasion: Occasion = { kind: 'proposal', head: commit, base: { commit, ref: 'main' } }
    await expect(load(occasion)).rejects.toMatchObject({ code: 'policy/irregular' })
    rmSync(join(repository.root, 'reprogate.yml'), { recursive: true })
  })
  test('a link on its way is one, too', async () => {
    repository.write('real/reprogate.yml', 'track: exploratory\n')
    symlinkSync('real', join(repository.root, 'conf'))
    const commit = repository.save()
    const context = await contextOf(repository.root)
    const at = (occasion: Occasion) =>
      judgementOf(context.git, occasion).then((judgement) =>
        loadPolicy(context, 'conf/reprogate.yml', judgement),
      )
    await expect(at({ kind: 'work-tree' })).rejects.toMatchObject({ code: 'policy/irregular' })
    await expect(at({ kind: 'proposal', head: commit, base: { commit, ref: 'main' } })).rejects.toMatchObject(
      {
        code: 'policy/irregular',
        message: 'the policy conf/reprogate.yml lies behind conf, which is a link',
      },
    )
  })
})
