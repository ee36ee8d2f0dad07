import { describe, expect, test } from '@jest/globals'
import { agree } from '../../src/results/agreement.js'
import type { ResultsComparison } from '../../src/results/comparison.js'
import type { AgreementPieces } from '../../src/results/findings.js'
import { compareMetrics } from '../../src/results/metrics/compare.js'
import {
  identicalPredictions,
  notComparable,
  type PredictionResult,
} from '../../src/results/prediction-result.js'
import { agreementSummary } from '../../src/results/summary.js'
import { RULES } from '../../src/verdict/rules/index.js'

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
const same: ResultsComparison = { metrics: metrics(0.9, 0.9), predictions: identicalPredictions(1797) }

const judge = (
  recorded: ResultsComparison,
  controls: ResultsComparison = same,
  more: Partial<AgreementPieces> = {},
) =>
  agree({
    recorded,
    controls,
    rowsKept: true,
    ...more,
  })
const summary = (recorded: ResultsComparison, controls = same, more: Partial<AgreementPieces> = {}) =>
  agreementSummary(judge(recorded, controls, more), { recorded, controls })

describe('the ladder, if the controls agree', () => {
  test.each<[string, ResultsComparison]>([
    ['identical', same],
    ['identical', { metrics: metrics(0.9, 0.9) }],
    ['identical', { metrics: [], predictions: identicalPredictions(3) }],
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
          message: '`accuracy` 0.972175 → 0.96995, allowed ±9.722e-7',
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
      expect(judge(recorded).findings[0]?.remedy).toBeUndefined()
  })

  test('two numbers that look the same when cut are shown whole', () => {
    const [finding] = judge({ metrics: compareMetrics({ loss: 0.1234561 }, { loss: 0.1234564 }) }).findings
    expect(finding?.message).toBe('`loss` 0.12345610 → 0.12345640, allowed ±1.235e-7')
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
        { rule: 'evaluation/not-comparable', message: 'the predictions cannot be compared: no rows' },
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

  test('comparing nothing is never a pass', () => {
    expect(judge({ metrics: [] })).toEqual({ agreement: null, findings: [] })
  })

  test('a name that would end its quotation', () => {
    const [finding] = judge({ metrics: compareMetrics({ 'a`b': 1 }, { 'a`b': 2 }) }).findings
    expect(finding?.message).toMatch(/^`a'b` 1 → 2, /)
    expect(finding?.field).toBe('evaluation.metrics.a`b')
  })
})

describe('NaN and the infinities', () => {
  const all = { loss: NaN, bound: Infinity }
  const alone = { metrics: compareMetrics(all, all) }

  test('alone they prove nothing', () => {
    expect(judge(alone, alone)).toEqual({ agreement: null, findings: [] })
    expect(summary(alone, alone)).toBe('nothing that counts was compared: no metric is a finite number')
  })

  test('beside a number, or beside predictions, these decide', () => {
    const mixed = { metrics: compareMetrics({ ...all, accuracy: 0.9 }, { ...all, accuracy: 0.9 }) }
    expect(judge(mixed, mixed)).toEqual({ agreement: 'identical', findings: [] })
    expect(summary(mixed, mixed)).toBe('1 metric; the same in both replays')
    const rows = { ...alone, predictions: identicalPredictions(3) }
    expect(judge(rows, rows)).toEqual({ agreement: 'identical', findings: [] })
    expect(summary(rows, rows)).toBe('3 predictions; the same in both replays')
  })

  test('a number that became NaN, or the other way round, is a difference', () => {
    for (const [before, after] of [
      [NaN, 0.5],
      [0.5, NaN],
      [Infinity, -Infinity],
    ] as const) {
      const off = { metrics: metrics(before, after) }
      expect(judge(off, alone)).toMatchObject({
        agreement: 'different',
        findings: [{ rule: 'evaluation/metric-differs', expected: `${before}`, actual: `${after}` }],
      })
      expect(summary(off, alone)).toBe('1 of 1 metric outside the tolerance, the same way twice')
    }
  })
})

describe('the summary says what was compared, without the grade', () => {
  const numbers = (n: number, by = 0) => {
    const all = (x: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`m${i}`, x]))
    return compareMetrics(all(1), { ...all(1), ...(by === 0 ? {} : { m0: 1 + by }) })
  }
  const controls = { metrics: numbers(4), predictions: rows('different', 12) }
  const jitter = { ...same, predictions: rows('within-tolerance', 0, 3) }
  const flipped = { ...same, predictions: rows('different', 4) }
  const discordance = { samples: 1797, onlyRecorded: 6, onlyReplayed: 2 }
  const uncertain = { metrics: numbers(4), predictions: { ...rows('different', 12), discordance } }

  test.each<[string, { recorded: ResultsComparison; controls?: ResultsComparison; margin?: number }]>([
    [
      '1,797 predictions, 4 metrics; the same in both replays',
      { recorded: { ...same, metrics: numbers(4) } },
    ],
    ['2 metrics; the same in both replays', { recorded: { metrics: numbers(2) } }],
    [
      '3 predictions; the same in both replays',
      { recorded: { metrics: [], predictions: identicalPredictions(3) } },
    ],
    ['1,797 predictions, 1 metric; both replays within the tolerances', { recorded: same, controls: jitter }],
    [
      '3 of 1,797 predictions moved, by at most 0.026000, 1 metric; the same in both replays',
      { recorded: jitter },
    ],
    ['4 of 1,797 predictions flipped, the same way twice', { recorded: flipped }],
    ['4 of 1,797 predictions flipped', { recorded: flipped, controls: jitter }],
    ['1 of 4 metrics outside the tolerance, the same way twice', { recorded: { metrics: numbers(4, 0.1) } }],
    [
      'the predictions do not match their recorded digest, the same way twice',
      { recorded: { ...same, predictions: rows('different', 0) } },
    ],
    ['no rows', { recorded: { ...same, predictions: notComparable(3, 'no rows') } }],
    ['two identical replays disagree: 12 of 1,797 predictions flipped', { recorded: same, controls }],
    [
      '12 of 1,797 predictions flipped, accuracy −0.002226, within ±0.01',
      { recorded: uncertain, controls, margin: 0.01 },
    ],
  ])('%s', (text, { recorded, controls, margin }) => {
    expect(summary(recorded, controls, { margin })).toBe(text)
  })
})

describe('if the controls differ', () => {
  const controls: ResultsComparison = { metrics: metrics(0.9, 0.9), predictions: rows('different', 12) }
  const recorded = (onlyRecorded: number, onlyReplayed: number, samples = 1797): ResultsComparison => ({
    metrics: metrics(0.9, 0.9),
    predictions: { ...rows('different', 12), discordance: { samples, onlyRecorded, onlyReplayed } },
  })

  test('nothing declared: nondeterministic, even if the first replay matches the record', () => {
    expect(judge(same, controls)).toMatchObject({
      agreement: 'nondeterministic',
      findings: [
        {
          rule: 'evaluation/nondeterministic',
          message: 'two identical replays disagree: 12 of 1,797 predictions flipped',
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
      message: 'two identical replays disagree: `seconds` 1.5 → 1.7, allowed ±0.0000015',
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
