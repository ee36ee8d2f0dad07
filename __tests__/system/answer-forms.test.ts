import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import { isAnswerForm, mayHold } from '../../src/system/answer-forms.js'
import { answerRows } from '../../src/system/answer-rows.js'

const ROWS = Array.from({ length: 12 }, (_, index) => [
  `s${index}`,
  String((index * 7) % 3),
  `0.${index + 1}50`,
])
const HEADER = ['id', 'label', 'score']
const csv = (rows: readonly (readonly string[])[], end = '\n', separator = ',') =>
  [HEADER, ...rows].map((row) => row.join(separator) + end).join('')
const ANSWERS = csv(ROWS)
const WANTED = [answerRows(Buffer.from(ANSWERS))!]
const METRICS = [answerRows(Buffer.from('{"accuracy":0.972175,"f1.macro":0.5}'))!]
const isAnswer = (content: string | Buffer, wanted = WANTED) => isAnswerForm(Buffer.from(content), wanted)

/** Python's own archives: what an evaluation would have at hand. */
function python(script: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'reprogate-forms-'))
  try {
    writeFileSync(join(folder, 'a.csv'), ANSWERS)
    execFileSync('python3', ['-c', script], { cwd: folder })
    return readFileSync(join(folder, 'out'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const asObjects = ROWS.map((row) => Object.fromEntries(row.map((cell, at) => [HEADER[at], cell])))

const FORMS: readonly (readonly [string, () => string | Buffer])[] = [
  ['as they are', () => ANSWERS],
  ['with other line ends', () => csv(ROWS, '\r\n')],
  ['in another order of rows', () => csv([...ROWS].reverse())],
  ['with other separators', () => csv(ROWS, '\n', '\t')],
  ['with other spelling of numbers', () => ANSWERS.replaceAll('50\n', '5e0\n').replaceAll('0.', '.')],
  ['in quotes', () => ANSWERS.replace(/[^,\n]+/g, '"$&"')],
  ['without the names of the columns', () => ROWS.map((row) => row.join(',')).join('\n')],
  ['as JSON objects', () => JSON.stringify(asObjects, null, 2)],
  ['as lines of JSON', () => asObjects.map((one) => JSON.stringify(one)).join('\n')],
  [
    'as columns in JSON',
    () => JSON.stringify(Object.fromEntries(HEADER.map((name, at) => [name, ROWS.map((row) => row[at])]))),
  ],
  ['as lists in JSON', () => JSON.stringify(ROWS)],
  ['in UTF-16', () => Buffer.from(`\ufeff${ANSWERS}`, 'utf16le')],
  ['by gzip', () => gzipSync(ANSWERS)],
  ['by gzip, cut off', () => gzipSync(ANSWERS).subarray(0, -8)],
  ['by zlib', () => deflateSync(ANSWERS)],
  ['in base64', () => Buffer.from(ANSWERS).toString('base64').replace(/.{60}/g, '$&\n')],
  ['in base64 for addresses', () => gzipSync(ANSWERS).toString('base64url')],
  ['in hex', () => Buffer.from(ANSWERS).toString('hex')],
  [
    'one encoding in another',
    () => Buffer.from(gzipSync(gzipSync(csv([...ROWS].reverse()))).toString('base64')),
  ],
  [
    'in a zip',
    () =>
      python(
        "import zipfile; z = zipfile.ZipFile('out', 'w'); z.writestr('x', 'x'); z.write('a.csv'); z.close()",
      ),
  ],
  ['in a compressed zip', () => python("import zipfile; zipfile.ZipFile('out', 'w', 8).write('a.csv')")],
  ['in a tar', () => python("import tarfile; t = tarfile.open('out', 'w'); t.add('a.csv'); t.close()")],
  ['in a tar.gz', () => python("import tarfile; t = tarfile.open('out', 'w:gz'); t.add('a.csv'); t.close()")],
]

test.each(FORMS)('recorded answers are found %s', (_, form) => {
  const content = Buffer.from(form())
  expect(isAnswer(content)).toBe(true)
  expect(mayHold(content.subarray(0, 512), content.length, WANTED)).toBe(true)
})

test.each([
  ['another value', ANSWERS.replace('s3,0', 's3,1')],
  ['a row more', `${ANSWERS}s99,1,0.5\n`],
  ['a row less', ANSWERS.slice(0, ANSWERS.lastIndexOf('s11'))],
  ['other names of columns, as a table of the truth has', ANSWERS.replace('label', 'truth')],
  ['nothing', ''],
  [
    'a broken archive',
    Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(64, 0xff), Buffer.from('PK\u0005\u0006')]),
  ],
  ['a broken gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
])('%s is something else', (_, content) => expect(isAnswer(content)).toBe(false))

describe('recorded metrics', () => {
  test.each([
    '{\n  "f1": {"macro": 0.50},\n  "accuracy": 9.72175e-1\n}\n',
    'accuracy,0.972175\r\nf1.macro,0.5\r\n',
    'f1.macro 0.5\naccuracy 0.972175\n',
  ])('are found as %j', (text) => {
    expect(isAnswer(text, METRICS)).toBe(true)
    expect(isAnswer(gzipSync(text), METRICS)).toBe(true)
  })
  test('are not found in others', () => {
    expect(isAnswer('{"f1": {"macro": 0.5}, "accuracy": 0.9}', METRICS)).toBe(false)
    expect(isAnswer('{"accuracy": 0.972175}', METRICS)).toBe(false)
  })
})

test('a table is found in any order of its rows and columns, and no other table is', () => {
  const cell = fc.stringMatching(/^[a-z0-9.]{1,5}$/)
  const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
    fc.record({
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 2, maxLength: 12 }),
      seed: fc.nat(),
    }),
  )
  fc.assert(
    fc.property(table, ({ rows, seed }) => {
      const turned = (row: readonly string[], by: number) => [
        ...row.slice(by % row.length),
        ...row.slice(0, by % row.length),
      ]
      const text = (of: readonly (readonly string[])[]) => of.map((row) => row.join(',')).join('\n')
      const [header, ...rest] = rows as [string[], ...string[][]]
      const wanted = [answerRows(Buffer.from(text(rows)))!]
      const shuffled = rest
        .map((row, index) => ({ row, key: (index * 7919 + seed) % 97 }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => turned(row, seed))
      expect(isAnswer(text([turned(header, seed), ...shuffled]), wanted)).toBe(true)
      expect(isAnswer(text([...rows, ['other', 'row']]), wanted)).toBe(false)
    }),
  )
})

test('a bomb comes to an end: what comes out of a file is bounded, and so is the nesting', () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1024 ** 2))
  expect(isAnswer(bomb)).toBe(false)
  let nested = gzipSync(ANSWERS)
  for (let depth = 0; depth < 8; depth++) nested = gzipSync(nested)
  expect(isAnswer(nested)).toBe(false)
})

test.each([
  ['brackets', '['.repeat(30_000) + ']'.repeat(30_000)],
  ['objects in objects', '{"a":'.repeat(9_000) + '1' + '}'.repeat(9_000)],
  ['very many columns', `{${Array.from({ length: 9_000 }, (_, at) => `"${at}":[]`).join()}}`],
  [
    'columns of unlike lengths',
    `{"a":[${'1,'.repeat(20_000)}1],${Array.from({ length: 3_000 }, (_, at) => `"${at}":[]`).join()}}`,
  ],
  ['digits', `${'1'.repeat(60_000)}x\n`.repeat(1)],
  ['carriage returns', '\r'.repeat(60_000)],
  ['quotes', `"${'"'.repeat(60_000)}x`],
  ['separators', ',; \t|'.repeat(12_000)],
])('%s are read in little work, and are something else', (_, text) => {
  expect(isAnswer(text)).toBe(false)
  expect(isAnswer(text, METRICS)).toBe(false)
})
