import { describe, expect, test } from '@jest/globals'
import { answerColumns, answersOf, sameAnswer, sameCell } from '../../../src/diagnosis/canary/answers.js'
import { exchanged, exchangeOf } from '../../../src/diagnosis/canary/moving.js'
import type { InputFile } from '../../../src/diagnosis/canary/inputs.js'
import { chosenShift, rowsSeen } from '../../../src/diagnosis/canary/observe.js'
import { drawFrom } from '../../../src/diagnosis/canary/draw.js'
import { doubles, npy } from './files.js'

const file = (path: string, bytes: string | Buffer): InputFile => ({
  path,
  below: path.replace(/^data\//, ''),
  bytes: Buffer.from(bytes),
})
const predictions = (columns: Record<string, readonly string[]>) => {
  const [key, keys] = Object.entries(columns)[0]!
  return { frame: { rows: keys.length, columns: new Map(Object.entries(columns)) }, key, keys }
}
const ABC = predictions({ id: ['a', 'b', 'c'], pred: ['0', '1', '0'] })
const NAMES = { key: 'id', truth: 'label' }
const SHIFT = [1, 2, 0]
const after = (files: InputFile[], truth?: number[], table = ABC) => {
  const exchange = exchangeOf(files, table, NAMES)!
  const altered = exchanged(exchange, SHIFT, truth)
  return {
    exchange,
    text: Object.fromEntries([...altered].map(([path, bytes]) => [path, bytes.toString('latin1')])),
  }
}

describe('which rows are moved', () => {
  test('key and right answer go their own ways', () => {
    const { exchange, text } = after([file('data/t.csv', 'x,id,label\n1,a,p\n2,b,q\n3,c,r\n')], [2, 0, 1])
    expect(text).toEqual({ 'data/t.csv': 'x,id,label\n2,a,r\n3,b,p\n1,c,q\n' })
    expect(exchange).toMatchObject({
      truth: { column: 'label', cells: ['p', 'q', 'r'] },
      unmoved: [],
      content: true,
    })
  })

  test('files joined by key move by the same shift, whatever their order', () => {
    const { text } = after([
      file('data/a.csv', 'id,x\na,1\nb,2\nc,3\n'),
      file('data/b.csv', 'id,y\nc,30\na,10\nb,20\n'),
    ])
    expect(text).toEqual({
      'data/a.csv': 'id,x\na,2\nb,3\nc,1\n',
      'data/b.csv': 'id,y\nc,10\na,20\nb,30\n',
    })
  })

  test('contents move among files that the keys name, and the columns that name them stay', () => {
    const files = ['a', 'b', 'c'].map((name) => file(`data/${name}.png`, name.toUpperCase()))
    const { text, exchange } = after([
      ...files,
      file('data/t.csv', 'id,file,label\na,a.png,p\nb,b.png,q\nc,c.png,r\n'),
    ])
    expect(text).toMatchObject({ 'data/a.png': 'B', 'data/b.png': 'C', 'data/c.png': 'A' })
    expect(text['data/t.csv']).toBe('id,file,label\na,a.png,q\nb,b.png,r\nc,c.png,p\n')
    expect(exchange.unmoved).toEqual([])
  })

  test('a column of paths moves if the keys are no names, and the files stay', () => {
    const { text, exchange } = after([
      file('data/1.png', 'A'),
      file('data/t.csv', 'id,file\na,1.png\nb,2.png\nc,3.png\n'),
    ])
    expect(text).toEqual({ 'data/t.csv': 'id,file\na,2.png\nb,3.png\nc,1.png\n' })
    expect(exchange.unmoved).toEqual(['data/1.png'])
  })

  test('arrays of as many rows are aligned with the table; another table is not', () => {
    const { exchange } = after([
      file('data/t.csv', 'id,label\na,p\nb,q\nc,r\n'),
      file('data/x.npy', npy('<f8', [3, 2], doubles(1, 2, 3, 4, 5, 6))),
      file('data/other.csv', 'name,x\nz,1\ny,2\nx,3\n'),
    ])
    expect(exchange.parts.map(({ path }) => path)).toEqual(['data/t.csv', 'data/x.npy'])
    expect(exchange.unmoved).toEqual(['data/other.csv'])
  })

  test('keys that are numbers of rows', () => {
    const table = predictions({ index: ['1', '2', '3'], pred: ['0', '1', '0'] })
    const { text } = after([file('data/t.csv', 'x,label\n5,p\n6,q\n7,r\n')], [0, 1, 2], table)
    expect(text).toEqual({ 'data/t.csv': 'x,label\n6,p\n7,q\n5,r\n' })
  })

  test('right answers that the predictions repeat under another name are found', () => {
    const table = predictions({ id: ['b', 'a', 'c'], label: ['q', 'p', 'r'], pred: ['0', '1', '0'] })
    const { exchange } = after([file('data/t.csv', 'id,x,y\na,1,p\nb,2,q\nc,3,r\n')], undefined, table)
    expect(exchange.truth?.column).toBe('y')
  })

  test.each([
    ['other keys', 'id,x\nd,1\ne,2\nf,3\ng,4\n'],
    ['a key twice', 'id,x\na,1\na,2\nb,3\nc,4\n'],
  ])('%s: nothing can be moved', (_, text) => {
    expect(exchangeOf([file('data/t.csv', text)], ABC, NAMES)).toBeUndefined()
  })

  test('keys and right answers alone are no content', () => {
    expect(after([file('data/t.csv', 'id,label\na,p\nb,q\nc,r\n')]).exchange.content).toBe(false)
  })
})

describe('answers', () => {
  test('a column of right answers, of the data, or of marks is none', () => {
    const table = predictions({
      id: ['a'],
      label: ['1'],
      text: ['t'],
      correct: ['1'],
      pred: ['1'],
      score: ['0.5'],
    })
    expect(answerColumns(table, {}, new Set(['id', 'text', 'label']))).toEqual({
      names: ['pred', 'score'],
      predicted: 'pred',
    })
    expect(
      answerColumns(table, { accuracy: { is: 'accuracy', truth: 'label', predicted: 'correct' } }, new Set()),
    ).toEqual({
      names: ['correct'],
      predicted: 'correct',
    })
    expect(answerColumns(predictions({ id: ['a'], label: ['1'] }), {}, new Set(['label']))).toEqual({
      names: ['label'],
      predicted: undefined,
    })
  })

  test.each([
    ['1.0', '1', true],
    ['0.3', '0.30000001', true],
    ['0.3', '0.3001', false],
    ['inf', '1e300', false],
    ['inf', 'Infinity', true],
    ['inf', '-inf', false],
    ['nan', 'NaN', true],
    ['a', 'A', false],
  ])('%s and %s are the same: %s', (a, b, same) => {
    expect(sameCell(a, b)).toBe(same)
  })

  test('no answer is an answer', () => {
    expect(sameAnswer(undefined, undefined)).toBe(true)
    expect(sameAnswer(['1'], undefined)).toBe(false)
  })
})

describe('a shift', () => {
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`)
  const base = answersOf(predictions({ id: keys, pred: keys.map((_, i) => String(i % 5)) }), ['pred'])

  test('moves every row by an eighth to seven eighths, and takes one that tells most', () => {
    const from = chosenShift(keys, base, drawFrom('n'))
    const by = from[0]!
    expect(from).toEqual(keys.map((_, i) => (i + by) % 40))
    expect(by).toBeGreaterThanOrEqual(5)
    expect(by).toBeLessThanOrEqual(35)
    expect(by % 5).not.toBe(0)
    expect(rowsSeen(keys, from, base, base)).toEqual({ telling: 40, followed: 0, stayed: 40 })
  })

  test('another nonce, another shift', () => {
    const shifts = new Set(
      ['a', 'b', 'c', 'd', 'e'].map((nonce) => chosenShift(keys, base, drawFrom(nonce))[0]),
    )
    expect(shifts.size).toBeGreaterThan(1)
  })
})
