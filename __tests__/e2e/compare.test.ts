import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprogate-compare-'))
  const rows = Array.from({ length: 1000 }, (_, i) => `${i},${i % 7},${i / 1000}`)
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), `id,label,score\n${lines.join('\n')}\n`)
  write('recorded.csv', rows)
  write('same.csv', rows)
  write('shuffled.csv', rows.toReversed())
  write('moved.csv', rows.with(500, '500,3,0.5000001'))
  write('flipped.csv', rows.with(500, '500,\u001b[31m4,0.5'))
  write('short.csv', rows.slice(1))
  writeFileSync(join(folder, 'metrics.json'), '{"accuracy": 0.5, "auc": NaN}')
  writeFileSync(join(folder, 'other.json'), '{"accuracy": 0.6, "auc": NaN}')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const compare = (...args: string[]) =>
  spawnSync(process.execPath, [resolve('dist/cli/index.js'), 'compare', ...args], {
    cwd: folder,
    encoding: 'utf8',
  })

test.each([
  ['same.csv', [], 0, 'identical: 1,000 rows, 0 flipped, 0 moved'],
  ['shuffled.csv', [], 0, 'the same values: 1,000 rows'],
  ['moved.csv', [], 0, 'within the tolerance: 1,000 rows, 0 flipped, 1 moved'],
  ['moved.csv', ['--absolute', '1e-9'], 1, 'different: 1,000 rows, 0 flipped, 1 moved'],
  ['flipped.csv', [], 1, '500  label  3 → 4'],
  ['short.csv', [], 2, 'cannot be compared: 1 row only in the record: 0'],
  ['metrics.json', [], 2, 'one file holds metrics and the other does not'],
])('reprogate compare recorded.csv %s %j', (replayed, options, status, said) => {
  const { stdout, stderr, status: code } = compare('recorded.csv', replayed, ...options)
  expect({ stdout: stdout.includes(said) || stdout, code, stderr }).toEqual({
    stdout: true,
    code: status,
    stderr: '',
  })
  expect(stdout).not.toContain('\u001b')
})

test('metrics are compared by name, and printed as JSON if asked', () => {
  expect(compare('metrics.json', 'other.json').stdout).toContain('✖ accuracy  0.5 → 0.6   allowed ±5e-7')
  const { stdout, status } = compare('metrics.json', 'other.json', '--json')
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    grade: 'different',
    metrics: [{ name: 'accuracy' }, { name: 'auc' }],
  })
})

test('a file that is not there, and a number that is none', () => {
  const missing = compare('recorded.csv', 'nothing.csv')
  expect([missing.status, missing.stderr]).toEqual([
    2,
    expect.stringContaining('nothing.csv cannot be read (ENOENT)'),
  ])
  expect(compare('recorded.csv', 'same.csv', '--absolute', 'x').stderr).toContain('Write a number')
})
