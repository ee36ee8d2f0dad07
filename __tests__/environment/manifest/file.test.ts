import { describe, expect, test } from '@jest/globals'
import {
  formatManifestFile,
  parseManifestFile,
  toManifestFile,
  type ManifestFile,
} from '../../../src/environment/manifest/file.js'
import { manifestOf, noPause, wheel } from '../tree.js'

const file = async (): Promise<ManifestFile> =>
  toManifestFile(
    await manifestOf({ 'srv/': {}, 'srv/é': 'x', ...wheel('lib', 'six', '1', '') }),
    'r/a@sha256:0',
    noPause,
  )

describe('the manifest file', () => {
  test('is what it was when it is read again, a line for each package and folder', async () => {
    const written = await file()
    const text = formatManifestFile(written)
    expect(parseManifestFile(text)).toEqual(written)
    expect(text).toContain('\n    {"ecosystem":"pypi","name":"six","version":"1","arch":"","root":"lib"}\n')
    expect(written.folders.map(([path]) => path)).toEqual(['lib/six', 'lib/six-1.dist-info', 'srv'])
    expect(written.files).toBe(4)
  })

  test('an empty image', async () => {
    const empty = await toManifestFile(await manifestOf({}), 'x', noPause)
    expect(parseManifestFile(formatManifestFile(empty))).toEqual(empty)
  })

  test.each<[string, (file: ManifestFile) => unknown, RegExp]>([
    ['a version', (f) => ({ ...f, packages: [{ ...f.packages[0], version: '2' }] }), /its packages give/],
    ['a package left out', (f) => ({ ...f, packages: [] }), /its packages give/],
    ['a setting', (f) => ({ ...f, config: { ...f.config, user: 'ada' } }), /its settings give/],
    ['the platform', (f) => ({ ...f, platform: 'linux/arm64' }), /its settings give/],
    ['the tree', (f) => ({ ...f, hashes: { ...f.hashes, tree: f.hashes.config } }), /its parts give/],
    [
      'the total',
      (f) => ({ ...f, hashes: { ...f.hashes, environment: `env-v1:sha256:${'0'.repeat(64)}` } }),
      /its parts give/,
    ],
    ['another ruleset', (f) => ({ ...f, ruleset: 'env-v0' }), /ruleset/],
    ['an unknown key', (f) => ({ ...f, extra: 1 }), /extra/],
    ['a folder’s digest', (f) => ({ ...f, folders: [['srv', 'x']] }), /folders/],
    ['no object', () => [], /expected object/],
  ])('is refused when %s is not what it states', async (_, change, message) => {
    const text = JSON.stringify(change(await file()))
    const parse = () => parseManifestFile(text)
    expect(parse).toThrow(message)
    expect(parse).toThrow(expect.objectContaining({ code: 'manifest/malformed', remedy: expect.any(String) }))
  })

  test.each([
    ['no JSON', '{'],
    ['too large', ' '.repeat(16 * 1024 * 1024 + 1)],
    ['deep', '['.repeat(100_000)],
  ])('is refused when %s', (_, text) => {
    expect(() => parseManifestFile(text)).toThrow(expect.objectContaining({ code: 'manifest/malformed' }))
  })

  test('a key that is no key of an object does no harm', async () => {
    const text = formatManifestFile(await file()).replace(
      '"folders": [',
      '"folders": [\n    ["__proto__","0000000000000000"],',
    )
    expect(parseManifestFile(text).folders[0]).toEqual(['__proto__', '0000000000000000'])
  })
})
