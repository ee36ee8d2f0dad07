import { describe, expect, test } from '@jest/globals'
import { BuildLog } from '../../../src/environment/build-log.js'
import { compareManifests } from '../../../src/environment/compare/differences.js'
import { Entries } from '../../../src/environment/manifest/entries.js'
import { maskContent } from '../../../src/environment/manifest/masks.js'
import { treatmentOf, type Masking } from '../../../src/environment/manifest/normalise.js'
import { readManifest } from '../../../src/environment/manifest/read.js'
import { parsePax } from '../../../src/environment/manifest/tar-header.js'
import { parseDpkgStatus } from '../../../src/environment/packages/dpkg.js'
import { headersOf } from '../../../src/environment/packages/headers.js'
import { packageReader, sourceOf } from '../../../src/environment/packages/index.js'
import { ownersOf } from '../../../src/environment/packages/owners.js'
import { parsePythonMetadata, pypiName } from '../../../src/environment/packages/python.js'
import { isLinear, stepsOf } from '../../support/work.js'
import { CONFIG, manifestOf, noPause, streamOf, tarOf } from '../tree.js'

const MIB = 1024 ** 2

/** What an image can hold to keep its reader busy. */
describe('worst cases are read in steps that grow with the text', () => {
  const repeated = (text: string, n: number) => text.repeat(Math.ceil(n / text.length))
  test.each<[string, (n: number) => unknown]>([
    ['a METADATA line of spaces', (n) => parsePythonMetadata(`Name: a${' '.repeat(n)}b\nVersion: 1\n`, '')],
    ['METADATA of header lines', (n) => parsePythonMetadata(repeated('Name: a\n', n), '')],
    ['METADATA of continued lines', (n) => parsePythonMetadata(`Name: a\n${repeated(' b\n', n)}`, '')],
    ['tabs', (n) => headersOf(`Name:${'\t'.repeat(n)}x`)],
    ['dots in a name', (n) => pypiName('.'.repeat(n))],
    ['dots that alternate', (n) => pypiName(repeated('.a', n))],
    ['empty paragraphs', (n) => parseDpkgStatus(repeated('\n \n', n) + 'x')],
    ['a paragraph that never ends', (n) => parseDpkgStatus(`Package: a\n${repeated(' x\n', n)}`)],
    ['packages without end', (n) => parseDpkgStatus(repeated('Package: a\nVersion: 1\n\n', n))],
    ['lines of white space', (n) => parseDpkgStatus(`Package: a\n${' '.repeat(n)}x`)],
    ['a DESCRIPTION of semicolons', (n) => masked('r-description', `Built:${';'.repeat(n)}`)],
    ['a shadow of colons', (n) => masked('shadow', ':'.repeat(n))],
    ['conda JSON without end', (n) => masked('conda', '['.repeat(n))],
    ['a pax header of many records', (n) => parsePax(repeated('6 a=b\n', n))],
    ['a pax header of one record', (n) => parsePax(record(n))],
    ['a header of its own for each file', async (n) => await manifestOf(tarOfSmallFiles(n / 512))],
    [
      'folders in folders',
      async (n) => await manifestOf({ [`${repeated('a/', Math.min(n / 512, 250))}x`]: 'x' }),
    ],
    ['a log of steps', (n) => logged(repeated('Step 1/2 : RUN x\n', n))],
    ['a log of ids', (n) => logged(lines(n / 19, (i) => ` ---> ${i.toString(16).padStart(12, '0')}`))],
    ['a log line without end', (n) => logged(`#1 [${'a '.repeat(n / 2)}`)],
    ['a log line of places', (n) => logged(repeated('a/b:1', n))],
    ['a log line of escapes', (n) => logged(repeated('\u001b[31', n))],
    ['a list of quotes', (n) => ownersOf(listOf(repeated('""', n)), noPause)],
    ['a list of folders above', (n) => ownersOf(listOf(repeated('../', n)), noPause)],
    ['a list of many files', (n) => ownersOf(listOf(lines(n / 8, (i) => `f${i},,`)), noPause)],
  ])('%s', async (_, read) => {
    expect(await isLinear(read, 8192)).toBe(true)
  })

  test('a METADATA line of 4 MB, and 80,000 dots in a name, take a handful of steps', async () => {
    const line = `Name: a${' '.repeat(4 * MIB)}b\nVersion: 1\n`
    expect(await stepsOf(() => parsePythonMetadata(line, ''))).toBeLessThan(1000)
    expect(await stepsOf(() => pypiName('.'.repeat(80_000)))).toBeLessThan(1000)
  })

  test('a keystore that promises four billion entries ends where its bytes do', async () => {
    const store = Buffer.alloc(MIB)
    store.writeUInt32BE(0xfeedfeed, 0)
    store.writeUInt32BE(2, 4)
    store.writeUInt32BE(0xffffffff, 8)
    expect(await stepsOf(() => maskContent('keystore', store))).toBeLessThan(1000)
  })

  test('a path of any form is looked at once by each rule', async () => {
    const steps = (path: string) => stepsOf(() => [treatmentOf(path), sourceOf(path), packageReader(path)])
    for (const path of HOSTILE_PATHS) expect(await steps(path)).toBeLessThan(1000)
  })

  const lines = (n: number, line: (i: number) => string) =>
    Array.from({ length: n }, (_, i) => line(i)).join('\n')
  const masked = (mask: Masking, text: string) => maskContent(mask, Buffer.from(text))
  /** One record of so many bytes; its length counts itself. */
  const record = (n: number) => `${n + 10} k=`.padEnd(n + 9, 'v') + '\n'
  const tarOfSmallFiles = (n: number) =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`d/${i}`, 'x']))
  const listOf = (text: string) => ({
    entries: new Entries(),
    ownership: [{ ecosystem: 'pypi', owner: 'pkg:pypi/a', root: 'x', text }],
  })
  const logged = (text: string) => {
    const log = new BuildLog('FROM a\n')
    for (const line of text.split('\n')) log.add(line)
    return log.failure('failed')
  }
  const HOSTILE_PATHS = [
    ...['a/', '.git/logs/', 'node_modules/', 'conda-meta/', '.', '.dist-info/', 'home/', '__pycache__/'],
  ].flatMap((part) =>
    ['', 'x.pyc', 'METADATA', '.json'].map((end) => part.repeat(4096 / part.length).slice(0, 4096) + end),
  )
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
    expect([...entries].map(([path]) => path)).toEqual(['a/b', 'c'])
  })
  test('a folder that is on one side only stands for all that is deep in it', async () => {
    const deep = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a/${'b/'.repeat(200)}${i}`, 'x']))
    const { differences } = await compareManifests(
      await manifestOf({}),
      await manifestOf({ 'a/': {}, ...deep }),
      noPause,
    )
    expect(differences).toMatchObject([{ name: '/a', note: 'only in the rebuild, with 300 more inside' }])
  })
})
