import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileDigest, fileDigests } from '../../src/system/digest.js'
import { NotAFile } from '../../src/system/files.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reprogate-digest-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Large enough for a thread, and nothing on the disk. */
function sparse(name: string, mebibytes: number): string {
  const path = join(root, name)
  writeFileSync(path, name)
  truncateSync(path, mebibytes * 1024 * 1024 + 1)
  return path
}

const bySha256sum = (path: string) =>
  `sha256:${execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64)}`

test('small and large files keep their order, and have the digests of sha256sum', async () => {
  const names = Array.from({ length: 50 }, (_, i) => `small-${i}`)
  for (const name of names) writeFileSync(join(root, name), name.repeat(100))
  const paths = [sparse('a', 65), ...names.map((name) => join(root, name)), sparse('b', 70), sparse('c', 64)]
  const digests = await fileDigests(paths, 'sha256')
  expect(digests.map(({ digest }) => digest)).toEqual(paths.map(bySha256sum))
  expect(digests[0]?.bytes).toBe(65 * 1024 * 1024 + 1)
})

test('md5 is known, and so is the empty file', async () => {
  writeFileSync(join(root, 'empty'), '')
  expect(await fileDigest(join(root, 'empty'), 'md5')).toEqual({
    digest: `md5:${createHash('md5').digest('hex')}`,
    bytes: 0,
  })
  const large = sparse('large', 66)
  expect((await fileDigest(large, 'md5')).digest).toBe(
    `md5:${execFileSync('md5sum', [large], { encoding: 'utf8' }).slice(0, 32)}`,
  )
})

test('a large file that is being hashed is let go when the check is cancelled', async () => {
  const abort = new AbortController()
  // A tebibyte of nothing: only the cancellation ends this.
  const endless = fileDigest(sparse('endless', 1024 * 1024), 'sha256', abort.signal)
  setImmediate(() => abort.abort(new Error('enough')))
  await expect(endless).rejects.toThrow('enough')
})

test('what is no regular file is refused, and a pipe is not waited for', async () => {
  mkdirSync(join(root, 'folder'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  await expect(fileDigest(join(root, 'folder'), 'sha256')).rejects.toThrow(NotAFile)
  await expect(fileDigest(join(root, 'pipe'), 'sha256')).rejects.toThrow(NotAFile)
  await expect(fileDigest(join(root, 'nothing'), 'sha256')).rejects.toThrow('ENOENT')
})
