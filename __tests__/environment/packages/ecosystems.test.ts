import { describe, expect, test } from '@jest/globals'
import {
  ECOSYSTEMS,
  ecosystemOf,
  fromPurl,
  packageReader,
  purl,
} from '../../../src/environment/packages/index.js'

test('the list, whose types stand in recorded manifests and hashes', () => {
  expect(ECOSYSTEMS.map(({ type, purlPrefix, pin }) => [type, purlPrefix, pin('name', '1')])).toEqual([
    ['deb', 'pkg:deb/debian/', 'name=1'],
    ['pypi', 'pkg:pypi/', 'name==1'],
  ])
})

describe.each(ECOSYSTEMS)('$type', ({ type, folderOf }) => {
  test('a purl leads back to the ecosystem and the name', () => {
    const text = purl({ ecosystem: type, name: 'a/b' })
    expect(fromPurl(text)).toEqual({ ecosystem: ecosystemOf(type), name: 'a/b' })
  })
  test('has a folder for a package in a virtual environment', () => {
    expect(folderOf('opt/venv')).toMatch(/^(?:usr|opt\/venv)$/)
  })
})

test('text that is no purl of ours, and a type that is not in the list', () => {
  expect(fromPurl('pkg:npm/x')).toBeUndefined()
  expect(() => ecosystemOf('npm')).toThrow('no ecosystem is called npm')
})

test.each([
  ['var/lib/dpkg/status', true],
  ['var/lib/dpkg/status.d/base', true],
  ['var/lib/dpkg/status.d/base.md5sums', false],
  ['var/lib/dpkg/info/libc6:amd64.list', true],
  ['a/six-1.dist-info/METADATA', true],
  ['a/six-1.dist-info/RECORD', true],
  ['a/six.egg-info', true],
  ['a/METADATA', false],
  ['srv/var/lib/dpkg/status', false],
])('%s is part of a database: %s', (path, expected) => expect(packageReader(path) !== null).toBe(expected))

test('a database of more packages than a call takes arguments', () => {
  const text = 'Package: a\nVersion: 1\n\n'.repeat(200_000)
  expect(packageReader('var/lib/dpkg/status')!(text).packages).toHaveLength(200_000)
})
