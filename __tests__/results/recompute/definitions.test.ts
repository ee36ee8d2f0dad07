import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  CATALOGUE,
  DEFINITION_IDS,
  valueOf,
  type InputKind,
} from '../../../src/results/recompute/catalogue.js'
import { labelsOf } from '../../../src/results/recompute/labels.js'
import { rankingOf } from '../../../src/results/recompute/ranking.js'

/** By hand; `__tests__/integration/results` compares with the reference implementations. */

const labels =
  (truth: readonly string[], predicted: readonly string[]) =>
  (id: string, at = 0) =>
    valueOf('labels', id, labelsOf(truth, predicted), at)
const numbers = (truth: readonly number[], predicted: readonly number[]) => (id: string) =>
  valueOf('numbers', id, { truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) }, 0)
const scores = (positive: readonly number[], score: readonly number[]) => (id: string) =>
  valueOf('scores', id, { positive: Uint8Array.from(positive), score: Float64Array.from(score) }, 0)

describe('classes', () => {
  test('whole numbers above 2⁵³ are told apart, and 3.0 is 3', () => {
    const of = labels(['9007199254740993', '3.0', '-0'], ['9007199254740992', '3', '0'])
    expect(of('accuracy')).toBe(2 / 3)
  })

  test('truth values have no case; other text has', () => {
    expect(labels(['True', 'a'], ['true', 'A'])('accuracy')).toBe(0.5)
  })

  test('numbers are sorted as numbers: 10 is far from 2', () => {
    const of = labels(['2', '2', '10', '3'], ['10', '2', '10', '3'])
    expect(of('kappa_linear')).toBeLessThan(
      labels(['2', '2', '10', '3'], ['3', '2', '10', '3'])('kappa_linear'),
    )
  })

  test('0/0 is 0, or the class is left out, or only classes of the truth count', () => {
    // `b` is never predicted, `c` is never right.
    const of = labels(['a', 'a', 'b'], ['a', 'c', 'a'])
    expect(of('precision_macro')).toBeCloseTo((1 / 2 + 0 + 0) / 3, 15)
    expect(of('precision_macro_defined')).toBeCloseTo((1 / 2 + 0) / 2, 15)
    expect(of('recall_macro_over_truth')).toBeCloseTo((1 / 2 + 0) / 2, 15)
    expect(of('precision', 1)).toBe(0)
  })

  test('one class for everything has no correlation and no kappa', () => {
    const of = labels(['a', 'a'], ['a', 'a'])
    expect([of('mcc'), of('kappa')]).toEqual([0, NaN])
  })

  test('thousands of classes take no table of pairs', () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `class ${at}`)
    const of = labels(names, [...names.slice(1), names[0]!])
    expect([of('accuracy'), of('f1_macro'), of('kappa_quadratic')]).toEqual([0, 0, NaN])
    expect(of('kappa')).toBeLessThan(0)
  })
})

describe('scores', () => {
  test('ties count half', () => {
    expect(scores([1, 0, 1, 0], [0.5, 0.5, 0.9, 0.1])('roc_auc')).toBe(0.875)
    expect(scores([1, 0], [0.5, 0.5])('average_precision')).toBe(0.5)
  })

  test('coarse ties part average precision from the area under lines', () => {
    const of = scores([1, 0, 0, 1, 0], [1, 1, 1, 0, 0])
    expect(of('average_precision')).toBeCloseTo(0.5 * (1 / 3) + 0.5 * 0.4, 15)
    expect(of('pr_auc_trapezoid')).toBeCloseTo(0.5 * ((1 + 1 / 3) / 2) + 0.5 * ((1 / 3 + 0.4) / 2), 15)
  })

  test('with one class alone nothing is defined', () => {
    expect(scores([1, 1], [0.2, 0.3])('roc_auc')).toBeNaN()
    expect(scores([0, 0], [0.2, 0.3])('average_precision')).toBeNaN()
  })

  test('certainty that is wrong costs as much as the clip lets it', () => {
    expect(scores([1], [0])('log_loss')).toBeCloseTo(52 * Math.LN2, 12)
    expect(scores([1], [0])('log_loss_1e15')).toBeCloseTo(-Math.log(1e-15), 12)
  })

  test('what is no probability has no log loss', () => {
    expect(scores([1, 0], [3, -1])('log_loss')).toBeNaN()
    expect(scores([1, 0], [3, -1])('roc_auc')).toBe(1)
  })
})

describe('numbers', () => {
  test('a constant truth', () => {
    expect(numbers([2, 2], [2, 2])('r2')).toBe(1)
    expect(numbers([2, 2], [2, 3])('r2')).toBe(0)
    expect(numbers([2, 2], [2, 3])('pearson')).toBeNaN()
  })

  test('−0 is 0', () => {
    expect(numbers([-0, 1], [0, 1])('mae')).toBe(0)
    expect(numbers([-0, 0, 1], [0, -0, 1])('kendall')).toBeCloseTo(1, 14)
  })

  test('a truth of 0 makes MAPE huge, or is left out', () => {
    expect(numbers([0, 2], [1, 1])('mape')).toBe((2 ** 52 + 0.5) / 2)
    expect(numbers([0, 2], [1, 1])('mape_without_zeros')).toBe(0.5)
  })

  test('NaN and infinities do not become numbers', () => {
    expect(numbers([1, NaN], [1, 1])('mae')).toBeNaN()
    expect(numbers([1, 2], [1, Infinity])('mse')).toBe(Infinity)
  })

  test('sums lose nothing', () => {
    expect(numbers([1e16, 0, 0, -1e16], [1e16, 1, 1, -1e16])('bias')).toBe(0.5)
  })
})

describe('tasks and queries', () => {
  const pass = (values: number[], tasks: number[], k: number) =>
    valueOf('values', 'pass_at_k', { values: Float64Array.from(values), tasks: Int32Array.from(tasks) }, k)

  test('pass@k is a mean over tasks, and needs k samples of each', () => {
    expect(pass([1, 0, 0, 0, 1], [0, 0, 0, 0, 1], 1)).toBe((1 / 4 + 1) / 2)
    expect(pass([1, 0, 0, 0, 1], [0, 0, 0, 0, 1], 2)).toBeNaN()
    expect(pass([1, 0, 0, 1], [0, 0, 0, 0], 3)).toBe(1)
  })

  test('equal scores are ordered as trec_eval orders them, in single precision', () => {
    const ranking = rankingOf({
      queries: ['q', 'q'],
      documents: ['a', 'b'],
      relevances: Float64Array.from([1, 0]),
      scores: Float64Array.from([0.5 + 1e-12, 0.5]),
    })
    expect(ranking.queries).toEqual([[0, 1]])
    expect(valueOf('ranking', 'mrr', ranking, Infinity)).toBe(0.5)
    expect(valueOf('ranking', 'recall_at_k', ranking, 1)).toBe(0)
  })

  test('a query without a relevant document counts as 0', () => {
    expect(valueOf('ranking', 'ndcg', { queries: [[0, 0], [1]] }, 10)).toBe(0.5)
  })
})

const cells = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), {
  minLength: 1,
})

test('the order of rows changes no metric, and right answers are right', () => {
  fc.assert(
    fc.property(cells, (rows) => {
      const text = (pick: 0 | 1, list = rows) => list.map((row) => String(row[pick]))
      const turned = rows.toReversed()
      const [a, b] = [labels(text(0), text(1)), labels(text(0, turned), text(1, turned))]
      for (const { id } of CATALOGUE.labels)
        expect(Number.isNaN(a(id)) ? Number.isNaN(b(id)) : Math.abs(a(id) - b(id)) < 1e-12).toBe(true)
      expect(labels(text(0), text(0))('accuracy')).toBe(1)
      // Micro averages of all classes are the accuracy.
      for (const id of ['precision_micro', 'recall_micro', 'f1_micro'])
        expect(a(id)).toBeCloseTo(a('accuracy'), 12)
    }),
  )
})

test('a growing function of the scores changes no ranking', () => {
  fc.assert(
    fc.property(cells, (rows) => {
      const positive = rows.map(([, one]) => Number(one > 2))
      const raw = rows.map(([one]) => one)
      const [a, b] = [
        scores(positive, raw),
        scores(
          positive,
          raw.map((x) => Math.exp(x) - 7),
        ),
      ]
      for (const id of ['roc_auc', 'average_precision', 'ks', 'pr_auc_trapezoid']) expect(b(id)).toBe(a(id))
    }),
  )
})

test('every definition has a name that a policy can write, once a kind, and each family a usual one', () => {
  for (const kind of Object.keys(CATALOGUE) as InputKind[]) {
    const ids = CATALOGUE[kind].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  }
  for (const id of DEFINITION_IDS) expect(id).toMatch(/^[a-z0-9_]+$/)
  const all = Object.values(CATALOGUE).flat() as { family: string; main?: true }[]
  const usual = new Set(all.filter(({ main }) => main).map(({ family }) => family))
  expect(all.filter(({ family }) => !usual.has(family))).toEqual([])
})
