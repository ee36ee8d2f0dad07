import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { spawnSync } from 'node:child_process'
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
import { join } from 'node:path'
import { missingFindings } from '../../src/stages/export.js'
import type { Git } from '../../src/system/git.js'
import { openGit } from '../support/git.js'
import { createRepository, type Repository } from '../support/gate.js'

let repository: Repository
let scratch: string
const open = (): Promise<Git> => openGit(repository.root, scratch)
beforeEach(() => {
  repository = createRepository()
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-scratch-')))
})
afterEach(() => {
  repository.remove()
  rmSync(scratch, { recursive: true, force: true })
})
const exported = async (commit = 'HEAD') => {
  const into = mkdtempSync(join(scratch, 'out-'))
  const missing = await (await open()).export(commit, into)
  return { into, missing, read: (path: string) => readFileSync(join(into, path)) }
}

const OIDS = new Map<string, string>()
/** Writes an object as it is, however odd. */
function put(type: 'blob' | 'tree', bytes: Buffer): string {
  const key = `${repository.root}${type}${bytes.toString('latin1')}`
  const known = OIDS.get(key)
  if (known !== undefined) return known
  const args = ['hash-object', '--literally', '-t', type, '-w', '--stdin']
  const { stdout, stderr } = spawnSync('git', args, { cwd: repository.root, input: bytes, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  OIDS.set(key, stdout.trim())
  return stdout.trim()
}
const entry = (mode: string, name: Buffer, oid: string): Buffer =>
  Buffer.concat([Buffer.from(`${mode} `), name, Buffer.from([0]), Buffer.from(oid, 'hex')])
const committed = (tree: string): string => repository.git('commit-tree', '-m', 'made by hand', tree)

test.each([
  'eol=crlf text',
  'ident',
  'working-tree-encoding=UTF-16',
  'export-subst',
  'filter=x',
  'export-ignore',
])('the Dockerfile that is inspected is byte for byte the one that is built: %s', async (attributes) => {
  const text = 'FROM a\r\nRUN b\n# $Id$ $Format:%H$ ä\n'
  repository.git('config', 'core.autocrlf', 'false')
  repository.write('Dockerfile', text)
  repository.save()
  repository.write('.gitattributes', `Dockerfile ${attributes}\n`)
  repository.git('config', 'filter.x.smudge', 'tr a b')
  repository.git('add', '.gitattributes')
  repository.git('commit', '-q', '-m', 'attributes')
  const shown = await (await open()).show('HEAD', 'Dockerfile')
  expect(shown?.toString()).toBe(text)
  expect((await exported()).read('Dockerfile')).toEqual(shown)
})

describe('a tree that could not be written as it is', () => {
  const blob = () => put('blob', Buffer.from('x'))
  const link = () => put('blob', Buffer.from(scratch))
  const inner = () => put('tree', entry('100644', Buffer.from('x'), blob()))
  test.each<[string, () => Buffer]>([
    ['..', () => entry('100644', Buffer.from('..'), blob())],
    ['a folder ..', () => entry('40000', Buffer.from('..'), inner())],
    ['.', () => entry('40000', Buffer.from('.'), inner())],
    ['.git', () => entry('40000', Buffer.from('.git'), inner())],
    ['.GIT', () => entry('100644', Buffer.from('.GiT'), blob())],
    ['an absolute path', () => entry('100644', Buffer.from('/x'), blob())],
    ['a path that leads out', () => entry('100644', Buffer.from('a/../../x'), blob())],
    [
      'a name twice',
      () =>
        Buffer.concat([entry('100644', Buffer.from('a'), blob()), entry('100755', Buffer.from('a'), blob())]),
    ],
    [
      'a link that another entry lies behind',
      () =>
        Buffer.concat([entry('120000', Buffer.from('a'), link()), entry('40000', Buffer.from('a'), inner())]),
    ],
    [
      'a submodule that another entry lies behind',
      () =>
        Buffer.concat([
          entry('160000', Buffer.from('a'), '1'.repeat(40)),
          entry('40000', Buffer.from('a'), inner()),
        ]),
    ],
    [
      'a link that a path goes through',
      () =>
        Buffer.concat([
          entry('120000', Buffer.from('a'), link()),
          entry('100644', Buffer.from('a/x'), blob()),
        ]),
    ],
    ['a link to nothing', () => entry('120000', Buffer.from('a'), put('blob', Buffer.alloc(0)))],
    ['a link with a NUL', () => entry('120000', Buffer.from('a'), put('blob', Buffer.from('a\0b')))],
    ['a name of 300 bytes', () => entry('100644', Buffer.alloc(300, 97), blob())],
  ])('%s', async (_, tree) => {
    await expect(exported(committed(put('tree', tree())))).rejects.toMatchObject({ code: 'git/unsafe-tree' })
    expect(readdirSync(scratch)).not.toContain('x')
  })
})

interface Node {
  mode: '100644' | '100755' | '120000' | '40000'
  bytes: Buffer
  children: [Buffer, Node][]
}
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      mode: fc.constantFrom('100644', '100755', '120000'),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom('..', '/tmp', 'a', '../a', 'a/b', '/').map((text) => Buffer.from(text)),
      ),
      children: fc.constant([]),
    }),
    fc.record({
      mode: fc.constant('40000'),
      bytes: fc.constant(Buffer.alloc(0)),
      children: fc.array(fc.tuple(names(), tie('node')), { maxLength: 4 }),
    }),
  ) as fc.Arbitrary<Node>,
}))
function names(): fc.Arbitrary<Buffer> {
  const odd = ['..', '.', '.git', '.GIT', '-x', 'a/b', '/a', 'a\nb', ' ', 'A', 'a', 'b', ':x', '*']
  return fc.oneof(
    fc.constantFrom(...odd).map((name) => Buffer.from(name)),
    fc.uint8Array({ min: 1, minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  )
}

/** Makes the objects; fills `leaves` with what has to come out. */
function plant(children: [Buffer, Node][], leaves: Map<string, Node>, path: string): string {
  const entries = children.map(([name, child]) => {
    const own = path + name.toString('latin1')
    if (child.mode === '40000') return entry('40000', name, plant(child.children, leaves, `${own}/`))
    leaves.set(own, child)
    return entry(child.mode, name, put('blob', child.bytes))
  })
  return put('tree', Buffer.concat(entries))
}

const walk = (folder: Buffer, path = ''): string[] =>
  readdirSync(folder, { encoding: 'buffer', withFileTypes: true }).flatMap((one) => {
    const name = one.name as unknown as Buffer
    const place = Buffer.concat([folder, Buffer.from('/'), name])
    const own = path + name.toString('latin1')
    return one.isDirectory() ? walk(place, `${own}/`) : [own]
  })

test('whatever the tree is, an export is exactly its bytes, or is refused; nothing comes to lie elsewhere', async () => {
  const git = await open()
  let refused = 0
  const check = async (children: [Buffer, Node][]) => {
    const around = mkdtempSync(join(scratch, 'around-'))
    const into = join(around, 'out')
    mkdirSync(into)
    const leaves = new Map<string, Node>()
    const commit = committed(plant(children, leaves, ''))
    try {
      await git.export(commit, into)
    } catch (error) {
      // Git itself refuses a tree that it cannot read.
      expect((error as { code: string }).code).toMatch(/^git\/(unsafe-tree|failed)$/)
      refused++
      return
    } finally {
      expect(readdirSync(around)).toEqual(['out'])
    }
    expect(walk(Buffer.from(into)).sort()).toEqual([...leaves.keys()].sort())
    for (const [path, { mode, bytes }] of leaves) {
      const place = Buffer.concat([Buffer.from(`${into}/`), Buffer.from(path, 'latin1')])
      const found = lstatSync(place)
      if (mode === '120000') expect(readlinkSync(place, { encoding: 'buffer' })).toEqual(bytes)
      else {
        expect(readFileSync(place)).toEqual(bytes)
        expect((found.mode & 0o777).toString(8)).toBe(mode.slice(3))
      }
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(names(), node), { maxLength: 4 }), check), {
    numRuns: 60,
  })
  expect(refused).toBeGreaterThan(0)
}, 120_000)

test('a blob of many megabytes, and one that is empty, come out whole', async () => {
  const large = Buffer.alloc(20 * 1024 * 1024, 'not all the same ')
  repository.write('large', large)
  repository.write('empty', '')
  repository.save()
  const { read } = await exported()
  expect(read('large').equals(large)).toBe(true)
  expect(read('empty').length).toBe(0)
})

describe('Git LFS', () => {
  const BYTES = Buffer.from('weights of a model\n')
  const oid = createHash('sha256').update(BYTES).digest('hex')
  const pointer = (size = BYTES.length) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`
  const store = (bytes: Buffer | string) => {
    const folder = join(repository.root, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, oid), bytes)
  }
  beforeEach(() => {
    repository.write('.gitattributes', 'big/* filter=lfs diff=lfs merge=lfs -text\n')
    repository.write('big/model.bin', pointer())
    repository.git(
      '-c',
      'filter.lfs.clean=',
      '-c',
      'filter.lfs.process=',
      '-c',
      'filter.lfs.required=false',
      'add',
      '-A',
    )
    repository.git('commit', '-q', '-m', 'a pointer')
  })

  test('an object comes from the store of the checkout, or from the work tree, verified', async () => {
    store(BYTES)
    const kept = await exported()
    expect([kept.missing, kept.read('big/model.bin')]).toEqual([[], BYTES])
    rmSync(join(repository.root, '.git/lfs'), { recursive: true })
    writeFileSync(join(repository.root, 'big/model.bin'), BYTES)
    const checkedOut = await exported()
    expect([checkedOut.missing, checkedOut.read('big/model.bin')]).toEqual([[], BYTES])
    const git = await open()
    expect(await git.dirty()).toEqual([])
    expect(await git.tracks('HEAD', 'big/model.bin')).toBe(true)
    // What is shown is what is exported.
    expect(await git.show('HEAD', 'big/model.bin')).toEqual(BYTES)
  })

  test('bytes that are not the ones of the pointer are not taken: it stays, and is missing', async () => {
    store(Buffer.alloc(BYTES.length, 'x'))
    rmSync(join(repository.root, 'big/model.bin'))
    symlinkSync('/etc/hostname', join(repository.root, 'big/model.bin'))
    const { missing, read } = await exported()
    expect(read('big/model.bin').toString()).toBe(pointer())
    expect(missing).toEqual([{ kind: 'lfs', path: 'big/model.bin', oid, bytes: BYTES.length }])
    expect(await (await open()).dirty()).toEqual(['big/model.bin'])
    expect(missingFindings(missing, 'p/')).toMatchObject([
      { rule: 'code/lfs-missing', file: 'p/big/model.bin' },
    ])
  })
})

describe('submodules', () => {
  let side: Repository
  beforeEach(() => {
    side = createRepository()
    side.write('.gitattributes', '* text eol=crlf\n')
    side.git('add', '.gitattributes')
    side.git('commit', '-q', '-m', 'attributes')
    repository.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      '--name',
      'own name',
      side.root,
      'lib/side',
    )
    repository.save()
  })
  afterEach(() => side.remove())

  test('come raw from what the checkout has, by the commit that the tree names', async () => {
    repository.git('-C', 'lib/side', 'checkout', '-q', '-f', 'HEAD^^')
    writeFileSync(join(repository.root, 'lib/side/evaluate.py'), 'dirty')
    const { into, missing, read } = await exported()
    expect(missing).toEqual([])
    expect(read('lib/side/evaluate.py').toString()).toBe('print("evaluated")\n')
    expect(read('lib/side/.gitattributes').toString()).toBe('* text eol=crlf\n')
    expect(readdirSync(join(into, 'lib/side'))).not.toContain('.git')
    // Also if its work tree is not there.
    repository.git('submodule', '--quiet', 'deinit', '-f', 'lib/side')
    expect((await exported()).missing).toEqual([])
  })

  test('of which the commit is not there leave an empty folder, and are named', async () => {
    const commit = repository.git('rev-parse', 'HEAD:lib/side')
    const clone = join(scratch, 'clone')
    repository.git('clone', '-q', repository.root, clone)
    const git = await openGit(clone, scratch)
    const into = join(scratch, 'side')
    const missing = await git.export('HEAD', into)
    expect(readdirSync(join(into, 'lib/side'))).toEqual([])
    expect(missing).toEqual([{ kind: 'submodule', path: 'lib/side', commit }])
    expect(await git.dirty()).toEqual([])
    expect(missingFindings(missing, '')).toMatchObject([{ rule: 'code/submodule-missing', file: 'lib/side' }])
  })

  test('whose name leads elsewhere, or whose git folder is a link, bring nothing', async () => {
    const modules = join(repository.root, '.git/modules')
    rmSync(modules, { recursive: true })
    rmSync(join(repository.root, 'lib/side'), { recursive: true })
    mkdirSync(modules)
    symlinkSync(join(side.root, '.git'), join(modules, 'own name'))
    mkdirSync(join(repository.root, 'lib/side'), { recursive: true })
    symlinkSync(join(side.root, '.git'), join(repository.root, 'lib/side/.git'))
    repository.git(
      'config',
      '-f',
      '.gitmodules',
      '--rename-section',
      'submodule.own name',
      `submodule.../../..${side.root}/.git`,
    )
    repository.git('add', '.gitmodules')
    repository.git('commit', '-q', '-m', 'x')
    expect((await exported()).missing).toMatchObject([{ kind: 'submodule', path: 'lib/side' }])
  })
})
