import { afterEach, beforeEach, expect, test } from '@jest/globals'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Git } from '../../src/system/git.js'
import { uncancelled, type RunProgram } from '../../src/system/process.js'
import { withSession } from '../../src/system/session.js'
import { openGit } from '../support/git.js'
import { createRepository, silent, type Repository } from '../support/gate.js'

let repository: Repository
let scratch: string
const open = (directory = repository.root): Promise<Git> => openGit(directory, scratch)
beforeEach(() => {
  repository = createRepository()
  scratch = mkdtempSync(join(tmpdir(), 'reprogate-scratch-'))
})
afterEach(() => {
  repository.remove()
  rmSync(scratch, { recursive: true, force: true })
})

test('an export is the commit, whole: no attribute leaves a file out, and nothing of the work tree comes in', async () => {
  repository.write('.gitattributes', 'evaluate.py export-ignore\nDockerfile export-subst\n')
  repository.write('Dockerfile', '# $Format:%H$\n')
  symlinkSync('evaluate.py', join(repository.root, 'link.py'))
  const commit = repository.save()
  repository.write('evaluate.py', 'changed')
  repository.write('untracked', '')
  utimesSync(join(repository.root, 'Dockerfile'), 0, 0)
  mkdirSync(join(scratch, 'out'))
  await (await open()).export(commit, join(scratch, 'out'))
  const read = (path: string) => readFileSync(join(scratch, 'out', path), 'utf8')
  expect(read('evaluate.py')).toBe('print("evaluated")\n')
  expect(read('link.py')).toBe('print("evaluated")\n')
  expect(read('Dockerfile')).toBe('# $Format:%H$\n')
  expect(existsSync(join(scratch, 'out/untracked'))).toBe(false)
  // Builders trust size and modification time: an old one could hide an edit.
  expect(Date.now() - statSync(join(scratch, 'out/Dockerfile')).mtimeMs).toBeLessThan(60_000)
  expect(repository.git('status', '--porcelain')).toBe('M evaluate.py\n?? untracked')
})

test('an export of a working directory below the top holds only that', async () => {
  const git = await open(join(repository.root, 'models/digits'))
  expect(git.prefix).toBe('models/digits/')
  mkdirSync(join(scratch, 'out'))
  await git.export('HEAD', join(scratch, 'out'))
  expect(readdirSync(join(scratch, 'out')).sort()).toEqual(['model.bin', 'provenance.yml'])
  expect((await git.show('HEAD', 'model.bin'))?.toString()).toBe('weights')
  expect(await git.show('HEAD', '../../evaluate.py')).toBeNull()
})

test('an export has the modes that git records, whatever the umask is', async () => {
  repository.write('tools/run.sh', '#!/bin/sh\n')
  chmodSync(join(repository.root, 'tools/run.sh'), 0o755)
  const commit = repository.save()
  const before = process.umask(0o077)
  try {
    mkdirSync(join(scratch, 'out'))
    await (await open()).export(commit, join(scratch, 'out'))
  } finally {
    process.umask(before)
  }
  const mode = (path: string) => (statSync(join(scratch, 'out', path)).mode & 0o777).toString(8)
  expect(['.', 'tools', 'tools/run.sh', 'evaluate.py', 'data/test.csv'].map(mode)).toEqual([
    '755',
    '755',
    '755',
    '644',
    '644',
  ])
})

test('a list that git prints is never cut: what does not fit is an error', async () => {
  const run: RunProgram = async (argv, options) => ({
    ...(await uncancelled(argv, options)),
    truncated: argv.includes('--cached'),
  })
  const git = await Git.open(run, repository.root, scratch)
  expect(await git.dirty()).toEqual([])
  await expect(git.files()).rejects.toMatchObject({ code: 'output/truncated' })
})

test('a diff is shown up to its first 64 KiB, and says so', async () => {
  const from = repository.git('rev-parse', 'HEAD')
  repository.write('long.yml', 'a: 1\n'.repeat(30_000))
  const diff = await (await open()).diff(from, repository.save(), 'long.yml')
  expect(diff.length).toBeLessThan(66_000)
  expect(diff).toMatch(/the rest of the diff is not shown/)
})

test('a token in the address of the remote is left out', async () => {
  repository.git('remote', 'add', 'origin', 'https://x-access-token:secret@github.example/acme/digits.git')
  expect(await (await open()).remote()).toBe('https://github.example/acme/digits.git')
  repository.git('remote', 'set-url', 'origin', 'HTTPS://me:se@cret@github.example/acme/digits.git')
  expect(await (await open()).remote()).toBe('HTTPS://github.example/acme/digits.git')
})

test('a session undoes what it registered, last first, also when the work fails', async () => {
  const undone: string[] = []
  let folder = ''
  const work = withSession(
    repository.root,
    { progress: silent, signal: new AbortController().signal },
    async (context) => {
      folder = context.scratch
      context.defer(async () => void undone.push('first'))
      context.defer(() => Promise.reject(new Error('this cleanup fails')))
      context.defer(async () => void undone.push('last'))
      throw new Error('the work failed')
    },
  )
  await expect(work).rejects.toThrow('the work failed')
  expect(undone).toEqual(['last', 'first'])
  expect(existsSync(folder)).toBe(false)
})
