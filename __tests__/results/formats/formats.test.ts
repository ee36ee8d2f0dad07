import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takePredictions } from '../../../src/evaluation/outputs.js'
import { rowsIn } from '../../../src/results/formats/index.js'
import { float32Text } from '../../../src/results/formats/npy.js'
import type { PredictionOptions } from '../../../src/results/prediction-result.js'
import { comparePredictions } from '../../../src/results/predictions.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Content = string | Uint8Array

async function read(content: Content) {
  await writeFile(join(folder, 'one'), content)
  const { header, rows } = (await rowsIn(join(folder, 'one')))!
  return [header, ...rows]
}

async function compare(recorded: Content, replayed: Content, options: PredictionOptions = {}) {
  await writeFile(join(folder, 'recorded'), recorded)
  await writeFile(join(folder, 'replayed'), replayed)
  return comparePredictions(join(folder, 'recorded'), join(folder, 'replayed'), options)
}

const array = (descr: string, shape: string, data: Uint8Array, order = 'False') => {
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': (${shape}), }\n`
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 0, 0])
  start.writeUInt16LE(header.length, 8)
  return Buffer.concat([start, Buffer.from(header), data])
}
const bytesOf = (numbers: Float64Array | Float32Array | BigInt64Array | Int8Array | Uint16Array) =>
  new Uint8Array(numbers.buffer)
const doubles = (...numbers: number[]) =>
  array("'<f8'", `${numbers.length},`, bytesOf(new Float64Array(numbers)))

describe('every format gives the same rows', () => {
  const rows = [
    ['id', 'p', 'vector'],
    ['a', '0.910', '[1, 2.0]'],
    ['b', '1e-9', '[]'],
  ]
  test.each<[string, Content]>([
    ['JSON lines', '{"id": "a", "p": 0.910, "vector": [1, 2.0]}\n{"id": "b", "p": 1e-9, "vector": []}\n'],
    ['a list of objects', '[{"id": "a", "p": 0.910, "vector": [1, 2.0]},\n{"id":"b","p":1e-9,"vector":[]}]'],
    ['columns', '{"id": ["a", "b"], "p": [0.910, 1e-9], "vector": [[1, 2.0], []]}'],
    ['tabs', 'id\tp\tvector\na\t0.910\t"[1, 2.0]"\nb\t1e-9\t[]\n'],
  ])('%s', async (_, content) => {
    expect(await read(content)).toEqual(rows)
  })

  test('nested objects are columns with dotted names; what a row lacks is empty', async () => {
    expect(
      await read('{"id": 1, "a": {"b": "x", "c": NaN}}\n{"id": 12345678901234567890, "d": null}'),
    ).toEqual([
      ['id', 'a.b', 'a.c', 'd'],
      ['1', 'x', 'NaN', ''],
      ['12345678901234567890', '', '', ''],
    ])
  })
})

describe('arrays', () => {
  test.each<[string, Uint8Array, string[]]>([
    ['float64', doubles(0.1, -0, NaN, -Infinity, 3), ['0.1', '-0.0', 'nan', '-inf', '3.0']],
    ['float32', array("'<f4'", '2,', bytesOf(new Float32Array([0.1, -0]))), ['0.1', '-0.0']],
    [
      'float16',
      array("'<f2'", '3,', bytesOf(new Uint16Array([0x3c00, 0x0001, 0xfc00]))),
      ['1.0', '5.960464477539063e-8', '-inf'],
    ],
    ['int64', array("'<i8'", '1,', bytesOf(new BigInt64Array([2n ** 62n + 1n]))), ['4611686018427387905']],
    ['bool', array("'|b1'", '2,', Uint8Array.of(0, 1)), ['False', 'True']],
    ['texts', array("'<U2'", '1,', Uint8Array.of(0x41, 0, 0, 0, 0, 0, 0, 0)), ['A']],
    ['two axes', array("'|i1'", '2, 2', bytesOf(new Int8Array([1, 2, 3, 4]))), ['[1, 2]', '[3, 4]']],
    [
      'columns first',
      array("'|i1'", '2, 2', bytesOf(new Int8Array([1, 3, 2, 4])), 'True'),
      ['[1, 2]', '[3, 4]'],
    ],
  ])('%s', async (_, bytes, cells) => {
    expect(await read(bytes)).toEqual([['row', 'value'], ...cells.map((cell, row) => [String(row), cell])])
  })

  test('of an archive stand beside one another', async () => {
    expect(await read(zipSync({ 'p.npy': doubles(0.5, 1), 'q.npy': doubles(2, 3) }))).toEqual([
      ['row', 'p', 'q'],
      ['0', '0.5', '2.0'],
      ['1', '1.0', '3.0'],
    ])
  })

  test('a text of a float32 is the float32', () => {
    fc.assert(
      fc.property(fc.float({ noDefaultInfinity: true, noNaN: true }), (value) => {
        expect(Object.is(Math.fround(Number(float32Text(value))), value)).toBe(true)
      }),
    )
  })
})

describe('what does not hold what it says is a finding', () => {
  test.each<[string, Content, string]>([
    [
      'objects',
      array("'|O'", '1,', Uint8Array.of(0x80, 4)),
      'holds Python objects, which are never unpickled',
    ],
    [
      'a long shape',
      array("'<f8'", '99999999999,', new Uint8Array(8)),
      'holds other bytes than its header says',
    ],
    [
      'no bytes at all',
      array("'<f8'", '0, 99999999999', new Uint8Array(8)),
      'holds other bytes than its header says',
    ],
    ['a cut array', doubles(1, 2).subarray(0, -1), 'holds other bytes than its header says'],
    ['another type', array("'>f8'", '1,', new Uint8Array(8)), 'is an array of a type that is not read'],
    [
      'arrays of other lengths',
      zipSync({ 'p.npy': doubles(1), 'q.npy': doubles(1, 2) }),
      'has arrays of different lengths',
    ],
    [
      'another archive',
      zipSync({ 'p.txt': Buffer.from('a') }),
      'is an archive of neither arrays nor samples',
    ],
    [
      'a cut archive',
      zipSync({ 'p.npy': doubles(1) }).subarray(0, 60),
      'is not a ZIP archive, or was cut off',
    ],
    ['cut JSON', '{"id": 1}\n{"id": 2', 'is not JSON'],
    ['depth', `{"id": ${'['.repeat(5000)}${']'.repeat(5000)}}\n{}`, 'is nested more than 64 deep'],
    ['a row that is none', '{"id": 1}\n[1]\n', 'has a row that is not an object'],
  ])('%s', async (_, content, problem) => {
    const { grade, comparison } = await compare('id,p\n1,2\n', content)
    expect(grade).toBe('not-comparable')
    expect(comparison.problem).toContain(`the replayed file ${problem}`)
    await writeFile(join(folder, 'p'), content)
    const taken = await takePredictions(folder, 'p', join(folder, `copy-${Math.random()}`))
    expect(taken).toMatchObject({
      ok: false,
      problem: expect.stringContaining(`\`p\` ${problem}`) as unknown,
    })
  })

  test('whatever bytes follow a magic, nothing else is thrown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(doubles(1), zipSync({ 'p.npy': doubles(1) }), Buffer.from('{"a": 1}\n{"a": 2}')),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (base, changes) => {
          const bytes = Buffer.from(base)
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
          expect((await compare('row,value\n0,1.0\n', bytes)).comparison).toHaveProperty('flips')
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('two files', () => {
  test('of different formats have the same values', async () => {
    const result = await compare('id,p\nb,0.25\na,0.5\n', '{"id": "a", "p": 0.5}\n{"id": "b", "p": 0.250}\n')
    expect(result).toMatchObject({ grade: 'identical-values', comparison: { rows: 2 } })
  })

  test('of arrays: a move is named by its row', async () => {
    const { grade, comparison } = await compare(doubles(0.5, 0.25), doubles(0.5, 0.25 + 2 ** -54))
    expect(grade).toBe('within-tolerance')
    expect(comparison).toMatchObject({ rows: 2, moved: 1, largest: { key: '1', column: 'value', ulps: 1 } })
  })

  const harness = (doc: number, answer: string, filter: string) =>
    `{"doc_id": ${doc}, "doc": {"q": 1}, "target": "4", "resps": [["${answer}"]], "filtered_resps": ["${answer}"], "filter": "${filter}", "metrics": ["exact_match"], "exact_match": 1.0, "prompt_hash": "ab"}`

  test('of samples of lm-evaluation-harness: by document and filter', async () => {
    const lines = [harness(0, '4', 'none'), harness(0, '4', 'strict'), harness(1, '5', 'none')]
    expect((await compare(lines.join('\n'), lines.toReversed().join('\n'))).grade).toBe('identical-values')
    const other = await compare(lines.join('\n'), lines.with(1, harness(0, '7', 'strict')).join('\n'))
    expect(other).toMatchObject({ grade: 'different', comparison: { rows: 3, flips: 1 } })
    expect(other.comparison.first[0]).toMatchObject({
      key: '0 strict',
      column: 'filtered_resps',
      recorded: '["4"]',
      replayed: '["7"]',
    })
  })

  test('of samples of Inspect AI: a log and an archive of the same run', async () => {
    const sample = (epoch: number, completion: string) => ({
      ...{ id: 'sum', epoch, input: '2 + 2', target: '4', output: { completion } },
      scores: { match: { value: 'C', answer: '4' } },
    })
    const log = (answer: string) =>
      JSON.stringify({ eval: {}, samples: [sample(1, '4'), sample(2, answer)] }, null, 1)
    const archive = zipSync({
      'header.json': Buffer.from('{}'),
      'samples/sum_epoch_2.json': Buffer.from(JSON.stringify(sample(2, '4'))),
      'samples/sum_epoch_1.json': Buffer.from(JSON.stringify(sample(1, '4'))),
    })
    expect(await compare(log('4'), archive)).toMatchObject({
      grade: 'identical-values',
      comparison: { rows: 2 },
    })
    expect((await compare(log('four'), archive)).comparison.first[0]).toMatchObject({
      key: 'sum 2',
      column: 'completion',
      recorded: 'four',
    })
  })
})
