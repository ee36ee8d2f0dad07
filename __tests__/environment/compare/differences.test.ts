import { describe, expect, test } from '@jest/globals'
import type { EnvironmentComparison } from '../../../src/environment/compare/comparison.js'
import { compareManifests, compareWithFile } from '../../../src/environment/compare/differences.js'
import {
  formatManifestFile,
  parseManifestFile,
  toManifestFile,
} from '../../../src/environment/manifest/file.js'
import type { ImageConfig } from '../../../src/environment/manifest/manifest.js'
import { debs, manifestOf, noPause, wheel, type Files } from '../tree.js'

const SITE = 'opt/venv/lib/python3.11/site-packages'

interface Sides {
  was: Files
  is: Files
  config?: [Partial<ImageConfig>, Partial<ImageConfig>]
}

const compare = async ({
  was,
  is,
  config: [before, after] = [{}, {}],
}: Sides): Promise<EnvironmentComparison> =>
  compareManifests(await manifestOf(was, before), await manifestOf(is, after), noPause)

/** The same through the manifest file, written and read again. */
const compareFile = async ({
  was,
  is,
  config: [before, after] = [{}, {}],
}: Sides): Promise<EnvironmentComparison> => {
  const file = formatManifestFile(
    await toManifestFile(await manifestOf(was, before), 'registry.example/a@sha256:0', noPause),
  )
  return compareWithFile(parseManifestFile(file), await manifestOf(is, after), noPause)
}

const lines = ({ differences }: EnvironmentComparison) =>
  differences.map(({ kind, name, pinned, rebuilt, owner, note }) =>
    [kind, name, pinned?.slice(0, 12) ?? '-', rebuilt?.slice(0, 12) ?? '-', owner ?? '', note ?? ''].join(
      ' | ',
    ),
  )

describe.each([
  ['image', compare],
  ['manifest file', compareFile],
])('against the %s', (_, run) => {
  test('nothing differs', async () => {
    const files = { ...wheel(SITE, 'six', '1', ''), 'var/log/dpkg.log': 'today' }
    expect(await run({ was: files, is: { ...files, 'var/log/dpkg.log': 'tomorrow' } })).toEqual({
      parity: 'content',
      differences: [],
      counts: {},
      ofPackages: 0,
    })
  })

  test('a package that moved is named once, without its files', async () => {
    const result = await run({
      was: { [`${SITE}/other.py`]: 'x', ...wheel(SITE, 'scikit-learn', '1.2.1', 'old') },
      is: { [`${SITE}/other.py`]: 'x', ...wheel(SITE, 'scikit-learn', '1.3.0', 'new') },
    })
    expect(lines(result)).toEqual(['package | pkg:pypi/scikit-learn | 1.2.1 | 1.3.0 |  | '])
    expect(result).toMatchObject({ parity: 'drift', counts: { package: 1 } })
  })

  test('a Debian package that moved takes dpkg’s database along', async () => {
    const of = (version: string, content: string): Files => ({
      ...debs({ name: 'libgomp1', version, files: ['/usr/lib/libgomp.so.1'] }),
      'usr/lib/libgomp.so.1': content,
    })
    expect(lines(await run({ was: of('12.2.0-14', 'a'), is: of('12.2.0-14+deb12u1', 'b') }))).toEqual([
      'package | pkg:deb/debian/libgomp1 | 12.2.0-14 | 12.2.0-14+de |  | ',
    ])
  })

  test('a package that came, one that went', async () => {
    const result = await run({ was: wheel(SITE, 'gone', '1', ''), is: wheel(SITE, 'came', '2', '') })
    expect(lines(result)).toEqual([
      'package | pkg:pypi/came | - | 2 |  | ',
      'package | pkg:pypi/gone | 1 | - |  | ',
    ])
  })

  test('settings', async () => {
    const result = await run({
      was: {},
      is: {},
      config: [
        { env: ['A=1', 'GONE=x'], user: '' },
        { env: ['A=2', 'OMP_NUM_THREADS=4'], user: 'ada', cmd: ['sh'] },
      ],
    })
    expect(lines(result)).toEqual([
      'config | Cmd | ["python3"] | ["sh"] |  | ',
      'config | Env.A | 1 | 2 |  | ',
      'config | Env.GONE | x | - |  | ',
      'config | Env.OMP_NUM_THREADS | - | 4 |  | ',
      'config | User | - | ada |  | ',
    ])
    expect(result.parity).toBe('drift')
  })
})

describe('files', () => {
  test('of a package, and of none; the level says which', async () => {
    const was = { ...wheel(SITE, 'six', '1', 'x'), 'srv/a': 'x', 'srv/b': 'x' }
    const edited = { ...was, [`${SITE}/six/__init__.py`]: 'y', 'srv/a': { mode: 0o755, uid: 3 } }
    const result = await compare({ was, is: edited })
    expect(result.parity).toBe('drift')
    expect(result.counts).toEqual({ 'package-file': 1, file: 1 })
    expect(lines(result)).toEqual([
      `package-file | /${SITE}/six/__init__.py | sha256:2d711 | sha256:a1fce | pkg:pypi/six | content`,
      'file | /srv/a | sha256:2d711 | sha256:e3b0c |  | content, mode 644 → 755, owner 0:0 → 3:0',
    ])
    const outside = await compare({ was, is: { ...was, 'srv/a': 'y' } })
    expect(outside.parity).toBe('packages')
  })

  test('an edit beside a package that moved is not hidden by it', async () => {
    const both = (version: string, six: string) => ({
      ...wheel(SITE, 'numpy', version, version),
      ...wheel(SITE, 'six', '1', six),
    })
    expect(lines(await compare({ was: both('1', 'x'), is: both('2', 'y') })).slice(1)).toEqual([
      expect.stringContaining('package-file | /opt/venv/lib/python3.11/site-packages/six/__init__.py'),
    ])
  })

  test('a package that moved in one environment hides nothing in another', async () => {
    const both = (version: string, code: string) => ({
      ...wheel('a/site-packages', 'six', version, version),
      ...wheel('b/site-packages', 'six', '1', code),
    })
    expect(lines(await compare({ was: both('1', 'x'), is: both('2', 'y') }))).toEqual([
      'package | pkg:pypi/six | 1 | 2 |  | ',
      'package-file | /b/site-packages/six/__init__.py | sha256:2d711 | sha256:a1fce | pkg:pypi/six | content',
    ])
  })

  test('the same package in two environments says in which', async () => {
    const both = (version: string) => ({
      ...wheel('a/lib', 'six', version, ''),
      ...wheel('b/lib', 'six', version, ''),
    })
    expect(lines(await compare({ was: both('1'), is: both('2') }))).toEqual([
      'package | pkg:pypi/six | 1 | 2 |  | in /a/lib',
      'package | pkg:pypi/six | 1 | 2 |  | in /b/lib',
    ])
  })

  test('a compiled file whose source is equal is derived, and still counts', async () => {
    const of = (body: string) => ({
      ...wheel(SITE, 'six', '1', 'x'),
      [`${SITE}/six/__pycache__/__init__.cpython-311.pyc`]: `MAGC............${body}`,
    })
    const result = await compare({ was: of('a'), is: of('b') })
    expect(result.parity).toBe('drift')
    expect(result.differences).toMatchObject([
      { kind: 'package-file', owner: 'pkg:pypi/six', note: 'content, derived: its source is equal' },
    ])
  })

  test('a folder on one side only stands for what is in it', async () => {
    const result = await compare({
      was: { 'srv/': {} },
      is: {
        'srv/': {},
        'srv/new/': {},
        'srv/new/a': '1',
        'srv/new/deep/': {},
        'srv/new/deep/b': '2',
        'srv/newer': '3',
      },
    })
    expect(lines(result)).toEqual([
      'file | /srv/newer | - | sha256:4e074 |  | only in the rebuild',
      'folder | /srv/new | - | folder |  | only in the rebuild, with 3 more inside',
    ])
  })

  test('a missing file of a package is drift, also with its whole folder', async () => {
    const was: Files = { [`${SITE}/six/`]: {}, ...wheel(SITE, 'six', '1', 'x') }
    const is = Object.fromEntries(Object.entries(was).filter(([path]) => !path.includes('/six/')))
    const result = await compare({ was, is })
    expect(result.parity).toBe('drift')
    expect(result.differences[0]).toMatchObject({
      kind: 'package-file',
      name: `/${SITE}/six/__init__.py`,
      note: 'missing in the rebuild',
    })
  })

  test('names all of a thousand', async () => {
    const many = (content: string) =>
      Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`srv/${i}`, content]))
    expect((await compare({ was: many('a'), is: many('b') })).counts).toEqual({ file: 1000 })
  })

  test('names that are not UTF-8, and links', async () => {
    const result = await compare({
      was: { 'srv/é': 'a', 'srv/l': { type: 'symlink', linkname: 'a' } },
      is: { 'srv/é': 'b', 'srv/l': { type: 'symlink', linkname: 'b' } },
    })
    expect(lines(result)).toEqual([
      'file | /srv/l | a | b |  | target',
      expect.stringContaining('file | /srv/é | sha256:'),
    ])
  })
})

describe('folders, where the image is gone', () => {
  const was = { ...wheel(SITE, 'six', '1', 'x'), 'srv/data/a': 'x', 'srv/other/b': 'x' }

  test('of no package: the folder is named', async () => {
    const result = await compareFile({ was, is: { ...was, 'srv/data/a': 'y' } })
    expect(result.differences).toMatchObject([
      { kind: 'folder', name: '/srv/data', note: 'something in this folder' },
    ])
    expect(result.parity).toBe('packages')
  })

  test('a file at the top of the tree, too', async () => {
    const top = { ...was, 'run.sh': 'x' }
    const result = await compareFile({ was: top, is: { ...top, 'run.sh': 'y' } })
    expect(result.differences).toMatchObject([
      { kind: 'folder', name: '/', note: 'something in this folder' },
    ])
    expect(result.parity).toBe('packages')
    expect((await compare({ was: top, is: { ...top, 'run.sh': 'y' } })).parity).toBe('packages')
  })

  test('with files of a package: drift', async () => {
    const result = await compareFile({ was, is: { ...was, [`${SITE}/six/__init__.py`]: 'y' } })
    expect(result.differences).toMatchObject([
      { kind: 'folder', name: `/${SITE}/six`, owner: 'pkg:pypi/six' },
    ])
    expect(result.parity).toBe('drift')
  })

  test('a manifest that does not say where still says that', async () => {
    const file = await toManifestFile(await manifestOf(was), 'x', noPause)
    const other = await manifestOf({ ...was, 'srv/data/a': 'y' })
    const liar = { ...file, folders: (await toManifestFile(other, 'x', noPause)).folders }
    expect(await compareWithFile(liar, other, noPause)).toMatchObject({
      parity: 'drift',
      differences: [{ kind: 'folder', name: '/' }],
    })
  })
})
