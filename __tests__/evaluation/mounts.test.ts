import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { permits, readableMounts } from '../../src/evaluation/mounts.js'

/** Nobody here has any of these ids. */
const STRANGER = { uid: 54_321, gid: 54_321 }
const us = { uid: process.getuid!(), gid: process.getgid!() }

let root: string
let scratch: string
let data: string
let shown: string[]
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mounts-')))
  scratch = join(root, 'scratch')
  data = join(root, 'work/data')
  shown = []
  await mkdir(scratch)
  await mkdir(join(data, 'deep'), { recursive: true })
  await put('data/a.csv', 'a')
  await put('data/deep/b.csv', 'b')
  for (const path of ['work', 'work/data', 'work/data/deep']) await chmod(join(root, path), 0o755)
})
afterEach(async () => {
  await chmod(data, 0o700).catch(() => {})
  await rm(root, { recursive: true, force: true })
})

async function put(path: string, text: string, mode = 0o644) {
  await writeFile(join(root, 'work', path), text)
  await chmod(join(root, 'work', path), mode)
}

const readable = async (source = data, user = STRANGER) => {
  const progress = { start() {}, line: (text: string) => void shown.push(text), end() {} }
  const [mount] = await readableMounts(
    { root: join(root, 'work'), scratch, progress },
    [{ source, target: 'data' }],
    user,
  )
  expect(mount!.target).toBe('data')
  return mount!.source
}

/** Path, mode, time and content of everything below a folder. */
async function everything(folder: string, top = folder): Promise<string[]> {
  const rows: string[] = []
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    const { mode, mtimeMs } = await lstat(path)
    const content = (await lstat(path)).isFile() ? await readFile(path, 'utf8') : ''
    rows.push([relative(top, path), mode.toString(8), mtimeMs, content].join(' '))
    if ((await lstat(path)).isDirectory()) rows.push(...(await everything(path, top)))
  }
  return rows
}
const modes = async (path: string) => ((await lstat(path)).mode & 0o777).toString(8)

test('what can be read is mounted itself', async () => {
  await symlink('a.csv', join(data, 'link.csv'))
  await symlink('../a.csv', join(data, 'deep/link.csv'))
  expect(await readable()).toBe(data)
  expect(await readable(join(data, 'a.csv'))).toBe(join(data, 'a.csv'))
  await chmod(join(data, 'a.csv'), 0o600)
  expect(await readable(data, us)).toBe(data)
  expect(await readdir(scratch)).toEqual([])
  expect(shown).toEqual([])
})

describe('a copy is mounted, and the source is untouched, if', () => {
  test.each([
    ['a file is private', 'data/deep/b.csv', 0o600],
    ['a file has no bit for others', 'data/a.csv', 0o640],
    ['a folder is private', 'data/deep', 0o700],
    ['a folder can be listed, and not entered', 'data/deep', 0o744],
    ['a folder can be entered, and not listed', 'data/deep', 0o711],
    ['the folder itself is private', 'data', 0o700],
  ])('%s', async (_, path, mode) => {
    await chmod(join(root, 'work', path), mode)
    const before = await everything(join(root, 'work'))
    const copy = await readable()
    expect(copy).toContain(scratch)
    expect(await modes(copy)).toBe('755')
    expect(await modes(join(copy, 'deep'))).toBe('755')
    expect(await modes(join(copy, 'deep/b.csv'))).toBe('644')
    expect(await readFile(join(copy, 'a.csv'), 'utf8')).toBe('a')
    expect(await readFile(join(copy, 'deep/b.csv'), 'utf8')).toBe('b')
    expect(await everything(join(root, 'work'))).toEqual(before)
    expect(await readable(copy)).toBe(copy)
    expect(shown).toEqual(['copying data: the user of the sandbox cannot read all of it'])
  })

  test('it is a single private file; what can be executed stays so', async () => {
    await put('model.bin', 'w', 0o700)
    const copy = await readable(join(root, 'work/model.bin'))
    expect(copy).toContain(scratch)
    expect(await readFile(copy, 'utf8')).toBe('w')
    expect(await modes(copy)).toBe('755')
    expect(await modes(join(root, 'work/model.bin'))).toBe('700')
  })

  test('a link leads out of the folder: the copy has the bytes', async () => {
    await mkdir(join(root, 'work/store'))
    await put('store/v3.csv', 'v3', 0o600)
    await symlink('../store/v3.csv', join(data, 'relative.csv'))
    await symlink(join(data, 'a.csv'), join(data, 'absolute.csv'))
    const copy = await readable()
    for (const [name, text] of [
      ['relative.csv', 'v3'],
      ['absolute.csv', 'a'],
    ] as const) {
      expect((await lstat(join(copy, name))).isFile()).toBe(true)
      expect(await readFile(join(copy, name), 'utf8')).toBe(text)
      expect(await modes(join(copy, name))).toBe('644')
    }
    expect(await modes(join(root, 'work/store/v3.csv'))).toBe('600')
  })
})

test('no copy is made of what lies outside the repository or inside .git', async () => {
  await writeFile(join(root, 'secret'), 'precious')
  await mkdir(join(root, 'work/.git'))
  await put('.git/config', 'token')
  await symlink('../../secret', join(data, 'outside'))
  await symlink('../.git/config', join(data, 'token'))
  await symlink('..', join(data, 'folder'))
  await symlink('nowhere', join(data, 'nothing'))
  const copy = await readable()
  for (const name of ['outside', 'token', 'folder', 'nothing'])
    expect((await lstat(join(copy, name))).isSymbolicLink()).toBe(true)
  expect(await readFile(join(copy, 'a.csv'), 'utf8')).toBe('a')
})

test('one source that is mounted twice is copied once', async () => {
  await chmod(data, 0o700)
  const place = { root: join(root, 'work'), scratch, progress: { start() {}, line() {}, end() {} } }
  const mounts = await readableMounts(
    place,
    [
      { source: data, target: 'data' },
      { source: data, target: 'again' },
    ],
    STRANGER,
  )
  expect(mounts[0]!.source).toBe(mounts[1]!.source)
  expect(await readdir(scratch)).toHaveLength(1)
})

test.each([
  ['the owner has only the bits of the owner', 0o044, 1, 2, false],
  ['the owner', 0o400, 1, 2, true],
  ['the group has only its own', 0o404, 9, 2, false],
  ['the group', 0o040, 9, 2, true],
  ['others', 0o004, 9, 9, true],
  ['others without a bit', 0o440, 9, 9, false],
])('%s', (_, mode, uid, gid, expected) => {
  expect(permits({ mode, uid: 1, gid: 2 }, { uid, gid }, 4)).toBe(expected)
})
