import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareCells } from '../../src/results/cells.js'
import type { PredictionOptions } from '../../src/results/prediction-result.js'
import { comparePredictions } from '../../src/results/predictions.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predictions-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function compare(
  recorded: string | Buffer,
  replayed: string | Buffer,
  options: PredictionOptions = {},
) {
  await writeFile(join(folder, 'recorded'), recorded)
  await writeFile(join(folder, 'replayed'), replayed)
  return comparePredictions(join(folder, 'recorded'), join(folder, 'replayed'), options)
}

const TABLE = 'id,prediction,score\na,3,0.5\nb,8,0.25\nc,8,0.125\n'

describe('values that are the same', () => {
  test.each([
    ['rows in another order', 'id,prediction,score\nc,8,0.125\na,3,0.5\nb,8,0.25\n'],
    ['columns in another order', 'score,id,prediction\n0.5,a,3\n0.25,b,8\n0.125,c,8\n'],
    ['a byte order mark and CRLF', '\ufeff' + TABLE.replaceAll('\n', '\r\n')],
    ['quotes', 'id,"prediction",score\n"a","3",0.5\nb,8,"0.25"\nc,8,0.125'],
    ['empty lines', TABLE.replaceAll('\n', '\n\n')],
    ['another spelling', TABLE.replace('0.5', '5.0e-1').replace('8,0.25', '8.0,.250')],
  ])('%s', async (_, replayed) => {
    expect(await compare(TABLE, replayed)).toEqual({
      grade: 'identical-values',
      comparison: { rows: 3, flips: 0, moved: 0, first: [] },
    })
  })

  test('key by name, wherever the column is, with line breaks and quotes in it', async () => {
    const result = await compare('p,"the ""key"""\n1,"x\ny"\n2,z\n', '"the ""key""",p\nz,2\n"x\ny",1\n', {
      key: 'the "key"',
    })
    expect(result).toMatchObject({ grade: 'identical-values', comparison: { rows: 2 } })
  })
})

describe('values that differ', () => {
  test('flips come first, with the other columns of their row', async () => {
    const result = await compare(
      TABLE,
      TABLE.replace('a,3,0.5', 'a,3,0.5000001').replace('c,8,0.125', 'c,5,0.5'),
    )
    expect(result).toEqual({
      grade: 'different',
      comparison: {
        rows: 3,
        flips: 1,
        moved: 1,
        largest: { key: 'c', column: 'score', difference: 0.375, ulps: 2 ** 53 },
        first: [
          {
            key: 'c',
            column: 'prediction',
            recorded: '8',
            replayed: '5',
            also: [{ column: 'score', recorded: '0.125', replayed: '0.5' }],
          },
          { key: 'a', column: 'score', recorded: '0.5', replayed: '0.5000001', also: [] },
        ],
      },
    })
  })

  test.each([
    ['the last bit of a double', '0.5', '0.5000000000000001', {}, 'within-tolerance'],
    ['just within', '0.5', '0.5000004', {}, 'within-tolerance'],
    ['just beyond', '0.5', '0.5000006', {}, 'different'],
    [
      'within what is declared for its column',
      '0.5',
      '0.505',
      { score: { absolute: 0.01 } },
      'within-tolerance',
    ],
    ['what is declared for another column', '0.5', '0.505', { prediction: { absolute: 0.01 } }, 'different'],
    ['a tolerance excuses no decision', '3', '4', { score: { absolute: 100 } }, 'different'],
    ['minus zero', '0.0', '-0.0', {}, 'within-tolerance'],
  ])('%s', async (_, before, after, tolerance, grade) => {
    const table = (score: string) => `id,score\na,${score}\nb,1.5\n`
    expect(await compare(table(before), table(after), { tolerance })).toMatchObject({ grade })
  })

  test('other bytes that are no UTF-8 are a difference', async () => {
    const table = (byte: number) =>
      Buffer.concat([Buffer.from('id,p\n1,'), Buffer.of(byte), Buffer.from('\n')])
    expect(await compare(table(0xe8), table(0xe9))).toMatchObject({
      grade: 'different',
      comparison: { flips: 1 },
    })
  })

  test('names in UTF-8 are shown as they are, long cells cut, at most 20 rows', async () => {
    const table = (p: string) =>
      'schlüssel,größe\n' + Array.from({ length: 30 }, (_, i) => `ü${i},${p}\n`).join('')
    const { comparison } = await compare(table('x'), table('é'.repeat(5000)), { key: 'schlüssel' })
    expect(comparison).toMatchObject({ rows: 30, flips: 30 })
    expect(comparison.first).toHaveLength(20)
    expect(comparison.first[0]).toEqual({
      key: 'ü0',
      column: 'größe',
      recorded: 'x',
      replayed: 'é'.repeat(200) + '…',
      also: [],
    })
  })

  test('who was right where the other was not, and not where the truth itself changed', async () => {
    const recorded = 'id,p,truth\na,1,1\nb,2,2\nc,3,4\nd,5,5\n'
    const replayed = 'id,p,truth\na,1.0,1\nb,3,2\nc,4,4\nd,6,5\n'
    expect(await compare(recorded, replayed, { truth: 'truth' })).toMatchObject({
      discordance: { samples: 4, onlyRecorded: 2, onlyReplayed: 1 },
    })
    const forged = await compare(recorded, replayed.replace('b,3,2', 'b,3,3'), { truth: 'truth' })
    expect(forged.grade).toBe('different')
    expect(forged.discordance).toBeUndefined()
  })
})

describe('rows that cannot be paired', () => {
  const HEADER = 'id,p\n'
  test.each([
    ['missing ids', '1,a\n2,a\n3,a\n4,a\n5,a\n', '5,a\n', '4 rows only in the record: `1`, `2`, `3`, …'],
    ['more ids', '1,a\n', '1,a\n2,a\n', '1 row only in the replay: `2`'],
    ['other ids', '1,a\n', '2,a\n', '1 row only in the record: `1`; 1 row only in the replay: `2`'],
    ['an id twice in the record', '1,a\n1,a\n', '1,a\n2,b\n', '`1` is there twice in the record'],
    [
      'an id twice in both, in other places',
      '1,a\n1,a\n2,b\n',
      '1,a\n2,b\n1,a\n',
      '`1` is there twice in the record',
    ],
    [
      'an id twice in the replay, in place of another',
      '1,a\n2,b\n',
      '1,a\n1,a\n',
      '`1` is there twice in the replay',
    ],
    ['an id three times in the replay', '1,a\n2,b\n', '3,a\n3,a\n', '`3` is there twice in the replay'],
    ['no rows in the replay', '1,a\n', '', '1 row only in the record: `1`'],
    ['no rows at all', '', '\n', 'no rows'],
    ['a row with too few cells', '1,a\n', '1\n', 'the replayed file is not CSV'],
    ['a quote that never ends', '1,a\n', '"1,a\n', 'the replayed file is not CSV'],
    ['a row without end', '1,a\n', `1,${'x'.repeat(3_000_000)}\n`, 'the replayed file is not CSV'],
  ])('%s', async (_, recorded, replayed, problem) => {
    const result = await compare(HEADER + recorded, HEADER + replayed)
    expect(result.grade).toBe('not-comparable')
    expect(result.comparison.problem).toContain(problem)
  })

  test.each([
    [
      'other columns',
      'id,p\n1,a\n',
      'id,q\n1,a\n',
      {},
      'other columns, only in the record: `p`; only in the replay: `q`',
    ],
    ['a column twice', 'id,p\n1,a\n', 'id,p,p\n1,a,b\n', {}, 'the replayed file has two columns named `p`'],
    [
      'no such key',
      'id,p\n1,a\n',
      'id,p\n1,b\n',
      { key: 'sample' },
      'no column `sample` (there are `id`, `p`)',
    ],
    ['no such truth', 'id,p\n1,a\n', 'id,p\n1,b\n', { truth: 'y' }, 'no column `y`'],
    ['an empty file', 'id,p\n1,a\n', '', {}, 'the replayed file is empty'],
  ])('%s', async (_, recorded, replayed, options, problem) => {
    const result = await compare(recorded, replayed, options)
    expect(result.grade).toBe('not-comparable')
    expect(result.comparison.problem).toContain(problem)
  })
})

test('an id that both have twice in the same places is a pair twice', async () => {
  expect(await compare('id,p\n1,a\n1,a\n', 'id,p\n1,a\n1,b\n')).toMatchObject({
    grade: 'different',
    comparison: { rows: 2, flips: 1 },
  })
})

describe('however the rows lie, the answer is that of comparing cell by cell', () => {
  const cell = fc.constantFrom('0', '1', '1.0', '0.5', '.5', 'a', 'ä', '', 'NaN', '-0.0', '"q,""x"', '"l\nf"')
  const table = fc.uniqueArray(fc.record({ id: fc.nat(500).map(String), p: cell, s: cell }), {
    selector: ({ id }) => id,
    maxLength: 60,
  })
  type Row = { id: string; p: string; s: string }
  const text = (rows: readonly Row[], end: string) =>
    ['id,p,s', ...rows.map(({ id, p, s }) => `${id},${p},${s}`)].join(end) + end

  /** Rows by id, cell by cell, with nothing but a map. */
  function expected(recorded: readonly Row[], replayed: readonly Row[]) {
    const there = new Map(replayed.map((row) => [row.id, row]))
    const kinds = recorded.map((row) => {
      const other = there.get(row.id)
      if (!other) return 'missing'
      const cells = [compareCells(row.p, other.p), compareCells(row.s, other.s)].map(({ kind }) => kind)
      return cells.includes('flip') ? 'flip' : cells.includes('moved') ? 'moved' : 'equal'
    })
    const count = (kind: string) => kinds.filter((one) => one === kind).length
    return recorded.length !== replayed.length || count('missing') > 0 || recorded.length === 0
      ? { grade: 'not-comparable' }
      : { comparison: { rows: recorded.length, flips: count('flip'), moved: count('moved') } }
  }

  test('shuffled, changed, removed; LF and CRLF', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.array(fc.tuple(fc.nat(), cell), { maxLength: 5 }),
        fc.record({
          shuffled: fc.boolean(),
          removed: fc.nat(3),
          end: fc.constantFrom('\n', '\r\n'),
          seed: fc.nat(),
        }),
        async (rows, changes, { shuffled, removed, end, seed }) => {
          const other = rows.map((row) => ({ ...row }))
          for (const [at, p] of changes) if (other.length > 0) other[at % other.length]!.p = p
          if (shuffled)
            other.sort((a, b) => ((Number(a.id) * 7919 + seed) % 503) - ((Number(b.id) * 7919 + seed) % 503))
          const replayed = removed === 1 ? other.slice(1) : other
          expect(await compare(text(rows, '\n'), text(replayed, end))).toMatchObject(expected(rows, replayed))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('blocks of equal bytes are passed over, wherever a row or a quoted line end is cut', async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => ({
      id: String(i),
      p: i % 7 === 0 ? '"x\ny"' : 'z',
      s: String(i / 3),
    }))
    const other = rows.map((row, i) => (i % 9_973 === 5 ? { ...row, p: 'changed' } : row))
    const result = await compare(text(rows, '\n'), text(other, '\n'))
    expect(result.comparison.problem).toBeUndefined()
    expect(result.comparison).toMatchObject({ rows: 60_000, flips: 7, moved: 0 })
    expect(result.comparison.first.map(({ key }) => Number(key) % 9_973)).toEqual(Array(7).fill(5))
  })
})

test('20,000 rows in reverse order', async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${i % 10},${Math.sqrt(i)}`)
  const table = (lines: string[]) => `id,p,score\n${lines.join('\n')}\n`
  const other = [...rows].reverse()
  other[7] = other[7]!.replace(/,\d,/, ',x,')
  expect(await compare(table(rows), table(other))).toMatchObject({
    grade: 'different',
    comparison: { rows: 20_000, flips: 1, moved: 0, first: [{ key: '19992', replayed: 'x' }] },
  })
}, 30_000)
