import { Entries } from '../../../src/environment/manifest/entries.js'
import { describe, expect, test } from '@jest/globals'
import { parseDpkgStatus } from '../../../src/environment/packages/dpkg.js'
import { sourceOf } from '../../../src/environment/packages/index.js'
import { joinPath, ownersOf } from '../../../src/environment/packages/owners.js'
import { parsePythonMetadata, pypiName } from '../../../src/environment/packages/python.js'
import { debs, manifestOf, noPause, wheel } from '../tree.js'

const SITE = 'opt/venv/lib/python3.11/site-packages'

describe('dpkg', () => {
  test('lists what is installed, not what was removed', () => {
    const text =
      'Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.3-4+deb12u1\nDescription: x\n Version: 9\n\n' +
      'Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n' +
      'Package: held\nStatus: hold ok installed\nArchitecture: all\nVersion: 2\n'
    expect(parseDpkgStatus(text)).toEqual([
      { ecosystem: 'deb', name: 'a', version: '1:2.3-4+deb12u1', arch: 'amd64', root: '' },
      { ecosystem: 'deb', name: 'held', version: '2', arch: 'all', root: '' },
    ])
  })

  test('reads the files of status.d, which have no status', async () => {
    const { packages } = await manifestOf({
      'var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12.4\nArchitecture: amd64\n',
      'var/lib/dpkg/status.d/base.md5sums': 'Package: no\nVersion: 1\n',
    })
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(['base-files 12.4'])
  })

  test.each(['', '\n\n\n', 'Package', 'Package:\nVersion:\n', ': : :\n\0\xff'])('survives %j', (text) => {
    expect(parseDpkgStatus(text)).toEqual([])
  })
})

describe('Python', () => {
  test('reads name and version from the headers only', () => {
    expect(parsePythonMetadata('Name: Scikit_Learn\r\nVersion: 1.2.1\r\n\r\nName: other\r\n', SITE)).toEqual([
      { ecosystem: 'pypi', name: 'scikit-learn', version: '1.2.1', arch: '', root: SITE },
    ])
    expect(parsePythonMetadata('Version: 1\n\nName: other\n', SITE)).toEqual([])
  })

  test('finds wheels, eggs and files of distutils, each with its root', async () => {
    const { packages } = await manifestOf({
      ...wheel(SITE, 'six', '1.16.0', ''),
      'usr/lib/python3/dist-packages/numpy-1.24.2.egg-info/PKG-INFO': 'Name: numpy\nVersion: 1.24.2\n',
      'usr/lib/python3/dist-packages/wadllib.egg-info': 'Name: wadllib\nVersion: 1.3\n',
      'srv/notes/METADATA': 'Name: no\nVersion: 1\n',
    })
    expect(packages.map(({ name, version, root }) => `${name} ${version} ${root}`)).toEqual([
      'numpy 1.24.2 usr/lib/python3/dist-packages',
      `six 1.16.0 ${SITE}`,
      'wadllib 1.3 usr/lib/python3/dist-packages',
    ])
  })

  test('finds a package whose metadata is a hard link into an ignored cache', async () => {
    const cached = 'home/ada/.cache/uv/x/six-1.16.0.dist-info/METADATA'
    const { packages } = await manifestOf({
      [cached]: 'Name: six\nVersion: 1.16.0\n',
      [`${SITE}/six-1.16.0.dist-info/METADATA`]: { type: 'link', linkname: cached },
    })
    expect(packages.map(({ name, root }) => `${name} ${root}`)).toEqual([`six ${SITE}`])
  })

  test('normalises names as PyPI does', () => {
    expect(pypiName('Ruamel.YAML__clib-x')).toBe('ruamel-yaml-clib-x')
  })
})

describe('owners', () => {
  test('of dpkg lists, also where /lib is a link, and of RECORD, which is finer', async () => {
    const manifest = await manifestOf({
      lib: { type: 'symlink', linkname: 'usr/lib' },
      ...debs(
        { name: 'libc6:amd64', version: '2', files: ['/lib/libc.so.6', '/usr/lib/python3/six.py', '/usr'] },
        { name: 'other', version: '1', files: ['/usr'] },
      ),
      ...wheel('usr/lib/python3', 'six', '1', ''),
      'usr/lib/python3/six-1.dist-info/RECORD':
        'six.py,,\n"with ""comma"", yes.py",,\n../../bin/six,,\n/opt/data,,\n',
    })
    const ownerOf = await ownersOf(manifest, noPause)
    const owner = (path: string) => ownerOf(path)?.owner
    expect(owner('usr/lib/libc.so.6')).toBe('pkg:deb/debian/libc6')
    expect(owner('usr/lib/python3/six.py')).toBe('pkg:pypi/six')
    expect(owner('usr/lib/python3/with "comma", yes.py')).toBe('pkg:pypi/six')
    expect(owner('usr/bin/six')).toBe('pkg:pypi/six')
    expect(owner('opt/data')).toBe('pkg:pypi/six')
    expect(owner('usr/lib/python3/__pycache__/six.cpython-311.pyc')).toBe('pkg:pypi/six')
    expect(owner('usr/lib/python3/seven.py')).toBeUndefined()
    expect(owner('opt/app.py')).toBeUndefined()
    expect(owner('')).toBeUndefined()
  })

  test.each([
    ['a/__pycache__/b.cpython-311.pyc', 'a/b.py'],
    ['__pycache__/b.cpython-311.opt-1.pyc', 'b.py'],
    ['a/b.pyc', 'a/b.py'],
    ['a/b.py', undefined],
  ])('the source of %s is %s', (path, source) => expect(sourceOf(path)).toBe(source))

  test.each([
    ['a/b', '../c', 'a/c'],
    ['a', '../../../etc/x', 'etc/x'],
    ['a', '/b//./c', 'b/c'],
  ])('%s and %s make %s', (root, path, joined) => expect(joinPath(root, path)).toBe(joined))
})

test('a list of many files is read, and one of more than four million refused', async () => {
  const listOf = (text: string) => ({
    entries: new Entries(),
    ownership: [{ ecosystem: 'pypi', owner: 'pkg:pypi/a', root: 'x', text }],
  })
  const many = await ownersOf(listOf(Array.from({ length: 100_000 }, (_, i) => `${i},,`).join('\n')), noPause)
  expect(many('x/99999')?.owner).toBe('pkg:pypi/a')
  await expect(ownersOf(listOf('\n'.repeat(5_000_000)), noPause)).rejects.toThrow(/list more than/)
})
