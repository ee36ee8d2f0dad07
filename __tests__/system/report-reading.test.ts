import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readReportFile } from '../../src/system/report-file.js'
import { notReproduced } from '../report/fixtures.js'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'reprogate-report-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const read = (text: string) => {
  const path = join(folder, 'report.json')
  writeFileSync(path, text)
  return readReportFile(path)
}

test('a report is read, and fields of later versions are passed over', async () => {
  const report = { ...notReproduced, commit: 'a'.repeat(40), later: true }
  expect(await read(JSON.stringify(report))).toMatchObject({
    commit: 'a'.repeat(40),
    models: [{ name: 'digits', agreement: 'different' }],
  })
})

test.each([
  ['a commit that is an option', { commit: '--upload-pack=x' }, /must be a commit/],
  ['a name that is a path', { models: [{ ...notReproduced.models[0], name: '../x' }] }, /name of a model/],
  ['another kind of file', { reprogate: 'record/1' }, /not a report/],
  ['more models than anybody has', { models: Array(1001).fill(notReproduced.models[0]) }, /models/],
])('%s is refused', async (_what, change, says) => {
  const report = { ...notReproduced, commit: 'a'.repeat(40), ...change }
  await expect(read(JSON.stringify(report))).rejects.toMatchObject({
    code: 'report/unreadable',
    message: expect.stringMatching(says),
  })
})

test.each(['', 'null', '[]', '"x"', '['.repeat(100_000)])('no report: %.20s', async (text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'report/unreadable' })
})

test('what is too large or no file is not read', async () => {
  const path = join(folder, 'large.json')
  writeFileSync(path, '')
  truncateSync(path, 65 * 1024 ** 2)
  await expect(readReportFile(path)).rejects.toMatchObject({ message: expect.stringContaining('larger') })
  await expect(readReportFile(folder)).rejects.toMatchObject({ code: 'report/unreadable' })
})
