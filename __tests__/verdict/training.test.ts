import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { TrainingEvidence } from '../../src/verdict/evidence.js'
import type { Finding } from '../../src/verdict/finding.js'
import { rungOf } from '../../src/verdict/rung.js'
import { cameBack, spreadOf, spreadWords } from '../../src/verdict/training.js'

const training = (outcome: TrainingEvidence['outcome'], why?: string): TrainingEvidence => ({
  outcome,
  ...(why !== undefined && { why }),
  replays: [1, 1],
})

describe('the sixth rung', () => {
  const climb = (one: TrainingEvidence | undefined, findings: Finding[] = []) =>
    rungOf({
      findings,
      levels: {},
      claimed: true,
      parity: 'content',
      agreement: 'identical',
      training: one,
      summaryOf: () => undefined,
      needs: [],
    })
  test.each(['same-model', 'same-results'] as const)('is reached by %s', (outcome) => {
    expect(climb(training(outcome)).reached).toBe(6)
  })
  test.each(['differs', 'nondeterministic', 'failed', 'not-run'] as const)('is not by %s', (outcome) => {
    expect(climb(training(outcome, 'it was too long'))).toMatchObject({
      reached: 5,
      next: { rung: 6, missing: expect.stringContaining('the model was') },
    })
  })
  test('another model than the recorded one leaves the fifth', () => {
    const finding = {
      rule: 'training/model-differs',
      stage: 'evaluation',
      level: 'error',
      message: 'x',
      remedy: 'y',
    } as const
    expect(climb(training('differs'), [finding]).reached).toBe(5)
  })
  test('is not if nobody trained', () => {
    expect(climb(undefined)).toMatchObject({
      reached: 5,
      next: { missing: 'the model was not trained again' },
    })
  })
})

describe('how much metrics vary with the seed', () => {
  test('mean, deviation of the sample and range', () => {
    const spread = spreadOf([1, 2, 3], [{ accuracy: 0.5 }, { accuracy: 0.75 }, { accuracy: 1 }])
    expect(spread.metrics).toEqual([{ name: 'accuracy', mean: 0.75, deviation: 0.25, low: 0.5, high: 1 }])
    expect(spreadWords(spread)).toBe('Over 3 seeds: accuracy 0.75 ± 0.25 (0.5 to 1).')
  })
  test('a metric that one run lacks, or that is no number, has none', () => {
    expect(spreadOf([1, 2], [{ a: 1, b: NaN }, { b: 2 }]).metrics).toEqual([])
    expect(spreadOf([1], [{ a: 1 }]).metrics).toEqual([])
  })
  test('the mean lies within the range, and equal values do not vary', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(values, (all) => {
        const [one] = spreadOf(
          all.map((_, index) => index),
          all.map((a) => ({ a })),
        ).metrics
        expect(one!.mean).toBeGreaterThanOrEqual(one!.low - 1e-6)
        expect(one!.mean).toBeLessThanOrEqual(one!.high + 1e-6)
        expect(one!.deviation).toBeLessThanOrEqual(one!.high - one!.low + 1e-6)
      }),
    )
  })
})

test('what came back', () => {
  expect(
    (['same-model', 'same-results', 'differs', 'failed'] as const).map((one) => cameBack(training(one))),
  ).toEqual([true, true, false, false])
})
