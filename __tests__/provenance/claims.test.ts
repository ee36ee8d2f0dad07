import { expect, test } from '@jest/globals'
import { claimsOf } from '../../src/provenance/claims.js'
import { parseNative } from '../../src/provenance/sources/native.js'
import { detectRecords } from '../../src/provenance/sources/index.js'
import type { Reading } from '../../src/provenance/sources/source.js'

const reading = (text: string, source = 'native', file = 'provenance.yml'): Reading => ({
  ...parseNative(Buffer.from(text), file),
  source,
})

test('a claim knows its value, its file and its line', () => {
  const claims = claimsOf([
    reading('model: {name: digits}\ndata:\n  - path: a.csv\n  - path: b.csv\n    version: v3\n'),
  ])
  expect(claims.at('data[1].version')).toEqual({
    field: 'data[1].version',
    value: 'v3',
    place: { file: 'provenance.yml', line: 5 },
    evidence: [{ source: 'native', value: 'v3', file: 'provenance.yml', line: 5 }],
  })
})

test('a field that nobody gives points to where it belongs', () => {
  const claims = claimsOf([reading('seeds:\n  init: 7\ndata:\n  - path: a.csv\n')])
  expect(claims.at('data[0].digest')).toMatchObject({
    value: undefined,
    place: { file: 'provenance.yml', line: 4 },
    evidence: [],
  })
  expect(claims.at('seeds.split').place.line).toBe(1)
})

test('the name of a nested metric has dots, and is found all the same', () => {
  const claims = claimsOf([
    reading('evaluation:\n  metrics:\n    accuracy: 1\n    per_class.3.recall: 0.5\n'),
  ])
  expect(claims.at('evaluation.metrics.per_class.3.recall')).toMatchObject({ value: 0.5, place: { line: 4 } })
})

test('of several sources the first is believed, and all evidence is kept', () => {
  const claims = claimsOf([
    reading('seeds: {split: 7}\ndata: [{path: a.csv}]\n'),
    reading('seeds: {split: 8, init: 9}\ndata: [{path: b.csv}, {path: c.csv}]\n', 'tracker', 'run.yml'),
  ])
  expect(claims.record).toEqual({ seeds: { split: 7, init: 9 }, data: [{ path: 'a.csv' }] })
  expect(claims.at('seeds.split')).toMatchObject({
    value: 7,
    place: { file: 'provenance.yml' },
    evidence: [
      { source: 'native', value: 7 },
      { source: 'tracker', value: 8, file: 'run.yml', line: 1 },
    ],
  })
  expect(claims.at('seeds.init').place).toEqual({ file: 'run.yml', line: 1 })
})

test('a source that cannot be read says why, and takes nothing from the others', () => {
  const claims = claimsOf([reading('['), reading('seeds: {split: 8}', 'tracker', 'run.yml')])
  expect(claims.record).toEqual({ seeds: { split: 8 } })
  expect(claims.problems).toMatchObject([{ rule: 'record/malformed', file: 'provenance.yml' }])
  expect(claimsOf([reading('[')]).record).toBeNull()
})

test('a key of the prototype is not a field', () => {
  expect(claimsOf([reading('seeds: {a: 1}')]).at('seeds.constructor').value).toBeUndefined()
  expect(claimsOf([reading('seeds: {a: 1}')]).at('toString').value).toBeUndefined()
})

test('records are found by their names, in any folder', () => {
  expect(
    detectRecords(['b/provenance.yaml', 'a/provenance.yml', 'provenance.json', 'my-provenance.yml', 'x.csv']),
  ).toEqual(['a/provenance.yml', 'b/provenance.yaml', 'provenance.json'])
})
