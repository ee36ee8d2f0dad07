import { describe, expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { unzipSync } from 'fflate'
import { rowFilesOf } from '../../../src/diagnosis/canary/row-files.js'
import type { RowFile } from '../../../src/diagnosis/canary/row-file.js'
import { doubles, npy, npz } from './files.js'

/** A moved file, parsed, has exactly the rows that were asked for; every other byte is where it was. */

const only = (path: string, bytes: Buffer | string): RowFile => {
  const [first] = rowFilesOf(path, Buffer.from(bytes))
  if (!first) throw new Error('it is not a table')
  return first
}
const orderOf = (n: number, seed: number) => Array.from({ length: n }, (_, i) => (i + 1 + (seed % n)) % n)
const reversed = (n: number) => Array.from({ length: n }, (_, i) => n - 1 - i)
const here = (n: number) => Array.from({ length: n }, (_, i) => i)
/** What rows become if they move by `from`, keep their key, and get the right answer of `truth`. */
const expected = <T, R>(
  rows: readonly T[],
  from: readonly number[],
  mix: (own: T, source: T, right: T) => R,
): R[] => rows.map((row, i) => mix(row, rows[from[i]!]!, rows[rows.length - 1 - i]!))

const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', '0', '.', ';', '\t') })
const csvCell = (text: string) => (/[",\n\t;|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

describe('CSV', () => {
  const tables = fc.record({
    rows: fc.array(fc.tuple(fc.nat().map(String), cell, cell), { minLength: 1, maxLength: 12 }),
    eol: fc.constantFrom('\n', '\r\n'),
    bom: fc.constantFrom('', '\u{feff}'),
    last: fc.boolean(),
    seed: fc.nat(1000),
  })

  test('any cells, line ends and marks', () => {
    fc.assert(
      fc.property(tables, ({ rows, eol, bom, last, seed }) => {
        const lines = [['key', 'x', 'label'], ...rows].map((row) => row.map(csvCell).join(','))
        const bytes = Buffer.from(bom + lines.join(eol) + (last ? eol : ''))
        const file = only('t.csv', bytes)
        const from = orderOf(rows.length, seed)
        const own = new Map([
          ['key', here(rows.length)],
          ['label', reversed(rows.length)],
        ])
        const moved = file.moved({ from, own })
        const after = parse(moved, { bom: true }) as string[][]
        expect(after.slice(1)).toEqual(expected(rows, from, ([key], [, x], [, , label]) => [key, x, label]))
        expect(file.moved({ from: here(rows.length), own: new Map() })).toEqual(bytes)
        expect(moved).toHaveLength(bytes.length)
      }),
    )
  })

  test('cells stay as they are written, blank lines stay in place', () => {
    const text = 'id;x\n1; 02 \n\n2;1.50\n'
    const moved = only('t.csv', text).moved({ from: [1, 0], own: new Map([['id', [0, 1]]]) })
    expect(moved.toString()).toBe('id;x\n1;1.50\n\n2; 02 \n')
  })

  test.each(['a,b\n1,2\n3\n', 'a,a\n1,2\n', 'a,b\n', ''])('%j is no table', (text) => {
    expect(rowFilesOf('t.csv', Buffer.from(text))).toEqual([])
  })
})

describe('JSON', () => {
  const objects = fc.array(
    fc.record({
      x: fc.jsonValue(),
      id: fc.string(),
      label: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    }),
    { minLength: 1, maxLength: 10 },
  )
  const check = (rows: { x: unknown; id: string; label: unknown }[], file: RowFile) => {
    const from = orderOf(rows.length, 3)
    const own = new Map([
      ['id', here(rows.length)],
      ['label', reversed(rows.length)],
    ])
    return {
      moved: file.moved({ from, own }),
      after: expected(rows, from, ({ id }, { x }, { label }) => ({ x, id, label })),
    }
  }
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

  test('lines', () => {
    fc.assert(
      fc.property(objects, (rows) => {
        const bytes = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))
        const { moved, after } = check(rows, only('t.jsonl', bytes))
        expect(
          moved
            .toString()
            .split('\n')
            .map((line) => JSON.parse(line) as unknown),
        ).toEqual(plain(after))
      }),
    )
  })

  test('rows inside a document', () => {
    fc.assert(
      fc.property(objects, fc.jsonValue(), (rows, other) => {
        const document = { version: [1, other], items: rows }
        const file = rowFilesOf('t.json', Buffer.from(JSON.stringify(document, null, 2))).find(
          ({ rows: n, columns }) =>
            n === rows.length && ['x', 'id', 'label'].every((name) => columns.includes(name)),
        )!
        const { moved, after } = check(rows, file)
        expect(JSON.parse(moved.toString())).toEqual(plain({ ...document, items: after }))
      }),
    )
  })

  test('numbers that no double holds stay as they are written', () => {
    const text = '{"id": 1, "n": 12345678901234567890}\n{"id": 2, "n": 1e400}\n'
    const moved = only('t.jsonl', text).moved({ from: [1, 0], own: new Map([['id', [0, 1]]]) })
    expect(moved.toString()).toBe('{"id": 1, "n": 1e400}\n{"id": 2, "n": 12345678901234567890}\n')
  })

  test.each(['[', '{"a" 1}', '[{"a":1}, ', `${'['.repeat(5000)}`, '[{"a":1}] x', '{"a"}'])(
    '%j is no table',
    (text) => {
      expect(rowFilesOf('t.json', Buffer.from(text))).toEqual([])
      expect(rowFilesOf('t.jsonl', Buffer.from(text))).toEqual([])
    },
  )
})

test('objects that all have other names are no table of a thousand million cells', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `{"a${i}": 1}`)
  expect(rowFilesOf('t.jsonl', Buffer.from(lines.join('\n')))).toEqual([])
})

describe('NumPy', () => {
  test('rows of arrays move, and a list is its own column', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(50),
        (n, width, seed) => {
          const values = Array.from({ length: n * width }, (_, i) => i + 0.5)
          const from = orderOf(n, seed)
          const moved = only('x.npy', npy('<f8', [n, width], doubles(...values))).moved({
            from,
            own: new Map(),
          })
          const after = from.flatMap((row) => values.slice(row * width, (row + 1) * width))
          expect(moved).toEqual(npy('<f8', [n, width], doubles(...after)))
        },
      ),
    )
    const list = only(
      'data/label.npy',
      npy('<i8', [3], Buffer.from(BigInt64Array.from([4n, -5n, 6n]).buffer)),
    )
    expect(list.columns).toEqual(['label'])
    expect(list.cells('label')).toEqual(['4', '-5', '6'])
    expect(list.moved({ from: [1, 2, 0], own: new Map([['label', [2, 1, 0]]]) })).toEqual(
      npy('<i8', [3], Buffer.from(BigInt64Array.from([6n, -5n, 4n]).buffer)),
    )
  })

  test('members of an archive that have another length stay', () => {
    const members = {
      id: npy('<U2', [2], Buffer.from('a\0\0\0b\0\0\0c\0\0\0d\0\0\0')),
      x: npy('<f8', [2], doubles(1, 2)),
      names: npy('|S1', [3], Buffer.from('xyz')),
    }
    const file = rowFilesOf('t.npz', npz(members)).find(({ rows }) => rows === 2)!
    expect(file.columns).toEqual(['id', 'x'])
    expect(file.cells('id')).toEqual(['ab', 'cd'])
    const after = unzipSync(file.moved({ from: [1, 0], own: new Map([['id', [0, 1]]]) }))
    expect(Buffer.from(after['id.npy']!)).toEqual(members.id)
    expect(Buffer.from(after['x.npy']!)).toEqual(npy('<f8', [2], doubles(2, 1)))
    expect(Buffer.from(after['names.npy']!)).toEqual(members.names)
  })

  const header = npy('<f8', [2], doubles(1, 2))
  test.each<[string, Buffer]>([
    ['cut short', header.subarray(0, -1)],
    ['objects', npy('|O', [2], doubles(1, 2))],
    ['a shape that is too large', npy('<f8', [2 ** 40], doubles(1))],
    ['Fortran order', Buffer.from(header.toString('latin1').replace('False', 'True '), 'latin1')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is no table', (_, bytes) => {
    expect(rowFilesOf('x.npy', bytes)).toEqual([])
    expect(rowFilesOf('x.npz', bytes)).toEqual([])
  })
})
