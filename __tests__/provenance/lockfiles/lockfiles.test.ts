import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LOCK_FORMATS, readLock } from '../../../src/provenance/lockfiles/index.js'
import { memoryTree } from '../../support/memory-tree.js'

const H = 'a'.repeat(64)
const C = 'b'.repeat(40)

const read = (path: string, text: string | Buffer, more: Record<string, string | Buffer> = {}) =>
  readLock(memoryTree({ [path]: text, ...more }), path)

/** One line for each format: the file, its text, its level, its Python, and `name (line): why` of what is loose. */
const FILES: readonly [string, string, number, string | undefined, string[]][] = [
  [
    'uv.lock',
    `version = 1\nrequires-python = ">=3.9"\n[[package]]\nname = "six"\nversion = "1.17.0"\nsdist = { url = "x", hash = "sha256:${H}" }\n[[package]]\nname = "toy"\nsource = { virtual = "." }\n`,
    4,
    '>=3.9',
    [],
  ],
  [
    'uv.lock',
    `[[package]]\nname = "a"\nversion = "1"\nsource = { git = "https://e.x/a?rev=main#${C}" }\n\n[[package]]\nname = "b"\nversion = "1"\nsource = { git = "https://e.x/b" }\n`,
    1,
    undefined,
    ['b (6): comes from git without a commit'],
  ],
  ['uv.lock', '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "x" }\n', 3, undefined, []],
  [
    'poetry.lock',
    `[[package]]\nname = "six"\nversion = "1.17.0"\nfiles = [{file = "x", hash = "sha256:${H}"}]\n[metadata]\npython-versions = "^3.9"\n`,
    4,
    '^3.9',
    [],
  ],
  [
    'poetry.lock',
    `[[package]]\nname = "six"\nversion = "1.17.0"\n[metadata.files]\nsix = [{file = "x", hash = "sha256:${H}"}]\n`,
    4,
    undefined,
    [],
  ],
  [
    'poetry.lock',
    `[[package]]\nname = "six"\nversion = "1.17.0"\n[metadata.hashes]\nsix = ["${H}"]\n`,
    4,
    undefined,
    [],
  ],
  ['poetry.lock', '[[package]]\nname = "six"\nversion = "1.17.0"\nfiles = []\n', 3, undefined, []],
  [
    'poetry.lock',
    '[[package]]\nname = "g"\nversion = "1"\n[package.source]\ntype = "git"\nreference = "main"\n',
    1,
    undefined,
    ['g (1): comes from git without a commit'],
  ],
  [
    'pdm.lock',
    `[metadata]\n[[package]]\nname = "six"\nversion = "1"\n[metadata.files]\n"six 1" = [{url = "x", hash = "sha256:${H}"}]\n`,
    4,
    undefined,
    [],
  ],
  [
    'pylock.toml',
    `lock-version = "1.0"\n[[packages]]\nname = "six"\nversion = "1"\nwheels = [{ url = "x", hashes = { sha256 = "${H}" } }]\n[[packages]]\nname = "v"\nvcs = { type = "git", url = "u", commit-id = "main" }\n`,
    1,
    undefined,
    ['v (6): comes from a repository without a commit'],
  ],
  [
    'Pipfile.lock',
    `{\n "_meta": {"requires": {"python_version": "3.8"}},\n "default": {\n  "six": {"version": "==1.17.0", "hashes": ["sha256:${H}"]},\n  "x": {"version": "*"}\n },\n "develop": {"pytest": {"version": "*"}}}`,
    1,
    '3.8',
    ['x (5): names no version'],
  ],
  [
    'Pipfile',
    '[packages]\nsix = "*"\nnumpy = "==1.2"\nd = {version = ">=1", extras = ["a"]}\n[requires]\npython_version = "3.7"\n',
    1,
    '3.7',
    ['six (2): names no version', 'd (4): `>=1` is a range'],
  ],
  [
    'conda-lock.yml',
    `version: 1\npackage:\n- name: python\n  version: 3.9.1\n  hash: {md5: x, sha256: ${H}}\n- name: a\n  hash: {}\n`,
    1,
    '3.9.1',
    ['a (6): names no version'],
  ],
  [
    'conda-linux-64.lock',
    `# platform\n@EXPLICIT\nhttps://c.x/linux-64/python-3.9.1-h_0.conda#${'0'.repeat(32)}\nhttps://c.x/noarch/a-b-1.0-py_0.tar.bz2\n`,
    1,
    '3.9.1',
    ['a-b (4): an address without a digest'],
  ],
  [
    'spec-file.txt',
    `@EXPLICIT\nhttps://c.x/linux-64/python-3.9.1-h_0.conda#${'0'.repeat(32)}\n`,
    3,
    '3.9.1',
    [],
  ],
  [
    'pixi.lock',
    `version: 6\npackages:\n- conda: https://c.x/linux-64/python-3.12.1-h_0.conda\n  sha256: ${H}\n- pypi: https://p.x/six.whl\n  name: six\n  version: 1.17.0\n  sha256: ${H}\n- pypi: .\n  editable: true\n`,
    4,
    '3.12.1',
    [],
  ],
  [
    'environment.yml',
    'name: x\ndependencies:\n  - python=3.7\n  - c::numpy==1.2\n  - scipy=1.2=py37_0\n  - pandas=1.2\n  - pip:\n    - six\n',
    1,
    '3.7',
    [
      'python (3): `=3.7` is the beginning of a version',
      'pandas (6): `=1.2` is the beginning of a version',
      'six (8): names no version',
    ],
  ],
  ['environment.yml', 'dependencies:\n  - python=3.7.1=h_0\n  - pip:\n    - six==1.17.0\n', 3, '3.7.1', []],
  [
    'renv.lock',
    `{"R": {"Version": "4.1.0"}, "Packages": {\n "dplyr": {"Version": "1.0", "Source": "Repository"},\n "mine": {"Version": "0.1", "Source": "GitHub"},\n "his": {"Version": "0.1", "Source": "GitHub", "RemoteSha": "${C}"}}}`,
    1,
    undefined,
    ['mine (3): comes from GitHub without a commit'],
  ],
  [
    'DESCRIPTION',
    'Package: x\nDepends: R (>= 3.5), methods\nImports:\n    dplyr (>= 1.0),\n    ggplot2 (== 3.3.0)\nSuggests: testthat\n',
    1,
    undefined,
    ['methods (2): names no version', 'dplyr (4): `>= 1.0` is a range'],
  ],
  [
    'Manifest.toml',
    `julia_version = "1.9"\nmanifest_format = "2.0"\n[[deps.A]]\ngit-tree-sha1 = "${C}"\nversion = "1"\n[[deps.Dates]]\nuuid = "u"\n[[deps.P]]\npath = "/home/a"\n`,
    1,
    undefined,
    ['P (8): names a folder that the manifest does not pin'],
  ],
  ['Manifest.toml', `[[A]]\ngit-tree-sha1 = "${C}"\nversion = "1"\n`, 4, undefined, []],
  [
    'cog.yaml',
    'build:\n  gpu: true\n  python_version: "3.8"\n  system_packages: [libgl1]\n  python_packages:\n    - torch==1.8\n    - numpy\npredict: p.py:P\n',
    1,
    '3.8',
    ['numpy (7): names no version'],
  ],
  [
    'pyproject.toml',
    '[project]\nname = "x"\nrequires-python = ">=3.9"\ndependencies = [\n  "six",\n  "numpy==1.2",\n]\n',
    1,
    '>=3.9',
    ['six (5): names no version'],
  ],
  [
    'pyproject.toml',
    `[tool.poetry.dependencies]\npython = "^3.8"\nsix = "^1.17"\nnumpy = "1.2.3"\ng = {git = "https://e.x/g", rev = "${C}"}\n`,
    1,
    '^3.8',
    ['six (3): `^1.17` is a range'],
  ],
  [
    'setup.cfg',
    '[options]\npython_requires = >=3.6\ninstall_requires =\n    six\n    numpy==1.2\n[flake8]\nx = 1\n',
    1,
    '>=3.6',
    ['six (4): names no version'],
  ],
  [
    'setup.py',
    `import os\nreqs = [\n  'six',  # 'not this'\n  "numpy[extra]==1.2",\n]\nsetup(install_requires=reqs, python_requires='>=3.6')\nos.system("x")\n`,
    1,
    '>=3.6',
    ['six (3): names no version'],
  ],
]

test.each(FILES)('%s %#', async (path, text, level, python, loose) => {
  const found = await read(path, text)
  expect(found?.problem).toBeUndefined()
  expect(found?.unpinned.map(({ name, line, loose: why }) => `${name} (${line}): ${why}`)).toEqual(loose)
  expect({ level: found?.level, python: found?.python }).toEqual({ level, python })
})

describe('requirements', () => {
  const loose = async (text: string | Buffer, more: Record<string, string> = {}) =>
    (await read('requirements.txt', text, more))?.unpinned.map(
      ({ name, line, loose: why }) => `${name} ${line} ${why}`,
    )
  test.each([
    ['six==1.17.0\nnumpy === 1.2 ; python_version < "4" # why\n', []],
    ['six\n', ['six 1 names no version']],
    ['# a\n\nsix>=1,<2\n', ['six 3 `>=1,<2` is a range']],
    ['six==1.*\n', ['six 1 `==1.*` is a range']],
    ['six (==1.17)\n', []],
    ['a @ file:///home/x/a.whl\n', ['a 1 names a file of another machine']],
    ['git+https://e.x/a.git\n', ['a 1 names no commit of 40 hex digits']],
    [`git+https://e.x/a.git@${C}#egg=b\n`, []],
    ['-e git+https://e.x/a.git@main#egg=b\n', ['b 1 names no commit of 40 hex digits']],
    ['https://e.x/a-1.whl\n', ['a-1.whl 1 an address without `#sha256=`']],
    [`b @ https://e.x/a-1.whl#sha256=${H}\n`, []],
    ['numpy=1.19.2=py38_0\n', ['numpy 1 is in conda’s form (`1.19.2=…`), which pip cannot install']],
    ['./here\n', ['./here 1 names a file of another machine']],
    ['some words of prose\n', ['some words of prose 1 is nothing that pip understands']],
    [
      'Package    Version\n---------- -------\nsix        1.17.0\n',
      ['six 3 stands in a table of `pip list`, which pip cannot install'],
    ],
    ['--index-url https://x\nsix==1\n', []],
  ])('%j', async (text, expected) => {
    expect(await loose(text)).toEqual(expected)
  })
  test('levels: hashes, a freeze, all by version, none', async () => {
    const level = async (text: string) => (await read('requirements.txt', text))?.level
    expect(await level(`six==1 \\\n    --hash=sha256:${H}\n`)).toBe(4)
    expect(await level(`six==1 --hash=sha256:${H}\nb==1\n`)).toBe(2)
    expect(await level(`six==1 --hash=md5:${'0'.repeat(32)}\n`)).toBe(2)
    expect(await level('six==1\ncertifi==1\nurllib3==1\nidna==1\npytz==1\n')).toBe(3)
    expect(await level('six==1\n')).toBe(2)
    expect(await level('# nothing\n')).toBe(0)
  })
  test('UTF-16 of both orders, and the mark of UTF-8', async () => {
    const text = 'six\n'
    const little = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const bytes of [little, Buffer.from(little).swap16(), Buffer.from(`\ufeff${text}`)])
      expect(await loose(bytes)).toEqual(['six 1 names no version'])
  })
  test('what another file says is said, with its name; a constraint pins; circles end', async () => {
    const found = await read('a/requirements.txt', '-r base.txt\n-c c.txt\nnumpy>=1\n', {
      'a/base.txt': 'six\n-r requirements.txt\n',
      'a/c.txt': 'numpy==1.2\n',
    })
    expect(found?.unpinned).toMatchObject([{ name: 'six', line: 1, file: 'a/base.txt' }])
    expect(found?.entries[0]).toMatchObject({ name: 'numpy', version: '1.2' })
  })
  test('a file that is not there is an entry that nobody can pin', async () => {
    expect(await loose('-r ../../etc/passwd\n')).toEqual([
      '../../etc/passwd 1 cannot be read: there is no ../../etc/passwd',
    ])
  })
  test('`-e .` alone is the project', async () => {
    expect(await loose('-e .\n', { 'pyproject.toml': '[project]\ndependencies = ["six"]\n' })).toEqual([
      'six 4 names no version'.replace('4', '2'),
    ])
  })
})

describe('what is hostile ends in a problem', () => {
  const deep = (open: string, close: string) => open.repeat(200_000) + close.repeat(200_000)
  test.each([
    ['uv.lock', `a = ${deep('[', ']')}`],
    ['uv.lock', 'package = ['],
    ['poetry.lock', `x = """`],
    ['pixi.lock', `packages: ${deep('[', ']')}`],
    [
      'environment.yml',
      `a: &a [x,x]\n${Array.from({ length: 120 }, (_, i) => `b${i}: [*a, *a]`).join('\n')}`,
    ],
    ['Pipfile.lock', deep('{"a":', '}')],
    ['requirements.txt', Buffer.alloc(17 * 1024 ** 2, 'a')],
  ])('%s %#', async (path, text) => {
    const found = await read(path, text)
    expect(found).toMatchObject({ level: 0, entries: [] })
    expect(found?.problem).toMatch(/\w/)
  })
  test('a chain of files has an end', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`r${at}.txt`, `-r r${at + 1}.txt\n`]),
    )
    const found = await read('requirements.txt', '-r r0.txt\n', chain)
    expect(found?.unpinned).toMatchObject([{ loose: 'cannot be read: too many files name one another' }])
  })
})

test('any text of any name ends in a reading, with lines inside of the file', async () => {
  const names =
    'uv.lock poetry.lock pdm.lock pylock.toml Pipfile.lock Pipfile conda-lock.yml spec-file.txt pixi.lock environment.yml renv.lock DESCRIPTION Manifest.toml cog.yaml pyproject.toml setup.cfg setup.py requirements.txt'
  const piece = fc.constantFrom(
    ...[
      '[[package]]',
      '[[packages]]',
      'name = "a"',
      'version',
      '= "1"',
      '{',
      '}',
      '[',
      ']',
      ':',
      '- ',
      'pip',
      'dependencies',
      '\n',
      '\n',
      ' ',
      '"',
      '@EXPLICIT',
      '==1',
      '--hash=sha256:',
      H,
      'install_requires',
      '__proto__',
      'package',
      'Packages',
      '#',
      '\\',
      '-r x',
      '[packages]',
    ],
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names.split(' ')), text, async (path, content) => {
      const found = await read(path, content)
      const lines = content.split(/\r\n|\r|\n/).length + 1
      for (const { line, name } of found?.entries ?? []) {
        expect(typeof name).toBe('string')
        expect(line === undefined || (line >= 1 && line <= lines)).toBe(true)
      }
      expect((found?.level ?? 0) < 2 || found?.unpinned.length === 0).toBe(true)
    }),
    { numRuns: 600 },
  )
})

test('every format is reached by a name', () => {
  const covered = new Set(FILES.map(([path]) => LOCK_FORMATS.findIndex(({ files }) => files.test(path))))
  covered.add(LOCK_FORMATS.findIndex(({ name }) => name === 'requirements'))
  expect([...covered].sort((a, b) => a - b)).toEqual([...LOCK_FORMATS.keys()])
})
