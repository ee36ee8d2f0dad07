import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Git } from '../../src/system/git.js'
import { uncancelled, type RunProgram } from '../../src/system/process.js'
import { filesOfCommit, filesOfWorkTree, listedOnce } from '../../src/system/tree-files.js'
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

test('many files of a commit are read through one git, whole or, if they are too large, not at all', async () => {
  const { root } = repository
  const names = Array.from({ length: 50 }, (_, i) => `many/${i}.txt`)
  for (const [i, name] of names.entries()) repository.write(name, String(i).repeat(i))
  repository.write('many/binary', '\0\n\r\nx blob 3\n')
  symlinkSync('0.txt', join(root, 'many/link'))
  const commit = repository.save()
  const programs: string[] = []
  const run: RunProgram = (argv, options) => {
    programs.push(argv.join(' '))
    return uncancelled(argv, options)
  }
  const git = await Git.open(run, root, mkdtempSync(join(tmpdir(), 'reprogate-scratch-')))
  const files = filesOfCommit(git, commit)
  await files.list()
  programs.splice(0)
  const cap = 60
  const read = await Promise.all(
    [...names, 'many/binary', 'many/link', 'none'].map((name) => files.read(name, cap)),
  )
  expect(programs).toHaveLength(1)
  const texts = read.map((file) => ('bytes' in file ? file.bytes.toString() : file.refused))
  expect(texts).toEqual([
    ...names.map((_, i) => (String(i).length * i > cap ? 'too-large' : String(i).repeat(i))),
    '\0\n\r\nx blob 3\n',
    'irregular',
    'missing',
  ])
})

test('a blob that is not there is an error of all that were asked for with it, and of none later', async () => {
  const { root } = repository
  repository.write('gone.txt', 'gone')
  const commit = repository.save()
  const blob = repository.git('rev-parse', 'HEAD:gone.txt')
  rmSync(join(root, '.git/objects', blob.slice(0, 2), blob.slice(2)))
  const git = await openGit(root)
  await git.filesAt(commit)
  const asked = ['evaluate.py', 'gone.txt', 'Dockerfile'].map((path) => git.show(commit, path))
  for (const one of await Promise.allSettled(asked))
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'git/failed' } })
  expect((await git.show(commit, 'Dockerfile'))?.toString()).toBe(repository.read('Dockerfile'))
})

test('a tree is listed once', async () => {
  const commit = repository.save()
  const git = await openGit(repository.root)
  const files = listedOnce(filesOfWorkTree(git, repository.root))
  const before = await files.list()
  repository.write('later.txt', 'x')
  expect(await files.list()).toBe(before)
  expect(await filesOfWorkTree(git, repository.root).list()).toContain('later.txt')
  expect(await filesOfCommit(git, commit).list()).not.toContain('later.txt')
})
