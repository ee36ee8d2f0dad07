import { describe, expect, test } from '@jest/globals'
import { commentId, reportOutputs, verdictLines } from '../../src/action/outputs.js'
import { marker } from '../../src/report/comment.js'
import type { ModelReport } from '../../src/verdict/report.js'
import { reportOf, reproducedModel } from '../report/fixtures.js'

const model = (overrides: Partial<ModelReport>): ModelReport => ({ ...reproducedModel, ...overrides })

describe('outputs', () => {
  test('of one model are its own', () => {
    const report = reportOf([model({ environmentHash: 'env-v1:sha256:1' })])
    expect(reportOutputs(report)).toEqual({
      verdict: 'reproduced',
      decision: 'pass',
      parity: 'content',
      agreement: 'identical',
      'environment-hash': 'env-v1:sha256:1',
    })
  })

  test('of several models are the worst, and the hashes by name', () => {
    const report = reportOf([
      model({ name: 'a', parity: 'drift', agreement: 'identical', environmentHash: 'env-v1:sha256:1' }),
      model({ name: 'b', parity: 'identical', agreement: 'nondeterministic', environmentHash: null }),
      model({ name: 'c', parity: 'packages', agreement: 'different', environmentHash: 'env-v1:sha256:3' }),
    ])
    expect(reportOutputs(report)).toMatchObject({
      parity: 'drift',
      agreement: 'nondeterministic',
      'environment-hash': '{"a":"env-v1:sha256:1","c":"env-v1:sha256:3"}',
    })
  })

  test('a level that one model does not have is not claimed for all', () => {
    const report = reportOf([model({ parity: 'identical' }), model({ parity: null, agreement: null })])
    expect(reportOutputs(report)).toMatchObject({ parity: '', agreement: '' })
  })

  test('no model: nothing is claimed', () => {
    expect(reportOutputs(reportOf([]))).toMatchObject({ parity: '', agreement: '', 'environment-hash': '' })
  })
})

describe('the last line', () => {
  test('names model, verdict, cause and fix', () => {
    const report = reportOf([
      model({ name: 'digits', verdict: 'not-reproduced', cause: 'numpy 1.26 → 2.0.', fix: 'Pin it.' }),
    ])
    expect(verdictLines(report)).toBe('digits: Not reproduced. numpy 1.26 → 2.0. Pin it.')
  })

  test('says so when there was nothing to check', () => {
    expect(verdictLines(reportOf([]))).toBe('No model was checked.')
  })
})

describe('comment id', () => {
  test.each([
    ['.', [], 'all'],
    ['./', [], 'all'],
    ['examples/digits/', [], 'examples/digits'],
    ['./examples//digits', [], 'examples/digits'],
    ['.', ['b', 'a'], 'all//a/b'],
  ])('%s and %j', (directory, models, id) => {
    expect(commentId(directory, models)).toBe(id)
  })

  test('different selections have different markers, long ones, too', () => {
    const long = Array.from({ length: 40 }, (_, i) => `model-number-${i}`)
    const ids = [[], ['a-b'], ['a', 'b'], long, long.slice(0, -1)].map((models) =>
      marker(commentId('.', models)),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
})
