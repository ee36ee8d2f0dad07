import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { filesOfCommit, filesOfWorkTree } from '../../src/system/tree-files.js'
import { openGit } from '../support/git.js'
import { createRepository, type Repository } from '../support/repository.js'

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

test('ignored stores are listed in a work tree, if they are asked for, and never in a commit', async () => {
  const { root } = repository
  repository.write('.gitignore', 'mlruns/\n*.db\nsecret/\n')
  repository.write('mlruns/0/a/meta.yaml', 'x')
  repository.write('sub/mlflow.db', 'x')
  repository.write('secret/key', 'x')
  symlinkSync(join(root, 'secret/key'), join(root, 'mlruns/link'))
  const commit = repository.save()
  const git = await openGit(root)
  const added = async (also?: (path: string) => boolean) => {
    const plain = new Set(await git.files())
    return (await filesOfWorkTree(git, root, also).list()).filter((file) => !plain.has(file))
  }
  expect(await added()).toEqual([])
  expect(await added((path) => /(?:^|\/)(?:mlruns|mlflow\.db)$/.test(path))).toEqual([
    'mlruns/0/a/meta.yaml',
    'sub/mlflow.db',
  ])
  expect(await filesOfCommit(git, commit).list()).not.toContain('sub/mlflow.db')
})

test('a file is read in the same way before and after the tree was listed', async () => {
  const { root } = repository
  symlinkSync('data', join(root, 'link'))
  const commit = repository.save()
  const git = await openGit(root)
  const paths = [
    'data/train.csv',
    'data',
    '.',
    '',
    'link',
    'link/train.csv',
    'data/train.csv/x',
    'none',
    '../x',
  ]
  const read = () => Promise.all(paths.map((path) => git.entry(commit, path)))
  const before = await read()
  await git.filesAt(commit)
  expect(await read()).toEqual(before)
  expect((await git.show(commit, 'data/train.csv'))?.toString()).toBe(repository.read('data/train.csv'))
})
