import { describe, expect, test } from '@jest/globals'
import { agree, type AgreementPieces, type Comparison } from '../../src/results/agreement.js'
import { compareMetrics } from '../../src/results/metrics.js'
import { identical, notComparable, type PredictionResult } from '../../src/results/predictions.js'
import { RULES } from '../../src/verdict/rules.js'

const metrics = (recorded: number, replayed: number) =>
  compareMetrics({ accuracy: recorded }, { accuracy: replayed })
const rows = (grade: PredictionResult['grade'], flips: number, moved = 0): PredictionResult => ({
  grade,
  comparison: {
    rows: 1797,
    flips,
    moved,
    first: [{ key: '211', column: 'prediction', recorded: '8', replayed: '3', also: [] }],
    ...(moved > 0 && { largest: { key: '7', column: 'score', difference: -0.026, ulps: 9 } }),
  },
})
const same: Comparison = { metrics: metrics(0.9, 0.9), predictions: identical(1797) }

const judge = (recorded: Comparison, controls: Comparison = same, more: Partial<AgreementPieces> = {}) =>
  agree({
    recorded,
    controls,
    rowsKept: true,
    locate: (field) => ({ file: 'provenance.yml', line: field.length }),
    ...more,
  })

describe('the ladder, where the controls agree', () => {
  test.each<[string, Comparison]>([
    ['identical', same],
    ['identical', { metrics: metrics(0.9, 0.9) }],
    ['identical', { metrics: [], predictions: identical(3) }],
    ['identical-values', { ...same, predictions: rows('identical-values', 0) }],
    ['within-tolerance', { ...same, predictions: rows('within-tolerance', 0, 3) }],
    ['within-tolerance', { ...same, metrics: metrics(0.9, 0.9 + 1e-8) }],
  ])('%s', (agreement, recorded) => {
    expect(judge(recorded)).toEqual({ agreement, findings: [] })
  })

  test('a metric beyond its tolerance', () => {
    expect(judge({ ...same, metrics: metrics(0.972175, 0.96995) })).toEqual({
      agreement: 'different',
      findings: [
        {
          rule: 'evaluation/metric-differs',
          message: 'accuracy 0.972175 → 0.969950, allowed ±0.000001',
          file: 'provenance.yml',
          line: 27,
          field: 'evaluation.metrics.accuracy',
          expected: '0.972175',
          actual: '0.96995',
          remedy:
            'Correct `accuracy` in the record, or record the run again: every prediction came back, this number did not.',
        },
      ],
    })
  })

  test('a metric whose predictions moved, or were not kept, is not said to be a wrong record', () => {
    const off = metrics(0.972175, 0.96995)
    for (const recorded of [{ metrics: off }, { metrics: off, predictions: rows('different', 4) }])
      expect(judge(recorded).findings[0]).not.toHaveProperty('remedy')
  })

  test('two numbers that look the same when cut are shown whole', () => {
    const [finding] = judge({ metrics: compareMetrics({ loss: 0.1234561 }, { loss: 0.1234564 }) }).findings
    expect(finding?.message).toBe('loss 0.1234561 → 0.1234564, allowed ±1.23e-7')
  })

  test('a metric that one side does not have', () => {
    const { agreement, findings } = judge({ metrics: compareMetrics({ a: 1, b: 1 }, { a: 1, c: 1 }) })
    expect(agreement).toBe('different')
    expect(findings).toMatchObject([
      {
        message: '`b` is in the record, and not in the replay',
        expected: '1',
        remedy: expect.stringContaining('`b`'),
      },
      {
        message: '`c` is in the replay, and not in the record',
        actual: '1',
        remedy: expect.stringContaining('`c`'),
      },
    ])
  })

  test('a thousand metrics do not make a thousand findings', () => {
    const all = (n: number) => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}`, n]))
    const { findings } = judge({ metrics: compareMetrics(all(1), all(2)) })
    expect(findings).toHaveLength(51)
    expect(findings[50]?.message).toBe('950 more metrics outside the tolerance')
  })

  test('flips', () => {
    expect(judge({ ...same, predictions: rows('different', 4) })).toEqual({
      agreement: 'different',
      findings: [
        {
          rule: 'evaluation/prediction-differs',
          message: '4 of 1,797 predictions flipped, first `211`',
          file: 'provenance.yml',
          line: 22,
          field: 'evaluation.predictions',
          expected: 'prediction 8',
          actual: 'prediction 3',
        },
      ],
    })
  })

  test('numbers that moved too far', () => {
    const { findings } = judge({ ...same, predictions: rows('different', 0, 2) })
    expect(findings[0]?.message).toBe('2 of 1,797 predictions moved, by at most 0.026000, first `211`')
  })

  test('rows that cannot be paired', () => {
    expect(judge({ ...same, predictions: notComparable(3, 'no rows') })).toMatchObject({
      agreement: 'not-comparable',
      findings: [
        { rule: 'evaluation/not-comparable', message: 'The predictions cannot be compared: no rows' },
      ],
    })
  })

  test('a digest alone', () => {
    const result = judge({ ...same, predictions: rows('different', 0) }, same, { rowsKept: false })
    expect(result.agreement).toBe('different')
    expect(result.findings.map(({ rule, field }) => [rule, field])).toEqual([
      ['evaluation/prediction-differs', 'evaluation.predictions'],
      ['evaluation/predictions-not-kept', 'evaluation.predictions.digest'],
    ])
  })

  test('statistics never excuse a difference', () => {
    const predictions = {
      ...rows('different', 4),
      discordance: { samples: 10_000, onlyRecorded: 1, onlyReplayed: 1 },
    }
    expect(judge({ ...same, predictions }, same, { margin: 0.5 }).agreement).toBe('different')
    const jitter = { ...same, predictions: rows('within-tolerance', 0, 1) }
    expect(judge({ ...same, predictions }, jitter, { margin: 0.5 }).agreement).toBe('different')
  })

  test('comparing nothing is a mistake, never a pass', () => {
    expect(() => judge({ metrics: [] })).toThrow('nothing was compared')
  })
})

describe('where the controls differ', () => {
  const controls: Comparison = { metrics: metrics(0.9, 0.9), predictions: rows('different', 12) }
  const recorded = (onlyRecorded: number, onlyReplayed: number, samples = 1797): Comparison => ({
    metrics: metrics(0.9, 0.9),
    predictions: { ...rows('different', 12), discordance: { samples, onlyRecorded, onlyReplayed } },
  })

  test('nothing declared: nondeterministic, also where the first replay matches the record', () => {
    expect(judge(same, controls)).toMatchObject({
      agreement: 'nondeterministic',
      findings: [
        {
          rule: 'evaluation/nondeterministic',
          message: 'Two replays of the same differ: 12 of 1,797 predictions flipped',
          field: 'evaluation.predictions',
        },
      ],
    })
  })

  test('a metric alone is named, with the way out', () => {
    const [finding] = judge(same, {
      ...same,
      metrics: compareMetrics({ seconds: 1.5 }, { seconds: 1.7 }),
    }).findings
    expect(finding).toMatchObject({
      message: 'Two replays of the same differ: seconds 1.500000 → 1.700000, allowed ±0.000002',
      field: 'evaluation.metrics.seconds',
      expected: '1.5',
      actual: '1.7',
      remedy: expect.stringContaining('give it a tolerance'),
    })
  })

  test('a margin: equivalent, inconclusive or different', () => {
    expect(judge(recorded(2, 2), controls, { margin: 0.01 })).toMatchObject({
      agreement: 'equivalent',
      findings: [],
      statistics: { mcnemar: 1, difference: 0, margin: 0.01 },
    })
    expect(judge(recorded(2, 2, 100), controls, { margin: 0.01 })).toMatchObject({
      agreement: 'inconclusive',
      findings: [
        { rule: 'evaluation/inconclusive', message: expect.stringContaining('100 samples cannot tell') },
      ],
    })
    expect(judge(recorded(90, 0), controls, { margin: 0.01 })).toMatchObject({
      agreement: 'different',
      findings: [{ rule: 'evaluation/prediction-differs' }],
    })
  })

  test('a margin excuses no metric', () => {
    const result = judge({ ...recorded(2, 2), metrics: metrics(0.9, 0.8) }, controls, { margin: 0.01 })
    expect(result).toMatchObject({
      agreement: 'different',
      findings: [{ rule: 'evaluation/metric-differs' }],
    })
  })

  test('a margin without the truth means nothing', () => {
    expect(judge({ ...same, predictions: rows('different', 1) }, controls, { margin: 0.5 }).agreement).toBe(
      'nondeterministic',
    )
  })
})

test('every rule that is used has a remedy of its own or in the catalogue', () => {
  const used = judge({ metrics: metrics(1, 2), predictions: rows('different', 1) }, same, {
    rowsKept: false,
  }).findings
  for (const { rule, remedy } of used) expect(remedy ?? RULES[rule].remedy).toMatch(/\.$/)
})
