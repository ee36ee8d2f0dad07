import { describe, expect, test } from '@jest/globals'
import { checkCompleteness } from '../../src/provenance/completeness.js'
import type { Record_ } from '../../src/provenance/schema.js'
import { provenanceSummary } from '../../src/provenance/summary.js'
import type { Found } from '../../src/verdict/finding.js'

const digest = `sha256:${'a'.repeat(64)}`
const COMPLETE: Record_ = {
  model: { name: 'digits', path: 'model.bin', digest },
  code: { commit: 'a'.repeat(40) },
  data: [
    { name: 'digits', path: 'train.csv', version: 'v3', digest, licence: 'MIT' },
    { name: 'letters', path: 'test.csv', version: 'v1', digest, licence: 'MIT' },
  ],
  environment: { image: `r/d@${digest}`, hash: `env-v1:${digest}` },
  seeds: { split: 7, init: 7 },
  hyperparameters: { C: 1 },
  evaluation: { metrics: { accuracy: 0.9 } },
}
const isError = (rule: string) => rule !== 'data/licence-missing' && rule !== 'record/unknown-key'
const check = (record: Record_, more: string[] = [], malformed: Found[] = []) =>
  checkCompleteness(record, { more, malformed, mandatory: isError })
const missing = (change: Partial<Record_>, more: string[] = [], malformed: Found[] = []) =>
  check({ ...COMPLETE, ...change }, more, malformed).findings

test('a complete record has every field, and nothing to say', () => {
  expect(check(COMPLETE)).toEqual({ findings: [], present: 16, required: 16 })
})

test('a model that the evaluation trains has no file beforehand, and still a name', () => {
  expect(missing({ model: { name: 'digits', from: 'evaluation' } })).toEqual([])
  expect(missing({ model: { from: 'evaluation' } })).toMatchObject([{ field: 'model.name' }])
})

test('what is said with a reservation is not recorded', () => {
  const reserved = (field: string) => (field === 'seeds' ? 'a default, which nobody chose' : undefined)
  const { findings, present, required } = checkCompleteness(COMPLETE, {
    more: [],
    malformed: [],
    mandatory: isError,
    reserved,
  })
  expect(findings).toEqual([
    {
      rule: 'seeds/value-missing',
      field: 'seeds',
      message: 'seeds are not recorded: a default, which nobody chose',
    },
  ])
  expect(required - present).toBe(1)
})

describe('a field that is missing has the rule of its subject', () => {
  test.each<[Partial<Record_>, string, string, string]>([
    [{ model: undefined }, 'model/missing', 'model.name', 'model name is missing'],
    [{ model: { name: 'x', digest } }, 'model/missing', 'model.path', 'model file is missing'],
    [{ model: { name: 'x', path: 'y' } }, 'model/digest-missing', 'model.digest', 'model digest is missing'],
    [{ code: {} }, 'code/commit-missing', 'code.commit', 'commit is missing'],
    [{ data: [] }, 'data/missing', 'data', 'data is missing'],
    [{ environment: {} }, 'environment/image-missing', 'environment.image', 'image digest is missing'],
    [{ environment: {} }, 'environment/hash-missing', 'environment.hash', 'environment hash is missing'],
    [{ seeds: undefined }, 'seeds/value-missing', 'seeds', 'seeds are missing'],
    [
      { hyperparameters: undefined },
      'hyperparameters/value-missing',
      'hyperparameters',
      'hyperparameters are missing',
    ],
    [{ evaluation: {} }, 'metrics/value-missing', 'evaluation.metrics', 'metrics are missing'],
    [{ evaluation: { metrics: {} } }, 'metrics/value-missing', 'evaluation.metrics', 'metrics are missing'],
    [
      { data: [{ path: 'a.csv', version: '1', digest }] },
      'data/licence-missing',
      'data[0].licence',
      'licence of a.csv is missing',
    ],
    [
      { data: [{ version: '1', digest, licence: 'x' }] },
      'data/file-missing',
      'data[0].path',
      'path of data set 1 is missing',
    ],
    [
      { data: [{ name: 'd', path: 'a', digest, licence: 'x' }] },
      'data/version-missing',
      'data[0].version',
      'version of d is missing',
    ],
    [
      { data: [{ name: 'd', path: 'a', version: '1', licence: 'x' }] },
      'data/digest-missing',
      'data[0].digest',
      'digest of d is missing',
    ],
  ])('%j: %s', (change, rule, field, message) => {
    expect(missing(change)).toContainEqual({ rule, field, message })
  })

  test('none at all is an answer for seeds and for hyperparameters alike', () => {
    expect(missing({ seeds: {}, hyperparameters: {} })).toEqual([])
  })

  test('one that is malformed is told once', () => {
    const malformed: Found[] = [
      { rule: 'seeds/value-malformed', field: 'seeds.split', message: '' },
      { rule: 'data/digest-malformed', field: 'data[0].digest', message: '' },
    ]
    const data = [{ name: 'd', path: 'a', version: '1', licence: 'x' }]
    expect(missing({ seeds: undefined, data }, [], malformed)).toEqual([])
    const unknown: Found[] = [{ rule: 'record/unknown-key', field: 'seeds', message: '' }]
    expect(missing({ seeds: undefined }, [], unknown)).toMatchObject([{ rule: 'seeds/value-missing' }])
  })
})

describe('what the policy requires besides', () => {
  test.each([
    [['data.source'], 'record/field-missing', 'data[0].source', 'data[0].source is missing'],
    [['run.rationale'], 'record/field-missing', 'run.rationale', '`run.rationale` is missing'],
    [['seeds.data'], 'seeds/value-missing', 'seeds.data', 'seed `data` is missing'],
    [['hyperparameters.gamma'], 'hyperparameters/value-missing', 'hyperparameters.gamma', /gamma/],
    [['evaluation.metrics.f1'], 'metrics/value-missing', 'evaluation.metrics.f1', /f1/],
    [['seeds.constructor'], 'seeds/value-missing', 'seeds.constructor', /constructor/],
  ])('%j', (more, rule, field, message) => {
    expect(missing({}, more)[0]).toEqual({
      rule,
      field,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })
  test('is found where it is', () => {
    expect(missing({ run: { rationale: 'why' } }, ['run.rationale', 'seeds.split', 'data.licence'])).toEqual(
      [],
    )
  })
})

describe('two places that cannot both be right', () => {
  test('one file with two digests, however its path is spelt', () => {
    const other = `sha256:${'b'.repeat(64)}`
    const data = [COMPLETE.data![0]!, { ...COMPLETE.data![1]!, path: './train.csv', digest: other }]
    expect(missing({ data })).toMatchObject([
      {
        rule: 'data/digest-contradictory',
        field: 'data[1].digest',
        message: `train.csv has digest ${other} here and ${digest} in data[0]`,
      },
    ])
  })
  test('not two algorithms', () => {
    const md5 = `md5:${'0'.repeat(32)}`
    const data = [COMPLETE.data![0]!, { ...COMPLETE.data![0]!, digest: md5 }]
    // That an md5 proves nothing is another matter.
    expect(missing({ data }).map(({ rule }) => rule)).toEqual(['record/digest-weak'])
  })
  test('one name with two versions', () => {
    const data = [COMPLETE.data![0]!, { ...COMPLETE.data![1]!, name: 'digits', version: 'v2' }]
    expect(missing({ data })).toMatchObject([
      { rule: 'data/version-contradictory', message: 'digits has version v2 here and v3 in data[0]' },
    ])
  })
  test('a seed that is a hyperparameter, too', () => {
    expect(missing({ hyperparameters: { init: 8, split: '7' } })).toMatchObject([
      {
        rule: 'seeds/value-contradictory',
        field: 'seeds.init',
        message: 'init is 7 under seeds and 8 under hyperparameters',
      },
    ])
  })
})

describe('the summary names what is there, and only that', () => {
  const summary = (
    record: Record_,
    mandatory: (rule: string) => boolean = isError,
    malformed: Found[] = [],
  ) => {
    const completeness = checkCompleteness(record, { more: [], malformed, mandatory })
    return provenanceSummary(record, completeness, [...malformed, ...completeness.findings], mandatory)
  }
  test('of a complete record', () => {
    expect(summary(COMPLETE)).toBe('complete: commit, data version, environment hash, 2 seeds')
    expect(summary({ ...COMPLETE, seeds: {} })).toBe(
      'complete: commit, data version, environment hash, no seeds',
    )
  })
  test('where the policy asks for less', () => {
    expect(summary({ ...COMPLETE, environment: {} }, () => false)).toBe(
      'complete: commit, data version, 2 seeds',
    )
  })
  test('of an incomplete one it counts', () => {
    const wrong: Found[] = [{ rule: 'code/dirty', field: 'code.dirty', message: '' }]
    expect(summary({ ...COMPLETE, seeds: undefined }, isError, wrong)).toBe(
      '15 of 16 required fields, 1 wrong',
    )
  })
  test('the policy decides what a licence is worth', () => {
    const data = COMPLETE.data!.map((entry) => ({ ...entry, licence: undefined }))
    expect(summary({ ...COMPLETE, data })).toMatch(/^complete/)
    expect(summary({ ...COMPLETE, data }, () => true)).toBe('16 of 18 required fields')
  })
})

test('a digest by md5 proves nothing, wherever it stands', () => {
  const md5 = `md5:${'0'.repeat(32)}`
  const weak = missing({
    data: [{ ...COMPLETE.data![0]!, digest: md5 }],
    model: { ...COMPLETE.model, digest: md5 },
    environment: { ...COMPLETE.environment, manifest: { path: 'm.json', digest: md5 } },
    evaluation: { ...COMPLETE.evaluation, predictions: { digest: md5 } },
  })
  expect(weak.map(({ rule, field }) => [rule, field])).toEqual(
    ['data[0].digest', 'model.digest', 'environment.manifest.digest', 'evaluation.predictions.digest'].map(
      (field) => ['record/digest-weak', field],
    ),
  )
})
