import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { confine, NotAFile, openRegular, readRegular, TooLarge, within } from '../../src/system/files.js'
import { writeReportFile } from '../../src/system/report-file.js'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-files-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('only a regular file is opened, and nobody waits for a pipe', async () => {
  writeFileSync(join(root, 'file'), 'abc')
  execFileSync('mkfifo', [join(root, 'pipe')])
  expect((await readRegular(join(root, 'file'), 3)).toString()).toBe('abc')
  await expect(readRegular(join(root, 'file'), 2)).rejects.toThrow(TooLarge)
  for (const path of [root, join(root, 'pipe'), '/dev/null'])
    await expect(openRegular(path)).rejects.toThrow(NotAFile)
})

test('a report is not written through a link, and not committed by accident', async () => {
  mkdirSync(join(root, 'elsewhere'))
  symlinkSync('elsewhere', join(root, '.reprogate'))
  const path = await writeReportFile(root, '{}\n')
  expect(path).toBe(join(root, '.reprogate/report.json'))
  expect(readFileSync(path, 'utf8')).toBe('{}\n')
  expect(readFileSync(join(root, '.reprogate/.gitignore'), 'utf8')).toBe('*\n')
  expect(() => readFileSync(join(root, 'elsewhere/report.json'))).toThrow()
})

test('paths are confined, links followed', async () => {
  mkdirSync(join(root, 'in/.git'), { recursive: true })
  mkdirSync(join(root, 'other'))
  symlinkSync(join(root, 'other'), join(root, 'in/out'))
  symlinkSync('nowhere', join(root, 'in/dangling'))
  symlinkSync('.git', join(root, 'in/repository'))
  symlinkSync('.', join(root, 'in/self'))
  const at = join(root, 'in')
  const why = async (path: string) => {
    const place = await confine(at, path)
    return place.ok ? place.exists : place.why
  }
  expect(
    await Promise.all(
      [
        'new/file',
        'self/new',
        'out/x',
        'dangling',
        'repository/config',
        '.GIT/config',
        '..',
        '../in/x',
        '/etc',
        'C:\\x',
        '.',
      ].map(why),
    ),
  ).toEqual([
    false,
    false,
    'leads out through a link',
    'leads out through a link',
    'names the inside of .git',
    'names the inside of .git',
    'leaves the repository',
    false,
    'leaves the repository',
    'leaves the repository',
    'names the inside of .git',
  ])
  expect([within('a/b', 'a/b/c'), within('a/b', 'a/bc'), within('./a//', 'a'), within('.', 'x')]).toEqual([
    true,
    false,
    true,
    true,
  ])
})
