import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { setImmediate } from 'node:timers/promises'
import { compareManifests, compareWithFile } from '../../src/environment/compare/differences.js'
import { differenceFindings } from '../../src/environment/compare/findings.js'
import { answersAmong } from '../../src/environment/manifest/answers.js'
import { Entries } from '../../src/environment/manifest/entries.js'
import { toManifestFile } from '../../src/environment/manifest/file.js'
import { hashTree } from '../../src/environment/manifest/hash.js'
import type { Manifest } from '../../src/environment/manifest/manifest.js'
import { readManifest } from '../../src/environment/manifest/read.js'
import { BATCH, pauseFor, sortNumbers, type Pause } from '../../src/environment/pause.js'
import { CONFIG, manifestOf, noPause, tarOf, wheel } from './tree.js'

const MIB = 1024 ** 2
type Images = readonly [was: Manifest, is: Manifest]

/** Two images with so many files that differ, a package with an edit, and a file that only one has. */
async function twoImages(files: number): Promise<Images> {
  const of = async (content: string, extra: string): Promise<Manifest> => {
    const small = await manifestOf({ ...wheel('lib', 'six', '1', content), [extra]: 'x' })
    const entries = new Entries()
    const add = (path: string, digest: Buffer) => {
      const head = { path, kind: 'f', raw: false, mode: 0o644, uid: 0, gid: 0, link: '', xattrs: '' } as const
      entries.setDigest(entries.append(head), digest, digest)
    }
    for (const [path, { digest }] of small.entries) add(path, Buffer.from(digest, 'hex'))
    for (let i = 0; i < files; i++) add(`srv/${String(i).padStart(6, '0')}`, Buffer.alloc(32, content))
    await entries.seal(noPause)
    return { ...small, entries }
  }
  return [await of('a', 'only/was'), await of('b', 'only/is')]
}

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

  test('sorts as ever, in runs, and keeps the order of equals', async () => {
    const numbers = (most: number) => fc.array(fc.nat(most), { maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(numbers(3), numbers(1000)), async (values) => {
        const order = await sortNumbers(values.length, (a, b) => values[a]! - values[b]!, noPause)
        expect([...order]).toEqual([...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b))
      }),
    )
  })

  test('looks at the world as it goes through an image, and the more often the more there is', async () => {
    const [few, many] = [await twoImages(8), await twoImages(2 * BATCH)]
    const counted = async (work: (images: Images, pause: Pause) => Promise<unknown>, images: Images) => {
      let looks = 0
      await work(images, () => (looks++, undefined))
      return looks
    }
    const works: ((images: Images, pause: Pause) => Promise<unknown>)[] = [
      ([was, is], pause) => compareManifests(was, is, pause),
      async ([was, is], pause) => compareWithFile(await toManifestFile(was, 'x', noPause), is, pause),
      ([was], pause) => toManifestFile(was, 'x', pause),
      ([was], pause) => hashTree(was.entries, pause),
      ([was], pause) => answersAmong(was, [`sha256:${'0'.repeat(64)}`], pause),
    ]
    for (const work of works)
      expect(await counted(work, many)).toBeGreaterThanOrEqual((await counted(work, few)) + 1)
  })

  test('a comparison ends wherever it is when the check is cancelled', async () => {
    const [was, is] = await twoImages(BATCH)
    let looks = 0
    await compareManifests(was, is, () => (looks++, undefined))
    expect(looks).toBeGreaterThan(5)
    for (let last = 1; last <= looks; last++) {
      let left = last
      const pause = () => (--left === 0 ? Promise.reject(new Error('cancelled')) : undefined)
      await expect(compareManifests(was, is, pause)).rejects.toThrow('cancelled')
    }
  })

  test('differences that nobody reads are counted and not held', async () => {
    const [was, is] = await twoImages(3000)
    const { differences, counts } = await compareManifests(was, is, noPause)
    expect(counts).toEqual({ file: 3002, 'package-file': 1 })
    expect(differences.length).toBeLessThan(2100)
    const found = differenceFindings(await compareManifests(was, is, noPause), 'Dockerfile', [])
    expect(found.map(({ message }) => message)).toEqual([
      'lib/six/__init__.py of six edited'.replace('lib', '/lib'),
      '3,002 files that belong to no package differ: /srv/000000, /srv/000001, /srv/000002 and 2,999 more',
    ])
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
