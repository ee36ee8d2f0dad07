import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { rowCounter, takeMetrics, takeNewestMetrics, takePredictions } from '../../src/evaluation/outputs.js'
import { sizeOf } from '../../src/evaluation/size.js'
import { exposed, readyWorkspace } from '../../src/evaluation/workspace.js'

let home: string
let workspace: string
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'workspace-')))
  workspace = join(home, 'workspace')
  await mkdir(join(workspace, 'a/b'), { recursive: true })
})
afterEach(() => rm(home, { recursive: true }))

const put = (path: string, text = 'x') => writeFile(join(workspace, path), text)
const ready = (
  paths: string[],
  digests: string[] = [],
  mounts: { source: string; target: string }[] = [],
  folders: string[] = [],
) => readyWorkspace(workspace, { hidden: { paths, digests }, mounts, folders, owner: undefined })
async function left(folder = workspace): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const below = await Promise.all(
    entries.filter((e) => e.isDirectory()).map((e) => left(join(folder, e.name))),
  )
  return [...entries.map((e) => relative(workspace, join(folder, e.name))), ...below.flat()].sort()
}

describe('what is hidden', () => {
  test('files, folders, what a link leads to, and nothing else', async () => {
    for (const path of ['a/keep', 'a/b/gone', 'real', 'stay']) await put(path)
    await symlink('../real', join(workspace, 'a/link'))
    await ready(['./a/b', 'a/link', 'not there', 'stay/../stay/x'])
    expect(await left()).toEqual(['a', 'a/keep', 'stay'])
  })

  test('nothing outside, whatever path is given', async () => {
    await writeFile(join(home, 'precious'), 'x')
    await symlink(home, join(workspace, 'out'))
    await ready(['../precious', 'out/precious', '.', 'a/..', join(home, 'precious')])
    expect(await readdir(home)).toEqual(['precious', 'workspace'])
    expect(await left()).toEqual(['a', 'a/b', 'out'])
  })

  test.each(['sha256', 'md5'])('every file with these bytes, by %s', async (algorithm) => {
    await put('a/b/other name', 'answers')
    await put('a/near', 'answers ')
    await ready([], [`${algorithm}:${createHash(algorithm).update('answers').digest('hex')}`])
    expect(await left()).toEqual(['a', 'a/b', 'a/near'])
  })

  test('not below a folder that is mounted', async () => {
    const source = join(home, 'data')
    await mkdir(source)
    await writeFile(join(source, 'answers.csv'), 'x')
    const mounts = [{ source, target: 'data' }]
    expect(await exposed({ paths: ['data/answers.csv'], digests: [] }, mounts)).toEqual(['data/answers.csv'])
    expect(await exposed({ paths: ['data/other.csv', 'database/answers.csv'], digests: [] }, mounts)).toEqual(
      [],
    )
  })
})

test('places for mounts are made, through no link', async () => {
  const source = join(home, 'data')
  await mkdir(source)
  await writeFile(join(source, 'x'), '')
  await symlink(home, join(workspace, 'out'))
  await put('was')
  await ready(
    [],
    [],
    [
      { source, target: 'new/folder' },
      { source: join(source, 'x'), target: 'new/file' },
      { source, target: 'out/made' },
      { source, target: 'was/file' },
      { source: join(source, 'x'), target: 'a/b' },
    ],
    ['volume/of image'],
  )
  expect((await stat(join(workspace, 'was/file'))).isDirectory()).toBe(true)
  expect((await stat(join(workspace, 'a/b'))).isFile()).toBe(true)
  expect((await stat(join(workspace, 'volume/of image'))).isDirectory()).toBe(true)
  expect((await stat(join(workspace, 'new/folder'))).isDirectory()).toBe(true)
  expect((await stat(join(workspace, 'new/file'))).isFile()).toBe(true)
  expect(await readdir(home)).toEqual(['data', 'workspace'])
})

test('size is disk space, links not followed', async () => {
  await put('big', 'x'.repeat(100_000))
  await symlink('/', join(workspace, 'root'))
  const { bytes, entries } = await sizeOf(workspace)
  expect(entries).toBe(4)
  expect(bytes).toBeGreaterThanOrEqual(100_000)
  expect(bytes).toBeLessThan(200_000)
})

describe('output', () => {
  test('the metrics file, byte for byte', async () => {
    await put('a/metrics.json', '{"a": 1}')
    expect(await takeMetrics(workspace, 'a/metrics.json')).toEqual({
      ok: true,
      value: { path: 'a/metrics.json', bytes: Buffer.from('{"a": 1}') },
    })
  })

  test('of a glob the newest file that can be read, and no link', async () => {
    await mkdir(join(workspace, 'r'))
    for (const [at, [name, text]] of [
      ['r/1.json', '{"a": 1}'],
      ['r/2.json', '{"a": 2}'],
      ['r/3.json', '{"a": '],
    ].entries()) {
      await put(name!, text!)
      await utimes(join(workspace, name!), at, at)
    }
    await put('elsewhere.json', '{"a": 4}')
    await symlink(join(workspace, 'elsewhere.json'), join(workspace, 'r/4.json'))
    expect(await takeNewestMetrics(workspace, 'r/*.json')).toMatchObject({ value: { path: 'r/2.json' } })
    expect(await takeNewestMetrics(workspace, 'r/3*.json')).toMatchObject({ value: { path: 'r/3.json' } })
    expect(await takeNewestMetrics(workspace, 'q/*.json')).toEqual({
      ok: false,
      problem: 'no file that `q/*.json` names was written',
    })
  })

  test('predictions are copied, hashed and counted', async () => {
    const text = 'id,p\r\n1,"a\nb"\r\n\r\n2,c'
    await put('p.csv', text)
    const copy = join(home, 'copy.csv')
    expect(await takePredictions(workspace, 'p.csv', copy)).toEqual({
      ok: true,
      value: {
        file: copy,
        bytes: text.length,
        digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
        md5: `md5:${createHash('md5').update(text).digest('hex')}`,
        rows: 2,
      },
    })
    expect(await readFile(copy, 'utf8')).toBe(text)
  })

  test('nothing behind a link, no folder, nothing outside', async () => {
    await writeFile(join(home, 'secret'), '{}')
    await symlink(home, join(workspace, 'out'))
    await symlink(join(home, 'secret'), join(workspace, 'link'))
    await symlink('a', join(workspace, 'inner'))
    await put('a/metrics.json')
    for (const [path, problem] of [
      ['out/secret', 'is a link or lies behind one'],
      ['link', 'is a link or lies behind one'],
      ['inner/metrics.json', 'is a link or lies behind one'],
      ['a', 'is not a regular file'],
      ['a/metrics.json/x', 'is not a regular file'],
      ['../secret', 'leaves the workspace'],
      ['none', 'was not written'],
    ] as const)
      expect(await takeMetrics(workspace, path)).toEqual({ ok: false, problem: `\`${path}\` ${problem}` })
  })

  test('a metrics file over 1 MiB', async () => {
    await put('metrics.json', ' '.repeat(1024 ** 2 + 1))
    expect(await takeMetrics(workspace, 'metrics.json')).toMatchObject({
      problem: expect.stringContaining('1 MiB'),
    })
  })
})

test.each([
  ['', 0],
  ['id\n', 0],
  ['id\n\n\n', 0],
  ['id\n1', 1],
  ['id\n1\n2\n', 2],
  ['id\r\n1\r\n', 1],
  ['id\n"a\n\nb"\n', 1],
])('%j has %d rows', (text, rows) => {
  const counter = rowCounter()
  // In pieces, as a file is read.
  for (const byte of Buffer.from(text)) counter.push(Uint8Array.of(byte))
  expect(counter.rows()).toBe(rows)
})
