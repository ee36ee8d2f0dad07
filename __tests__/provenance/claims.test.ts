import { describe, expect, test } from '@jest/globals'
import { claimsOf, reservedIn } from '../../src/provenance/claims.js'
import { sourceContradictions } from '../../src/provenance/contradictions.js'
import { parseNative } from '../../src/provenance/sources/native.js'
import { detectNative } from '../../src/provenance/sources/index.js'
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

const DIGEST = `sha256:${'a'.repeat(64)}`

test('of a file that two sources list, one fills in what the other lacks, wherever it stands', () => {
  const claims = claimsOf([
    reading('data: [{path: a.csv}, {path: ./b.csv, version: v1}]\n'),
    reading(
      `data:\n  - {path: c.csv}\n  - {path: b.csv, version: v2, digest: "${DIGEST}"}\n`,
      'dvc',
      'dvc.lock',
    ),
  ])
  expect(claims.record?.data).toEqual([{ path: 'a.csv' }, { path: './b.csv', version: 'v1', digest: DIGEST }])
  expect(claims.at('data[1].digest')).toMatchObject({ value: DIGEST, place: { file: 'dvc.lock', line: 3 } })
  expect(claims.at('data[0].digest').value).toBeUndefined()
  expect(sourceContradictions(claims)).toMatchObject([
    { rule: 'data/version-contradictory', field: 'data[1].version' },
  ])
})

describe('two sources that contradict each other are shown with their places', () => {
  const contradictions = (native: string, other: Partial<Reading> & { text: string }) =>
    sourceContradictions(
      claimsOf([reading(native), { ...reading(other.text, 'tracker', 'run.yml'), ...other }]),
    ).map(({ rule, message }) => `${rule}: ${message}`)

  test.each([
    [
      'seeds: {split: 7}',
      'seeds: {split: 8}',
      'seeds/value-contradictory: seeds.split is 7 in provenance.yml:1 and 8 in run.yml:1',
    ],
    [
      'evaluation: {metrics: {accuracy: 0.91}}',
      'evaluation: {metrics: {accuracy: 0.9249}}',
      'metrics/value-contradictory: evaluation.metrics.accuracy is 0.91 in provenance.yml:1 and 0.9249 in run.yml:1',
    ],
    [
      `code: {commit: "${'a'.repeat(40)}"}`,
      `code: {commit: "${'b'.repeat(40)}"}`,
      `code/commit-contradictory: code.commit is ${'a'.repeat(40)} in provenance.yml:1 and ${'b'.repeat(40)} in run.yml:1`,
    ],
  ])('%s and %s', (native, text, said) => {
    expect(contradictions(native, { text })).toEqual([said])
  })

  test.each([
    ['the same number, printed with fewer digits', '{metrics: {a: 0.92}}', '{metrics: {a: 0.9249}}'],
    ['equal as numbers', '{metrics: {a: 1}}', '{metrics: {a: 1.0}}'],
    ['only one of them', '{metrics: {a: 1}}', '{metrics: {b: 2}}'],
  ])('not %s', (_, native, other) => {
    expect(contradictions(`evaluation: ${native}`, { text: `evaluation: ${other}` })).toEqual([])
  })

  test('a default contradicts nobody', () => {
    const reservations = new Map([['seeds', { kind: 'default' as const, why: 'nobody chose it' }]])
    expect(contradictions('seeds: {split: 7}', { text: 'seeds: {split: 0}', reservations })).toEqual([])
  })
})

test('a field of which all is said with a reservation is not recorded, and says why', () => {
  const why = '`seed` is 0, the default, which nobody chose'
  const reserved: Reading = {
    ...reading('seeds: {seed: 0}\n', 'suite', 'results.json'),
    reservations: new Map([['seeds.seed', { kind: 'default', why }]]),
  }
  expect(reservedIn(claimsOf([reserved]), 'seeds')).toBe(why)
  expect(reservedIn(claimsOf([reading('seeds: {split: 1}'), reserved]), 'seeds')).toBeUndefined()
  expect(reservedIn(claimsOf([reading('seeds: {seed: 0}'), reserved]), 'seeds')).toBeUndefined()
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
    detectNative(['b/provenance.yaml', 'a/provenance.yml', 'provenance.json', 'my-provenance.yml', 'x.csv']),
  ).toEqual(['a/provenance.yml', 'b/provenance.yaml', 'provenance.json'])
})
