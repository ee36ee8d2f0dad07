import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { DifferingPaths } from '../../../src/environment/compare/differing.js'
import { Entries, type Entry } from '../../../src/environment/manifest/entries.js'
import { entryText, hashTree } from '../../../src/environment/manifest/hash.js'
import { PathTable } from '../../../src/environment/manifest/path-table.js'
import { noPause } from '../tree.js'

const latin1 = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '-', '0', '\u00e9', '\u00ff'),
  minLength: 1,
  maxLength: 6,
})
const entry = fc.record({
  type: fc.constantFrom('f', 'd', 'l', 'c', 'b', 'p') as fc.Arbitrary<Entry['type']>,
  mode: fc.nat(0o7777),
  uid: fc.nat(0xffffffff),
  gid: fc.nat(0xffffffff),
  link: latin1,
  digest: fc.boolean(),
  xattrs: fc.constantFrom('', 'security.capability=01', 'security.ima=ff'),
})
const tree = fc.uniqueArray(fc.tuple(latin1, entry), { selector: ([path]) => path, maxLength: 40 })
type Tree = [string, Omit<Entry, 'digest'> & { digest: boolean }][]

const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest()

/** What is held is what was given, as a map would hold it. */
function expected(files: Tree): Map<string, Entry> {
  const sorted = files.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return new Map(
    sorted.map(([path, { digest, ...given }]) => [
      path,
      {
        ...given,
        link: given.type === 'f' ? '' : given.link,
        digest: digest ? sha256(path).toString('hex') : '',
      },
    ]),
  )
}

async function held(files: Tree): Promise<Entries> {
  const entries = new Entries()
  for (const [path, { type, digest, ...given }] of files) {
    const row = entries.append({
      ...given,
      path,
      kind: type,
      link: type === 'f' ? '' : given.link,
      raw: type === 'f',
    })
    if (digest) entries.setDigest(row, sha256(path), sha256(`raw ${path}`))
  }
  await entries.seal(noPause)
  return entries
}

test('entries are what they were, in the order of their paths, and hash as they always did', async () => {
  await fc.assert(
    fc.asyncProperty(tree, latin1, async (files, missing) => {
      const [map, entries] = [expected(files), await held(files)]
      expect([...entries]).toEqual([...map])
      expect(entries.size).toBe(map.size)
      expect(entries.files).toBe([...map.values()].filter(({ type }) => type === 'f').length)
      for (const [path, one] of map) expect(entries.get(path)).toEqual(one)
      expect(entries.get(missing)).toEqual(map.get(missing))
      const text = [...map].map(([path, one]) => entryText(path, one)).join('')
      expect(await hashTree(entries, noPause)).toBe(`sha256:${sha256(text).toString('hex')}`)
    }),
  )
})

test('what differs between two trees is what differs between two maps', async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, async (one, other) => {
      const both = [...one.slice(0, 10), ...other.filter(([path]) => !one.some(([taken]) => taken === path))]
      const [a, b] = [expected(one), expected(both)]
      const found = await DifferingPaths.between(await held(one), await held(both), noPause)
      const paths = Array.from({ length: found.length }, (_, number) => found.path(number))
      const all = [...new Set([...a.keys(), ...b.keys()])].sort()
      expect(paths).toEqual(all.filter((path) => JSON.stringify(a.get(path)) !== JSON.stringify(b.get(path))))
      for (const [number, path] of paths.entries()) {
        expect([found.was(number), found.is(number)]).toEqual([a.get(path), b.get(path)])
        const [from, to] = found.inside(path)
        expect(paths.slice(from, to)).toEqual(paths.filter((other) => other.startsWith(`${path}/`)))
      }
    }),
  )
})

test('an entry takes 64 bytes at most beside its path, and no more text than it has', async () => {
  const entries = new Entries()
  let characters = 0
  const count = 1 << 17
  for (let number = 0; number < count; number++) {
    const path = `usr/lib/${(number * 7919) % count}`
    characters += path.length
    const given = { mode: 0o644, uid: 0, gid: 0, link: '', xattrs: '' }
    const row = entries.append({ ...given, path, kind: 'f', raw: false })
    const digest = Buffer.alloc(32, number)
    entries.setDigest(row, digest, digest)
  }
  await entries.seal(noPause)
  const { rows, texts } = entries.bytes
  expect(entries.size).toBe(count)
  expect(rows / count).toBeLessThanOrEqual(64)
  expect(texts).toBeLessThanOrEqual(characters + 4 * 1024 ** 2)
})

test('of equal paths the last one counts, and a hard link is what it linked to when it came', async () => {
  const entries = new Entries()
  const file = { mode: 0, uid: 0, gid: 0, link: '', xattrs: '', raw: false }
  const put = (path: string, content: string) =>
    entries.setDigest(entries.append({ ...file, path, kind: 'f' }), sha256(content), sha256(content))
  put('a', 'first')
  entries.append({ ...file, path: 'b', kind: 'hardlink', link: 'a' })
  put('a', 'second')
  entries.append({ ...file, path: 'c', kind: 'hardlink', link: 'a' })
  entries.append({ ...file, path: 'd', kind: 'hardlink', link: 'z' })
  put('z', 'later')
  await entries.seal(noPause)
  const digests = [...entries].map(([path, { type, digest }]) => [path, type, digest])
  const hex = (content: string) => sha256(content).toString('hex')
  expect(digests).toEqual([
    ['a', 'f', hex('second')],
    ['b', 'f', hex('first')],
    ['c', 'f', hex('second')],
    ['d', 'f', ''],
    ['z', 'f', hex('later')],
  ])
})

test('texts of any length lie in one piece each', () => {
  const table = new PathTable(1)
  const texts = [3_000_000, 1_500_000, 10].map((length, index) => String(index).repeat(length))
  const rows = texts.map((text, index) => table.append(`p${index}`, text))
  expect(rows.map((row) => table.path(row))).toEqual(['p0', 'p1', 'p2'])
  expect(
    rows.map((row, at) => table.tail(row, 0, texts[at]!.length).toString('latin1') === texts[at]),
  ).toEqual([true, true, true])
})
