import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { changeFindings, changesSince } from '../../src/provenance/changes.js'
import { claimsOf } from '../../src/provenance/claims.js'
import { parseNative } from '../../src/provenance/sources/native.js'

const FILE = 'models/digits/provenance.yml'
const digest = (of: string) => `sha256:${of.repeat(64)}`
const BEFORE = `code: {commit: ${'a'.repeat(40)}}
run: {rationale: first}
data:
  - {name: digits, path: data/train.csv, version: v1, digest: "${digest('1')}"}
  - {name: digits, path: data/test.csv, version: v1, digest: "${digest('2')}"}
seeds:
  split: 7
hyperparameters:
  lr: 0.1
evaluation:
  metrics: {accuracy: 0.9722, eval_runtime: 3.1}
`
const read = (text: string) => claimsOf([parseNative(Buffer.from(text), FILE)])
const change = (...edits: [string, string][]) => {
  const now = edits.reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }, BEFORE)
  return changesSince(read(BEFORE), read(now), {
    since: 'main',
    tolerance: { accuracy: { absolute: 0.001 } },
  })
}
const found = (...edits: [string, string][]) => {
  const changes = change(...edits)
  return changes ? changeFindings(changes) : []
}

test('a record that says the same has not changed, nor within tolerance, nor in its run time', () => {
  expect(change()).toBeUndefined()
  expect(change(['0.9722', '0.9725'], ['3.1', '9.9'])).toBeUndefined()
})

test.each([
  ['seeds/changed', 'split: 7', 'split: 8', `split 7 → 8 (main:${FILE}:7)`, 7],
  ['hyperparameters/changed', 'lr: 0.1', 'lr: 0.01', `lr 0.1 → 0.01 (main:${FILE}:9)`, 9],
  ['hyperparameters/changed', 'lr: 0.1', 'epochs: 3', `lr 0.1 → (none) (main:${FILE}:9)`, 8],
  ['data/changed', digest('2'), digest('3'), `digest of data/test.csv ${digest('2')} → ${digest('3')}`, 5],
  ['data/changed', 'data/test.csv', 'data/new.csv', 'data set (none) → data/new.csv', 3],
] as const)('%s: %s → %s', (rule, from, to, message, line) => {
  const [finding] = found([from, to])
  expect(finding).toMatchObject({ rule, file: FILE, line })
  expect(finding?.message).toContain(message)
  expect(finding?.message).toMatch(/, without a rationale$/)
})

test('a metric alone that changed cannot be of the same run, and with anything else it can', () => {
  const [alone, ...others] = found(['0.9722', '0.99'])
  expect(others).toEqual([])
  expect(alone).toMatchObject({ rule: 'metrics/changed', expected: '0.9722', actual: '0.99', line: 11 })
  expect(alone?.message).toContain('the same run cannot give both')
  for (const other of [
    ['a'.repeat(40), 'b'.repeat(40)],
    ['lr: 0.1', 'lr: 0.2'],
  ] as [string, string][])
    expect(found(['0.9722', '0.99'], other).at(-1)?.message).toMatch(/without a rationale$/)
})

test('a new rationale covers every change, the one of the last record covers none', () => {
  const edits: [string, string][] = [
    ['split: 7', 'split: 8'],
    ['lr: 0.1', 'lr: 0.01'],
    ['0.9722', '0.99'],
  ]
  expect(found(...edits).map(({ rule }) => rule)).toEqual([
    'seeds/changed',
    'hyperparameters/changed',
    'metrics/changed',
  ])
  expect(found(...edits, ['first', 'a better split'])).toEqual([])
  expect(change(...edits, ['first', 'a better split'])).toMatchObject({
    rationale: 'a better split',
    count: 3,
  })
  expect(found(...edits, ['first', '" "'])).toHaveLength(3)
})

test('what only one of the two records at all is not compared', () => {
  expect(change(['seeds:\n  split: 7\n', ''])).toBeUndefined()
  expect(change(['accuracy: 0.9722,', 'accuracy: 0.9722, f1: 0.5,'])).toBeUndefined()
  expect(changesSince(read('[]'), read(BEFORE), { since: 'main', tolerance: {} })).toBeUndefined()
})

test('whatever two records hold, each change has both places, and the report stays small', () => {
  const map = fc.dictionary(fc.string({ maxLength: 5 }), fc.integer(), { maxKeys: 200 })
  fc.assert(
    fc.property(map, map, (before, now) => {
      const [a, b] = [before, now].map((hyperparameters) => read(JSON.stringify({ hyperparameters })))
      const changes = changesSince(a!, b!, { since: 'main', tolerance: {} })
      const names = new Set([...Object.keys(before), ...Object.keys(now)])
      const differ = [...names].filter(
        (name) =>
          [before, now]
            .map((one) => (Object.hasOwn(one, name) ? one[name] : ''))
            .filter((v, _, [w]) => Object.is(v, w)).length < 2,
      )
      expect(changes?.fields.length ?? 0).toBeLessThanOrEqual(100)
      expect(changes === undefined).toBe(differ.length === 0)
    }),
  )
})
