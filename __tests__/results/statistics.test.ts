import { describe, expect, test } from '@jest/globals'
import { equivalence, mcnemar } from '../../src/results/statistics.js'

const pairs = (samples: number, onlyRecorded: number, onlyReplayed: number) => ({
  samples,
  onlyRecorded,
  onlyReplayed,
})

describe('exact McNemar', () => {
  // statsmodels 0.15.0, `mcnemar([[10, b], [c, 10]], exact=True).pvalue`
  test.each([
    [0, 0, 1],
    [0, 4, 0.125],
    [1, 0, 1],
    [5, 5, 1],
    [10, 25, 0.016673847800120715],
    [121, 59, 4.4344492637551645e-6],
    [600, 700, 0.0060157938610449395],
    [30000, 31000, 5.234151802505289e-5],
    [2000, 1000, 1.0090148627940651e-75],
  ])('b = %d, c = %d', (b, c, p) => {
    const error = Math.abs(mcnemar(pairs(1_000_000, b, c)) / p - 1)
    expect(error).toBeLessThan(1e-9)
  })
})

describe('equivalence of two paired proportions', () => {
  // scipy 1.17.1: d ∓ norm.ppf(0.95) · sqrt(b + c − (b − c)² / n) / n
  test.each([
    [1797, 4, 0, -0.0022259321090706734, -0.00405455975607112, -0.0003973044620702267],
    [1797, 0, 4, 0.0022259321090706734, 0.0003973044620702267, 0.00405455975607112],
    [10000, 50, 60, 0.001, -0.000725058620789318, 0.002725058620789318],
    [200, 3, 1, -0.01, -0.026407363398257916, 0.006407363398257914],
    [500, 40, 10, -0.06, -0.08283919389885719, -0.03716080610114281],
  ])('n = %d, b = %d, c = %d', (n, b, c, difference, low, high) => {
    const result = equivalence(pairs(n, b, c), 0.01)
    expect(result.difference).toBeCloseTo(difference, 14)
    expect(result.low).toBeCloseTo(low, 14)
    expect(result.high).toBeCloseTo(high, 14)
  })

  test.each([
    ['inside the margin', pairs(1797, 4, 0), 0.01, 'equivalent'],
    ['across its edge', pairs(1797, 4, 0), 0.003, 'inconclusive'],
    ['outside of it', pairs(500, 40, 10), 0.03, 'different'],
    ['too few samples, although all are equal', pairs(200, 0, 0), 0.01, 'inconclusive'],
    ['enough of them', pairs(299, 0, 0), 0.01, 'equivalent'],
    ['one too few', pairs(298, 0, 0), 0.01, 'inconclusive'],
  ])('%s', (_, discordance, margin, outcome) => {
    expect(equivalence(discordance, margin).outcome).toBe(outcome)
  })
})
