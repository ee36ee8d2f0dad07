import { describe, expect, test } from '@jest/globals'
import { parseNative } from '../../src/provenance/sources/native.js'

const problems = (text: string) => parseNative(Buffer.from(text), 'provenance.yml').problems
const hex = 'a'.repeat(64)

describe('what a record says wrongly is a finding of its field, at its line', () => {
  test.each([
    ['code:\n  commit: HEAD~1', 'code/commit-malformed', 'code.commit', 2, /full hash/],
    ['code:\n  commit: --output=x', 'code/commit-malformed', 'code.commit', 2, /full hash/],
    [
      `code:\n  commit: ${'a'.repeat(40)}\n  commit: ${'b'.repeat(40)}`,
      'code/commit-contradictory',
      'code.commit',
      3,
      /given twice, first in line 2/,
    ],
    ['code:\n  dirty: maybe', 'record/malformed', 'code.dirty', 2, /boolean/],
    ['data:\n  - version: [v3]', 'data/version-malformed', 'data[0].version', 2, /string/],
    [
      'data:\n  - name: a\n    digest: "sha256:12"',
      'data/digest-malformed',
      'data[0].digest',
      3,
      /64 hex digits/,
    ],
    ['model: {digest: "sha256:X"}', 'model/digest-malformed', 'model.digest', 1, /64 hex/],
    [
      `model:\n  digest: "sha256:${hex}"\n  digest: "md5:${'0'.repeat(32)}"`,
      'model/digest-contradictory',
      'model.digest',
      3,
      /given twice/,
    ],
    [
      'environment:\n  image: --privileged',
      'environment/image-malformed',
      'environment.image',
      2,
      /begin with/,
    ],
    [
      'environment:\n  image: a\n  image: b',
      'environment/image-contradictory',
      'environment.image',
      3,
      /given twice/,
    ],
    ['environment: {hash: "env-v0:x"}', 'environment/hash-malformed', 'environment.hash', 1, /env-v1/],
    ['seeds:\n  split: [7]', 'seeds/value-malformed', 'seeds.split', 2, /./],
    ['hyperparameters: {C: {a: 1}}', 'hyperparameters/value-malformed', 'hyperparameters.C', 1, /./],
    ['hyperparameters: {C: 1, C: 2}', 'hyperparameters/value-contradictory', 'hyperparameters.C', 1, /twice/],
    [
      'evaluation:\n  metrics:\n    accuracy: high',
      'metrics/value-malformed',
      'evaluation.metrics.accuracy',
      3,
      /must be a number/,
    ],
    ['seeds: {{', 'record/malformed', undefined, 1, /./],
  ])('%j', (text, rule, field, line, message) => {
    expect(problems(text)).toContainEqual({
      rule,
      field,
      line,
      file: 'provenance.yml',
      message: expect.stringMatching(message),
    })
  })

  test('an unknown key says what was meant', () => {
    expect(problems('seed: 7\nsplit: 1\n')).toMatchObject([
      {
        rule: 'record/unknown-key',
        field: 'seed',
        line: 1,
        message: 'seed: unknown key: did you mean `seeds`?',
      },
      { rule: 'record/unknown-key', field: 'split', line: 2, message: 'split: unknown key' },
    ])
  })
})

test('what is right is kept beside what is wrong, and items keep their numbers', () => {
  const { record, placeOf } = parseNative(
    Buffer.from(
      'seeds: {split: 7}\ndata:\n  - {version: [x], path: a.csv}\n  - {name: b, digest: no}\ncode: {dirty: 1}\n',
    ),
    'provenance.yml',
  )
  expect(record).toEqual({ seeds: { split: 7 }, data: [{ path: 'a.csv' }, { name: 'b' }], code: {} })
  expect(['data[1].name', 'data[1].licence', 'run.by'].map((field) => placeOf(field).line)).toEqual([4, 4, 1])
})

test('JSON is a record, too', () => {
  const { record, problems } = parseNative(Buffer.from('{"code": {\n"commit": "abc"}}'), 'provenance.json')
  expect(record).toEqual({ code: {} })
  expect(problems).toMatchObject([{ rule: 'code/commit-malformed', file: 'provenance.json', line: 2 }])
})

test.each([
  [
    'alias bomb',
    `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${i ? `*b${i - 1},*b${i - 1}` : '*a,*a'}]`).join('\n')}\n`,
  ],
  ['many aliases', Array.from({ length: 30000 }, (_, i) => `- &a${i} 1\n- *a${i}`).join('\n')],
  ['deep nesting', '['.repeat(500_000)],
  ['deep keys', '? '.repeat(500_000)],
  ['prototype', '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n'],
  ['binary', '\u0000\u0001\ufffd'],
  ['several documents', 'a: 1\n---\nb: 2\n'],
  ['a list', '- 1\n'],
  ['nothing', ''],
])('a hostile record is a finding: %s', (_, text) => {
  expect(problems(text)).not.toEqual([])
  expect({}).not.toHaveProperty('polluted')
})

test('that the evaluation trains the model itself is remarked, with its line', () => {
  const { remarks } = parseNative(Buffer.from('model:\n  from: evaluation\n'), 'provenance.yml')
  expect(remarks).toEqual([
    { file: 'provenance.yml', line: 2, text: 'the evaluation trains the model itself' },
  ])
  expect(parseNative(Buffer.from('model: {path: a}\n'), 'provenance.yml').remarks).toEqual([])
})
