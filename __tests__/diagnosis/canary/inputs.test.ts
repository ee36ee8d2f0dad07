import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alteredMounts, inputFiles, INPUTS_LARGEST } from '../../../src/diagnosis/canary/inputs.js'

let home: string
let scratch: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'inputs-'))
  scratch = join(home, 'scratch')
  mkdirSync(scratch)
  mkdirSync(join(home, 'data/deep'), { recursive: true })
  writeFileSync(join(home, 'data/a.csv'), 'a')
  writeFileSync(join(home, 'data/deep/b.csv'), 'b')
  writeFileSync(join(home, 'secret'), 'secret')
  symlinkSync(join(home, 'secret'), join(home, 'data/link'))
  writeFileSync(join(home, 'model.json'), '{}')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const mounts = () => [
  { source: join(home, 'data'), target: 'data' },
  { source: join(home, 'model.json'), target: 'models/model.json' },
]

describe('what may be altered', () => {
  test('regular files, by their paths in the workspace; no link is followed', async () => {
    const files = await inputFiles(mounts())
    expect(files?.map(({ path, below, bytes }) => [path, below, bytes.toString()])).toEqual([
      ['data/a.csv', 'a.csv', 'a'],
      ['data/deep/b.csv', 'deep/b.csv', 'b'],
      ['models/model.json', '', '{}'],
    ])
  })

  test('not more than 256 MiB', async () => {
    const file = join(home, 'data/large')
    writeFileSync(file, '')
    truncateSync(file, INPUTS_LARGEST)
    expect(await inputFiles(mounts())).toBeUndefined()
  })
})

describe('altered copies', () => {
  test('have the names, modes and times of what they stand for; the rest is copied, and the source untouched', async () => {
    const time = new Date('2001-02-03T04:05:06Z')
    chmodSync(join(home, 'data/a.csv'), 0o640)
    utimesSync(join(home, 'data/a.csv'), time, time)
    const [data, model] = mounts()
    const altered = await alteredMounts(scratch, mounts(), new Map([['data/a.csv', Buffer.from('other')]]))
    const [copy, same] = altered.mounts
    expect(same).toEqual(model)
    expect(copy!.target).toBe('data')
    const file = join(copy!.source, 'a.csv')
    expect(readFileSync(file, 'utf8')).toBe('other')
    expect(lstatSync(file).mode & 0o777).toBe(0o640)
    expect(lstatSync(file).mtime).toEqual(time)
    expect(readFileSync(join(copy!.source, 'deep/b.csv'), 'utf8')).toBe('b')
    expect(readlinkSync(join(copy!.source, 'link'))).toBe(join(home, 'secret'))
    expect(readFileSync(join(data!.source, 'a.csv'), 'utf8')).toBe('a')
    await altered.remove()
    expect(readdirSync(scratch)).toEqual([])
  })

  test('a file that is mounted by itself', async () => {
    const altered = await alteredMounts(
      scratch,
      mounts(),
      new Map([['models/model.json', Buffer.from('[]')]]),
    )
    expect(altered.mounts[0]).toEqual(mounts()[0])
    expect(readFileSync(altered.mounts[1]!.source, 'utf8')).toBe('[]')
    await altered.remove()
  })
})
