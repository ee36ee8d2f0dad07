import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fingerprint, listText, parseList } from '../../src/data/digest.js'
import { differingRows } from '../../src/data/rows.js'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-data-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('a file and a folder have the digests that the standard tools give', async () => {
  mkdirSync(join(root, 'd/Z'), { recursive: true })
  for (const name of ['d/b.txt', 'd/a b.txt', 'd/Z/é.txt', 'd/Z/A']) writeFileSync(join(root, name), name)
  const sum = (command: string) =>
    execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' }).split(' ')[0]
  for (const algorithm of ['sha256', 'md5'] as const) {
    expect((await fingerprint(root, join(root, 'd/b.txt'), algorithm)).digest).toBe(
      `${algorithm}:${sum(`${algorithm}sum d/b.txt`)}`,
    )
    const folder = await fingerprint(root, join(root, 'd'), algorithm)
    expect(folder.digest).toBe(
      `${algorithm}:${sum(`cd d && find . -type f | sed 's,^./,,' | LC_ALL=C sort | tr '\\n' '\\0' | xargs -0 ${algorithm}sum | ${algorithm}sum`)}`,
    )
    expect(parseList(listText(folder.files), algorithm)).toEqual(
      new Map(folder.files.map(({ path, digest }) => [path, digest])),
    )
  }
})

test('hashing can be cancelled', async () => {
  writeFileSync(join(root, 'a'), 'a')
  await expect(
    fingerprint(root, join(root, 'a'), 'sha256', AbortSignal.abort(new Error('enough'))),
  ).rejects.toThrow('enough')
})

test('rows that differ are named, and only the first ones', () => {
  const table = (rows: number, change: (row: number) => string) =>
    Buffer.from(Array.from({ length: rows }, (_, row) => change(row)).join('\n'))
  const before = table(300, (row) => `${row},x`)
  expect(
    differingRows(
      before,
      table(300, (row) => (row === 210 ? `${row},y` : `${row},x`)),
    ),
  ).toBe('1 row differs; row 211: 210,x → 210,y')
  expect(
    differingRows(
      before,
      table(300, (row) => `${row},z`),
    ),
  ).toMatch(/^300 rows differ; row 1: 0,x → 0,z; row 2: .*; row 3: [^;]*$/)
  expect(differingRows(Buffer.from('a'), Buffer.from('a\nb'))).toBe('1 row differs; row 2: (no such row) → b')
  expect(differingRows(Buffer.from([0, 1]), Buffer.from([0, 2]))).toBeUndefined()
})

test.each([
  ['a cell', 'id,x,y\n1,2,3\n', 'id,x,y\n1,2,4\n', 'row 2: y 3 → 4'],
  ['a quoted cell, with tabs', 'id\tx\n1\t"a\tb"', 'id\tx\n1\t', 'row 2: x a\tb → (empty)'],
  ['many cells', 'a,b,c,d,e\n1,1,1,1,1', 'a,b,c,d,e\n2,2,2,2,2', 'a 1 → 2, b 1 → 2, c 1 → 2 and 2 more'],
  ['a long cell', `a,b\n1,${'x'.repeat(50)}`, 'a,b\n1,y', `row 2: b ${'x'.repeat(40)}… → y`],
  ['a cell more', 'a,b\n1,2', 'a,b\n1,2,3', 'row 2: 1,2 → 1,2,3'],
  ['a column renamed', 'a,b\n1,2', 'a,c\n1,2', '1 row differs; row 1: a,b → a,c'],
  ['the spelling alone', 'a,b\n1,"2"', 'a,b\n1,2', 'row 2: 1,"2" → 1,2'],
  ['a line of a cell of several', 'a,b\n1,"x\ny"', 'a,b\n1,"x\nz"', 'row 3: y" → z"'],
  [
    'a row without a heading',
    `${'7,'.repeat(90)}1`,
    `${'7,'.repeat(90)}2`,
    `…${'7,'.repeat(10)}1 → …${'7,'.repeat(10)}2`,
  ],
  ['a very long row', `a,b\n${'1,'.repeat(40_000)}2`, `a,b\n${'1,'.repeat(40_000)}3`, '1,2 → …'],
  ['some line endings', 'a,b\r\n1,2\r\n', 'a,b\r\n1,2\n', 'only line endings differ'],
  ['bytes that are not text', 'a\xff', 'a\xfe', 'only bytes that are not text differ'],
  ['line endings', 'a,b\n1,2\n', 'a,b\r\n1,2\r\n', 'only line endings differ, CRLF and LF'],
])('of a row that differs, what differs is shown: %s', (_what, before, after, expected) => {
  expect(differingRows(Buffer.from(before, 'latin1'), Buffer.from(after, 'latin1'))).toContain(expected)
})
