import { expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { answersAmong } from '../../../src/environment/manifest/answers.js'
import { readManifest } from '../../../src/environment/manifest/read.js'
import { CONFIG, noPause, streamOf, tarOf } from '../tree.js'

test('files of an image that are the answers are named, whatever they are called', async () => {
  const files = new Map([
    ['app/evaluate.py', 'a'.repeat(64)],
    ['usr/lib/libz.so', 'b'.repeat(64)],
    ['opt/\u00c3\u00a9', 'b'.repeat(64)],
    ['etc/machine-id', ''],
  ])
  const image = { entries: { contents: () => files.entries() }, disguised: [] }
  const digests = [`sha256:${'b'.repeat(64)}`, `sha256:${'c'.repeat(64)}`, `md5:${'a'.repeat(32)}`]
  expect(await answersAmong(image, digests, noPause)).toEqual(['/usr/lib/libz.so', '/opt/é'])
  expect(await answersAmong(image, [], noPause)).toEqual([])
})

test('also where the comparison masks a file, ignores it, or looks at its presence only', async () => {
  const answers = `${'id,label\n'.repeat(9)}`
  const names = ['a.csv', 'b/c.pyc', 'run/x', 'etc/machine-id', 'etc/shadow', 'r/DESCRIPTION', 'other']
  const files = Object.fromEntries(names.map((name) => [name, name === 'other' ? 'x' : answers]))
  const manifest = await readManifest(streamOf(await tarOf(files)), CONFIG)
  const digest = `sha256:${createHash('sha256').update(answers).digest('hex')}`
  expect((await answersAmong(manifest, [digest], noPause)).sort()).toEqual(
    names
      .slice(0, -1)
      .map((name) => `/${name}`)
      .sort(),
  )
})
