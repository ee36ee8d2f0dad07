import { describe, expect, test } from '@jest/globals'
import { setImmediate } from 'node:timers/promises'
import { compareManifests } from '../../../src/environment/compare/differences.js'
import { maskContent } from '../../../src/environment/manifest/masks.js'
import { treatmentOf } from '../../../src/environment/manifest/normalise.js'
import { readManifest } from '../../../src/environment/manifest/read.js'
import { pauseFor, sortTexts } from '../../../src/environment/pause.js'
import { parseDpkgStatus } from '../../../src/environment/packages/dpkg.js'
import { headersOf } from '../../../src/environment/packages/headers.js'
import { packageReader, sourceOf } from '../../../src/environment/packages/index.js'
import { ownersOf } from '../../../src/environment/packages/owners.js'
import { parsePythonMetadata, pypiName } from '../../../src/environment/packages/python.js'
import { CONFIG, manifestOf, streamOf, tarOf } from '../tree.js'

const MIB = 1024 ** 2

/**
 * What an image can hold to keep its reader busy. Each is far larger than anything that a quadratic
 * parser gets through before the test runner gives up; a linear one needs no more than milliseconds.
 */
describe('worst cases are read in linear time', () => {
  const spaces = ' '.repeat(4 * MIB)
  test.each<[string, () => unknown]>([
    ['a METADATA line of 4 MiB of spaces', () => parsePythonMetadata(`Name: a${spaces}b\nVersion: 1\n`, '')],
    ['as many tabs', () => headersOf(`Name:${'\t'.repeat(4 * MIB)}x`)],
    ['dots in a name', () => pypiName('.'.repeat(4 * MIB))],
    ['dots that alternate', () => pypiName('.a'.repeat(MIB))],
    ['empty paragraphs', () => parseDpkgStatus('\n \n'.repeat(MIB) + 'x')],
    ['a paragraph that never ends', () => parseDpkgStatus(`Package: a\n${' x\n'.repeat(MIB)}`)],
    ['lines of white space', () => parseDpkgStatus(`Package: a\n${' '.repeat(4 * MIB)}x`)],
    [
      'a DESCRIPTION of semicolons',
      () => maskContent('r-description', Buffer.from(`Built:${';'.repeat(4 * MIB)}`)),
    ],
    ['a shadow of colons', () => maskContent('shadow', Buffer.from(':'.repeat(4 * MIB)))],
    ['conda JSON without end', () => maskContent('conda', Buffer.from('['.repeat(4 * MIB)))],
    [
      'a keystore that promises four billion entries',
      () => {
        const store = Buffer.alloc(MIB)
        store.writeUInt32BE(0xfeedfeed, 0)
        store.writeUInt32BE(2, 4)
        store.writeUInt32BE(0xffffffff, 8)
        return maskContent('keystore', store)
      },
    ],
    [
      'paths for every glob',
      () => HOSTILE_PATHS.map((path) => [treatmentOf(path), sourceOf(path), packageReader(path)]),
    ],
  ])('%s', (_, read) => expect(() => read()).not.toThrow())

  const HOSTILE_PATHS = [
    'a/',
    '.git/logs/',
    'node_modules/',
    'conda-meta/',
    '.',
    '.dist-info/',
    'home/',
    '__pycache__/',
  ].flatMap((part) =>
    ['', 'x.pyc', 'METADATA', '.json'].map((end) => part.repeat(4096 / part.length).slice(0, 4096) + end),
  )

  test('a RECORD with a quoted line of 4 MiB, and one with a million lines', () => {
    const list = (text: string) => ({
      entries: new Map(),
      ownership: [{ ecosystem: 'pypi', owner: 'pkg:pypi/a', root: 'x', text }],
    })
    expect(ownersOf(list(`"${'""'.repeat(2 * MIB)}`))('x')).toBeUndefined()
    const many = ownersOf(list(Array.from({ length: MIB }, (_, i) => `${i},,`).join('\n')))
    expect(many(`x/${MIB - 1}`)?.owner).toBe('pkg:pypi/a')
    expect(() => ownersOf(list('\n'.repeat(5 * MIB)))).toThrow(/list more than/)
  })
})

describe('caps', () => {
  const refused = (path: string) =>
    expect(tarOf({ [path]: 'x' }).then((tar) => readManifest(streamOf(tar), CONFIG))).rejects.toMatchObject({
      code: 'image/too-large',
    })
  test('a path that no kernel takes', () => refused(`${'a'.repeat(5000)}`))
  test('folders without end', () => refused(`${'a/'.repeat(300)}x`))
  test('a path of slashes is what it is without them', async () => {
    const { entries } = await manifestOf({ [`${'/./'.repeat(1000)}a/b`]: 'x', [`c${'/'.repeat(3000)}`]: 'y' })
    expect([...entries.keys()]).toEqual(['a/b', 'c'])
  })
  test('a folder that is on one side only stands for all that is deep in it', async () => {
    const deep = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a/${'b/'.repeat(200)}${i}`, 'x']))
    const { differences } = compareManifests(await manifestOf({}), await manifestOf({ 'a/': {}, ...deep }))
    expect(differences).toMatchObject([{ name: '/a', note: 'only in the rebuild, with 300 more inside' }])
  })
})

describe('long work', () => {
  test('lets others through, and ends when the check is cancelled', async () => {
    const abort = new AbortController()
    const pause = pauseFor(abort.signal)
    let others = 0
    const counting = setImmediate().then(() => others++)
    const work = async () => {
      for (;;) await pause()
    }
    const running = work()
    await counting
    expect(others).toBe(1)
    abort.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
  })

  test('sorts as ever, in runs', async () => {
    const texts = Array.from({ length: 200_000 }, (_, i) => `${(i * 7919) % 200_003}/é`)
    expect(await sortTexts(texts, pauseFor())).toEqual([...texts].sort())
    expect(await sortTexts([], pauseFor())).toEqual([])
  })

  test('a reader of an image is cancelled between two chunks', async () => {
    const abort = new AbortController()
    const tar = await tarOf({ a: Buffer.alloc(MIB) })
    const slow = async function* () {
      for (let at = 0; at < tar.length; at += 4096) {
        await new Promise((resolve) => setTimeout(resolve, 2))
        yield tar.subarray(at, at + 4096)
      }
    }
    const { Readable } = await import('node:stream')
    const reading = readManifest(Readable.from(slow()), CONFIG, { signal: abort.signal })
    abort.abort(new Error('cancelled'))
    await expect(reading).rejects.toThrow('cancelled')
  })
})
