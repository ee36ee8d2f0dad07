import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openGit } from '../support/git.js'

/** Commits as an attacker writes them: object by object, past everything that git would refuse to add. */

let top: string
let into: string
beforeEach(() => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-tree-')))
  top = join(folder, 'repository')
  into = join(folder, 'out')
  mkdirSync(top)
  git('init', '-q', '-b', 'main')
})
afterEach(() => rmSync(dirname(top), { recursive: true, force: true }))

const run = (args: string[], input?: Buffer | string): string =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
    cwd: top,
    ...(input !== undefined && { input }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
    .toString()
    .trim()
const git = (...args: string[]) => run(args)
const blob = (bytes: Buffer | string) => run(['hash-object', '-w', '--stdin'], bytes)
/** A tree object, written raw: `mktree` would refuse most of these. */
function tree(entries: readonly [mode: string, name: Buffer | string, oid: string][]): string {
  const bytes = entries.map(([mode, name, oid]) =>
    Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]),
  )
  return run(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], Buffer.concat(bytes))
}
const commit = (treeId: string) => git('commit-tree', treeId, '-m', 'x')

async function exported(id: string) {
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into)
  git('update-ref', 'HEAD', id)
  return (await openGit(top)).export(id, into)
}
const outside = () => readdirSync(dirname(top)).sort()

describe('a tree that leads elsewhere is refused, and nothing is written outside', () => {
  const file = () => blob('x')
  test.each<[string, () => string]>([
    ['a folder called ..', () => tree([['40000', '..', tree([['100644', 'evil', file()]])]])],
    ['a file called ..', () => tree([['100644', '..', file()]])],
    ['a name with a slash', () => tree([['100644', '../evil', file()]])],
    ['an absolute name', () => tree([['100644', '/tmp/evil', file()]])],
    ['a folder called .git', () => tree([['40000', '.git', tree([['100644', 'config', file()]])]])],
    ['a folder called .GIT', () => tree([['40000', '.GIT', tree([['100644', 'config', file()]])]])],
    ['a file called .', () => tree([['100644', '.', file()]])],
    [
      'a link, and a file behind it',
      () =>
        tree([
          ['120000', 'a', blob('../')],
          ['40000', 'a', tree([['100644', 'evil', file()]])],
        ]),
    ],
    [
      'a file twice',
      () =>
        tree([
          ['100644', 'a', file()],
          ['100644', 'a', blob('y')],
        ]),
    ],
    ['a link without a target', () => tree([['120000', 'a', blob('')]])],
    ['a link with a zero byte', () => tree([['120000', 'a', blob(Buffer.from('a\0b'))]])],
    ['a name that is too long', () => tree([['100644', 'x'.repeat(300), file()]])],
  ])('%s', async (_what, make) => {
    await expect(exported(commit(make()))).rejects.toMatchObject({ code: 'git/unsafe-tree' })
    expect(outside()).toEqual(['out', 'repository'])
  })
})

test('an empty name is refused by git itself', async () => {
  await expect(exported(commit(tree([['100644', '', blob('x')]])))).rejects.toMatchObject({
    code: 'git/failed',
  })
})

test('any tree of files and links is written byte for byte, or refused', async () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9 ._-]{1,12}$/),
    fc.constantFrom(
      'é',
      '日本',
      'a\nb',
      '-rf',
      'a*b',
      'CON',
      '.gitmodules',
      '.gitattributes',
      '\u202ea',
      '..',
      '.git',
      'a\\b',
    ),
    fc
      .uint8Array({ minLength: 1, maxLength: 8 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0 && byte !== 0x2f))),
  )
  const leaf = fc.record({
    mode: fc.constantFrom('100644', '100755', '120000'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  })
  const bytesOf = (text: Buffer | string) => (Buffer.isBuffer(text) ? text : Buffer.from(text))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, leaf), { minLength: 1, maxLength: 4 }), async (entries) => {
      const attributes = blob('* text eol=crlf ident export-ignore working-tree-encoding=UTF-16 filter=x\n')
      const inner = tree(entries.map(([path, { mode, bytes }]) => [mode, path, blob(bytes)]))
      const id = commit(
        tree([
          ['100644', '.gitattributes', attributes],
          ['40000', 'd', inner],
        ]),
      )
      const refused = await exported(id).then(
        () => false,
        (error: { code?: string }) => {
          // A nameless entry is no tree to git itself.
          const nameless = entries.some(([path]) => path.length === 0)
          expect(error.code).toBe(nameless ? 'git/failed' : 'git/unsafe-tree')
          return true
        },
      )
      expect(outside()).toEqual(['out', 'repository'])
      if (refused) return
      for (const [path, { mode, bytes }] of entries) {
        const place = Buffer.concat([Buffer.from(`${into}/d/`), bytesOf(path)])
        const info = lstatSync(place)
        if (mode === '120000') expect(readlinkSync(place, 'buffer')).toEqual(bytes)
        else {
          expect(readFileSync(place)).toEqual(bytes)
          expect((info.mode & 0o777).toString(8)).toBe(mode.slice(3))
        }
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('the Dockerfile that is shown is the one that is exported, whatever attributes say', async () => {
  const text = 'FROM scratch\n# $Id$ $Format:%H$\n'
  writeFileSync(join(top, '.gitattributes'), 'Dockerfile eol=crlf ident export-subst filter=evil\n')
  writeFileSync(join(top, 'Dockerfile'), text)
  git('config', 'filter.evil.smudge', 'echo evil')
  git('config', 'filter.evil.clean', 'cat')
  git('add', '-A')
  git('commit', '-q', '-m', 'x')
  await exported(git('rev-parse', 'HEAD'))
  const shown = await (await openGit(top)).show('HEAD', 'Dockerfile')
  expect(shown).toEqual(readFileSync(join(into, 'Dockerfile')))
  expect(shown?.toString()).toContain('$Format:%H$')
})

describe('what the checkout has', () => {
  const pointer = (bytes: string) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(bytes).digest('hex')}\nsize ${bytes.length}\n`
  test('of LFS is put in, verified; what it has not is told', async () => {
    const [here, stored, gone, wrong] = ['in the work tree', 'in the store', 'nowhere', 'wrong bytes.']
    for (const [name, bytes] of Object.entries({ here, stored, gone, wrong }))
      writeFileSync(join(top, name), pointer(bytes))
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
    writeFileSync(join(top, 'here'), here)
    writeFileSync(join(top, 'wrong'), 'other bytes.')
    const oid = createHash('sha256').update(stored).digest('hex')
    mkdirSync(join(top, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4)), { recursive: true })
    writeFileSync(join(top, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid), stored)
    const missing = await exported(git('rev-parse', 'HEAD'))
    const read = (name: string) => readFileSync(join(into, name), 'utf8')
    expect([read('here'), read('stored')]).toEqual([here, stored])
    expect([read('gone'), read('wrong')]).toEqual([pointer(gone), pointer(wrong)])
    expect(missing).toMatchObject([
      { kind: 'lfs', path: 'gone', bytes: gone.length },
      { kind: 'lfs', path: 'wrong' },
    ])
    // Nor is a file that LFS has fetched dirty, though no filter runs.
    expect(await (await openGit(top)).dirty()).toEqual(['wrong'])
  })
  test('of a submodule is put in, by the very commit; one that is not checked out is told', async () => {
    const inner = join(dirname(top), 'inner')
    execFileSync('git', ['init', '-q', inner])
    writeFileSync(join(inner, 'lib.py'), 'one\n')
    const inInner = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: inner })
        .toString()
        .trim()
    inInner('add', '-A')
    inInner('commit', '-q', '-m', 'one')
    git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub')
    git('commit', '-q', '-m', 'x')
    const id = git('rev-parse', 'HEAD')
    // What lies in the submodule's work tree is not what the commit says.
    writeFileSync(join(top, 'sub/lib.py'), 'changed\n')
    expect(await exported(id)).toEqual([])
    expect(readFileSync(join(into, 'sub/lib.py'), 'utf8')).toBe('one\n')
    rmSync(join(top, 'sub'), { recursive: true })
    rmSync(join(top, '.git/modules'), { recursive: true })
    expect(await exported(id)).toMatchObject([{ kind: 'submodule', path: 'sub' }])
    expect(readdirSync(join(into, 'sub'))).toEqual([])
  })
})

describe('files that want to hide', () => {
  beforeEach(() => {
    for (const name of ['assumed.py', 'skipped.py', 'plain.py']) writeFileSync(join(top, name), 'a\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
  })
  test('behind bits of the index are dirty all the same', async () => {
    git('update-index', '--assume-unchanged', 'assumed.py')
    git('update-index', '--skip-worktree', 'skipped.py')
    for (const name of ['assumed.py', 'skipped.py', 'plain.py']) writeFileSync(join(top, name), 'bb\n')
    expect(await (await openGit(top)).dirty()).toEqual(['assumed.py', 'plain.py', 'skipped.py'])
    // And nothing of the user's own index has changed.
    expect(git('ls-files', '-v')).toBe('h assumed.py\nH plain.py\nS skipped.py')
  })
  test('behind settings are, too', async () => {
    git('config', 'status.showUntrackedFiles', 'no')
    git('config', 'core.ignoreCase', 'true')
    git('config', 'core.worktree', '/')
    writeFileSync(join(top, 'new.py'), '')
    expect(await (await openGit(top)).dirty()).toEqual(['new.py'])
  })
  test('and replacements and grafts change nothing', async () => {
    const id = git('rev-parse', 'HEAD')
    const other = commit(tree([['100644', 'evil.py', blob('evil')]]))
    git('replace', id, other)
    await exported(id)
    expect(readdirSync(into).sort()).toEqual(['assumed.py', 'plain.py', 'skipped.py'])
  })
})

describe('a repository that was planted', () => {
  test('in a subfolder has no effect', async () => {
    writeFileSync(join(top, 'a.py'), 'a\n')
    const sub = join(top, 'sub')
    mkdirSync(join(sub, 'objects/info'), { recursive: true })
    mkdirSync(join(sub, 'refs'), { recursive: true })
    writeFileSync(join(sub, 'HEAD'), 'ref: refs/heads/evil\n')
    writeFileSync(join(sub, 'config'), '[core]\n\tbare = true\n\tfsmonitor = touch pwned\n')
    writeFileSync(join(sub, 'objects/info/alternates'), '/elsewhere\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
    const opened = await openGit(sub)
    expect([opened.top, opened.prefix, await opened.head()]).toEqual([top, 'sub/', git('rev-parse', 'HEAD')])
  })
  test.each<[string, (at: string) => void]>([
    ['a link', (at) => symlinkSync(join(top, '.git'), join(at, '.git'))],
    [
      'a file that names a folder of the commit',
      (at) => writeFileSync(join(at, '.git'), 'gitdir: ../planted\n'),
    ],
    ['a file that names somebody else’s', (at) => writeFileSync(join(at, '.git'), `gitdir: ${top}/.git\n`)],
  ])('as %s called .git is refused', async (_what, plant) => {
    const sub = join(top, 'sub')
    mkdirSync(sub)
    mkdirSync(join(top, 'planted/objects'), { recursive: true })
    mkdirSync(join(top, 'planted/refs'))
    writeFileSync(join(top, 'planted/HEAD'), 'ref: refs/heads/evil\n')
    plant(sub)
    await expect(openGit(sub)).rejects.toMatchObject({ code: 'git/untrusted' })
  })
  test('a linked work tree of the same repository is fine', async () => {
    writeFileSync(join(top, 'a.py'), 'a\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
    const linked = join(dirname(top), 'linked')
    git('worktree', 'add', '-q', linked, '-b', 'other')
    expect(await (await openGit(linked)).dirty()).toEqual([])
  })
})
