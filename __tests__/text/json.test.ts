import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseJson, type ParsedJson } from '../../src/text/json.js'

const read = (text: string): ParsedJson => {
  const parsed = parseJson(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

test('it reads what JSON.parse reads, however it is laid out', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const plain = (_: string, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)
      expect(JSON.stringify(read(text).value, plain)).toBe(JSON.stringify(JSON.parse(text)))
    }),
  )
})

test('it refuses what JSON.parse refuses, and throws at nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\u01e-.tn ') })),
      (text) => {
        const parsed = parseJson(text)
        if ('problem' in parsed) expect(() => JSON.parse(text) as unknown).toThrow()
      },
    ),
  )
})

test('every line is that of the key', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (map) => {
      const { lineOf } = read(JSON.stringify(map, null, 1))
      let line = 2
      for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(map)) as object)) {
        expect(lineOf([key])).toBe(line)
        line += JSON.stringify(value, null, 1).split('\n').length
      }
    }),
  )
})

test('lines of nested values; of what is not there, the line of what is around it', () => {
  const { lineOf } = read('{\n"a": [\n1,\n{"b.c": 2}\n]\n}')
  expect([['a'], ['a', 0], ['a', 1, 'b.c'], ['a', 7], ['z']].map(lineOf)).toEqual([2, 3, 4, 2, 1])
})

test('what Python writes, and integers of 64 bits', () => {
  expect(read('\ufeff[NaN, -Infinity, 7364192856021593856]').value).toEqual([
    NaN,
    -Infinity,
    7364192856021593856n,
  ])
})

describe('what is not JSON is a problem that says where', () => {
  test.each([
    ['{"a": 1', 'ends in the middle'],
    ['{"a": "x', 'ends in the middle'],
    ['', 'ends in the middle'],
    ['{"a": 1}\n]', 'is not JSON: something follows the value in line 2'],
    ['[1\n2]', 'is not JSON: a comma is missing in line 2'],
    ['{a: 1}', 'is not JSON: a key is missing in line 1'],
    ['{"a" 1}', 'is not JSON: a colon is missing in line 1'],
    ['["\\x"]', 'is not JSON: an escape that does not exist in line 1'],
    ['[01]', 'is not JSON: a comma is missing in line 1'],
    ['['.repeat(100_000), 'is nested more than 200 deep'],
    [`[${'0,'.repeat(1_000_001)}0]`, 'has more than 1,000,000 values'],
  ])('%.20s', (text, problem) => {
    expect(parseJson(text)).toEqual({ problem })
  })
})

test('a key may be called as anything', () => {
  expect(Object.keys(read('{"__proto__": {"polluted": true}}').value as object)).toEqual(['__proto__'])
  expect({}).not.toHaveProperty('polluted')
})
