import { describe, expect, test } from '@jest/globals'
import { committedMetrics, spreadFindings, unusableMetrics } from '../../src/provenance/metrics.js'

const committed = (recorded: Record<string, number>, file: unknown) =>
  committedMetrics(
    recorded,
    Buffer.from(typeof file === 'string' ? file : JSON.stringify(file)),
    'metrics.json',
  )

describe('a committed metrics file', () => {
  test('a nested metric that contradicts the record is caught, beside nulls and texts', () => {
    const file = {
      model: 'svm',
      limit: null,
      results: { arc_easy: { alias: 'arc', 'acc,none': 0.25, stderr: null } },
      per_class: [{ recall: 0.5 }, { recall: 0.75 }],
    }
    const recorded = {
      'results.arc_easy.acc,none': 0.26,
      'per_class.0.recall': 0.5,
      'per_class.1.recall': 0.8,
    }
    expect(committed(recorded, file)).toEqual([
      {
        rule: 'metrics/value-contradictory',
        message: '`results.arc_easy.acc,none` is 0.26 in the record and 0.25 in metrics.json',
        field: 'evaluation.metrics.results.arc_easy.acc,none',
        expected: '0.25',
        actual: '0.26',
      },
      {
        rule: 'metrics/value-contradictory',
        message: '`per_class.1.recall` is 0.8 in the record and 0.75 in metrics.json',
        field: 'evaluation.metrics.per_class.1.recall',
        expected: '0.75',
        actual: '0.8',
      },
    ])
  })

  test('NaN contradicts a number, and not itself', () => {
    expect(committed({ loss: NaN }, '{"loss": NaN}')).toEqual([])
    expect(committed({ loss: 0.5 }, '{"loss": NaN}')).toMatchObject([{ expected: 'NaN', actual: '0.5' }])
  })

  test('what it does not have, or cannot say, contradicts nothing', () => {
    expect(committed({ accuracy: 1 }, { f1: 0.5 })).toEqual([])
    expect(committed({ accuracy: 1, constructor: 2 }, { accuracy: 1 })).toEqual([])
    expect(committed({ accuracy: 1 }, 'not JSON')).toEqual([])
    expect(committedMetrics({ accuracy: 1 }, null, 'metrics.json')).toEqual([])
  })
})

test('metrics that are not finite numbers are named', () => {
  expect(unusableMetrics({ a: 1, b: NaN, c: -Infinity })).toMatchObject([
    { rule: 'metrics/value-not-finite', field: 'evaluation.metrics.b', actual: 'NaN' },
    { rule: 'metrics/value-not-finite', field: 'evaluation.metrics.c', actual: '-Infinity' },
  ])
})

test('how much a metric varies is said by a spread, or by a metric of its own', () => {
  const said = (evaluation: object) => spreadFindings({ evaluation }).map(({ rule }) => rule)
  expect(said({ metrics: { accuracy: 0.9 } })).toEqual(['metrics/spread-missing'])
  expect(said({ metrics: { accuracy: 0.9, standing: 1 } })).toEqual(['metrics/spread-missing'])
  expect(said({ metrics: { accuracy: 0.9 }, spread: { accuracy: { runs: 5, std: 0.01 } } })).toEqual([])
  for (const name of ['acc_stderr', 'acc_stderr,none', 'f1.std', 'f1 ci95', 'ci_low'])
    expect(said({ metrics: { accuracy: 0.9, [name]: 0.01 } })).toEqual([])
  expect(said({})).toEqual([])
})
