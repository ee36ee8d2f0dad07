import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Coverings } from '../../../src/environment/manifest/covers.js'
import { NORMALISATION, treatmentOf } from '../../../src/environment/manifest/normalise.js'
import { readManifest } from '../../../src/environment/manifest/read.js'
import { CONFIG, streamOf, tarOf, type Files } from '../tree.js'

const coversOf = async (files: Files) => (await readManifest(streamOf(await tarOf(files)), CONFIG)).covers

describe('what is not compared is covered', () => {
  test.each<[string, Files, string[], string[]]>([
    ['the engine’s own, nowhere', { 'proc/x': 'a', 'dev/x': 'a', 'tmp/x': 'a', 'etc/hosts': 'a' }, [], []],
    [
      'folders, by an empty one each',
      { 'run/a/b': 'x', 'run/c': 'x', 'var/log/apt/h': 'x' },
      ['/run', '/var/log/apt'],
      [],
    ],
    [
      'caches of homes, one by one',
      { 'root/.cache/pip/x': 'x', 'home/u/.cache/f': 'x', 'root/.cache/torch/w': 'x' },
      ['/root/.cache/pip'],
      ['/home/u/.cache/f'],
    ],
    [
      'folders anywhere',
      { 'a/.git/logs/HEAD': 'x', 'a/node_modules/.cache/b/c': 'x' },
      ['/a/.git/logs', '/a/node_modules/.cache'],
      [],
    ],
    [
      'files, by an empty one each',
      { 'etc/machine-id': 'x', 'etc/passwd-': 'x', 'var/log/dpkg.log': 'x', 'a/.git/index': 'x' },
      [],
      ['/a/.git/index', '/etc/machine-id', '/etc/passwd-', '/var/log/dpkg.log'],
    ],
    [
      'what the engine leaves empty, nowhere',
      { '.dockerenv': '', 'etc/mtab': { type: 'symlink', linkname: '/proc/mounts' } },
      [],
      [],
    ],
    [
      'but not if it holds something',
      { '.dockerenv': 'x', 'etc/mtab': 'x' },
      [],
      ['/.dockerenv', '/etc/mtab'],
    ],
    ['what R needs, nowhere', { 'usr/lib/R/a/Meta/package.rds': 'x' }, [], []],
    ['an empty folder in the place of one', { 'run/lock/': {} }, ['/run'], []],
    [
      'a hard link, like a file',
      { a: 'x', 'etc/passwd-': { type: 'link', linkname: 'a' } },
      [],
      ['/etc/passwd-'],
    ],
  ])('%s', async (_, files, folders, covered) => {
    expect(await coversOf(files)).toEqual({ folders, files: covered, open: [] })
  })

  test('what cannot be covered is said', async () => {
    const link = { type: 'symlink', linkname: 'the answer is 42' } as const
    expect((await coversOf({ 'etc/ssh/ssh_host_x': link })).open).toEqual(['/etc/ssh/ssh_host_x'])
    expect((await coversOf({ 'etc/mtab': link })).open).toEqual(['/etc/mtab'])
    expect((await coversOf({ 'root/.cache/x': link })).open).toEqual(['/root/.cache/x'])
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a${i}/.git/index`, 'x']))
    expect((await coversOf(many)).open).toHaveLength(5)
    const odd = new Coverings()
    odd.add('etc/ssh/ssh_host_\u00ff', { type: 'file', size: 1, link: '' })
    expect(odd.list().open).toHaveLength(1)
  })

  test('whatever path the table ignores is covered, or mounted over by the engine', () => {
    const globs = NORMALISATION.filter(({ treatment }) => ['ignore', 'presence'].includes(treatment)).flatMap(
      ({ paths }) => [...paths],
    )
    const word = fc.stringMatching(/^[a-z]{1,5}$/)
    const path = fc
      .tuple(fc.constantFrom(...globs), fc.array(word, { minLength: 12, maxLength: 12 }), fc.nat())
      .map(([glob, words, choice]) => {
        let index = 0
        const expand = (text: string): string =>
          /\{[^{}]*\}/.test(text)
            ? expand(
                text.replace(/\{([^{}]*)\}/, (_, list: string) => {
                  const options = list.split(',')
                  return options[choice % options.length]!
                }),
              )
            : text
        return expand(glob).replace(/\*\*?/g, (star) =>
          star === '**' ? `${words[index++]}/${words[index++]}` : words[index++]!,
        )
      })
      .filter((name) => ['ignore', 'presence'].includes(treatmentOf(name) ?? ''))
    fc.assert(
      fc.property(path, (name) => {
        const coverings = new Coverings()
        coverings.add(name, { type: 'file', size: 1, link: '' })
        const { folders, files } = coverings.list()
        const engine =
          /^(?:proc|sys|dev|tmp)(?:\/|$)|^etc\/(?:hosts|hostname|resolv\.conf)$|\/Meta\/package\.rds$/
        expect(
          engine.test(name) ||
            files.includes(`/${name}`) ||
            folders.some((folder) => `/${name}`.startsWith(`${folder}/`)),
        ).toBe(true)
        // Nothing that is compared is covered with it.
        for (const folder of folders) expect(treatmentOf(`${folder.slice(1)}/x`)).toBe('ignore')
      }),
      { numRuns: 500 },
    )
  })
})
