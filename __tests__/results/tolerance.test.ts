import { describe, expect, test } from '@jest/globals'
import { compareMetrics } from '../../src/results/metrics/compare.js'
import { tooWideFindings } from '../../src/results/metrics/claimed-change.js'
import { thresholdFindings } from '../../src/results/metrics/thresholds.js'
import { allowedFor, spacing, toleranceSchema, withEnvelopes } from '../../src/results/tolerance.js'

describe('units in the last place', () => {
  // numpy 2.3: numpy.spacing(x)
  test.each([
    [1, 2.220446049250313e-16],
    [0.1, 1.3877787807814457e-17],
    [-1000, 1.1368683772161603e-13],
    [0, 5e-324],
    [1e-310, 5e-324],
    [2 ** 53, 2],
  ])('of %d', (value, step) => expect(spacing(value)).toBe(step))

  test.each([
    [4, true],
    [5, false],
  ])('%d of 4', (steps, agrees) => {
    const moved = 0.75 + steps * spacing(0.75)
    expect(compareMetrics({ a: 0.75 }, { a: moved }, { a: { ulp: 4 } })).toMatchObject([{ agrees }])
  })

  test('the largest of what is given counts', () => {
    expect(allowedFor(2, { ulp: 1, absolute: 0.5, relative: 0.1 })).toBe(0.5)
  })
})

test.each([NaN, Infinity, -Infinity])('%d agrees with itself alone, under every tolerance', (value) => {
  const compared = (after: number) =>
    compareMetrics({ a: value }, { a: after }, { a: { ulp: 4, absolute: 1e300 } })[0]!.agrees
  expect([compared(value), compared(0), compared(-value || 1)]).toEqual([true, false, false])
})

test('−0 and 0 are equal numbers with other bits', () => {
  expect(compareMetrics({ a: 0 }, { a: -0 }, { a: { ulp: 1 } })).toMatchObject([
    { recorded: '0', replayed: '-0', agrees: true },
  ])
})

describe('the envelope', () => {
  test('is how far the runs lie apart, and not the record', () => {
    const runs = [{ a: 0.5, b: 1 }, { a: 0.53125, b: 1 }, { a: 0.515625 }]
    expect(withEnvelopes({ a: 'envelope', b: 'envelope', c: 'envelope', d: { ulp: 2 } }, runs)).toEqual({
      a: { absolute: 0.03125 },
      b: { absolute: 0 },
      c: { absolute: 0 },
      d: { ulp: 2 },
    })
  })
  test('that nobody measured allows nothing', () => expect(allowedFor(1, 'envelope')).toBe(0))
})

test.each([{}, 'anything', { ulp: 0 }, { ulp: 1.5 }, { absolute: -1 }])('%j is no tolerance', (given) => {
  expect(toleranceSchema.safeParse(given).success).toBe(false)
})

describe('thresholds', () => {
  const missed = (metrics: Record<string, number>) =>
    thresholdFindings({ accuracy: { least: 0.9 }, loss: { most: 0.3 } }, metrics, 'recorded').map(
      ({ message }) => message,
    )
  test.each([
    [{ accuracy: 0.9, loss: 0.3 }, []],
    [{ accuracy: 0.899, loss: 0.3 }, ['`accuracy` is recorded as 0.899; the policy asks for at least 0.9']],
    [{ accuracy: 0.95, loss: 0.31 }, ['`loss` is recorded as 0.31; the policy asks for at most 0.3']],
    [{ accuracy: NaN, loss: 0 }, ['`accuracy` is recorded as NaN; the policy asks for at least 0.9']],
    [{ accuracy: 1 }, ['`loss` is not recorded; the policy asks for at most 0.3']],
  ])('%j', (metrics, messages) => expect(missed(metrics as Record<string, number>)).toEqual(messages))
})

describe('a tolerance beside the change that is claimed', () => {
  const wide = (absolute: number, before = 0.75) =>
    tooWideFindings(
      { accuracy: before },
      { accuracy: 0.8125 },
      compareMetrics({ accuracy: 0.8125 }, { accuracy: 0.8125 }, { accuracy: { absolute } }),
    )
  test('is named with both numbers if it is wider', () => {
    expect(wide(0.0625)).toMatchObject([
      {
        rule: 'metrics/tolerance-too-wide',
        message:
          '`accuracy` 0.75 → 0.8125 is claimed, a change of 0.062500; the tolerance of ±0.062500 cannot tell it from none',
      },
    ])
  })
  test('says nothing if it is narrower, or nothing is claimed', () => {
    expect([...wide(0.0624), ...wide(0.5, 0.8125)]).toEqual([])
  })
})
