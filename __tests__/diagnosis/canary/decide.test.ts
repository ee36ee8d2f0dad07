import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  afterModel,
  afterModelAgain,
  afterRows,
  afterRowsAgain,
  thirdReplay,
  tooUniform,
} from '../../../src/diagnosis/canary/decide.js'
import { drawFrom } from '../../../src/diagnosis/canary/draw.js'
import { hypergeometricTail, tracking } from '../../../src/diagnosis/canary/track.js'

const rows = (telling: number, followed: number, stayed: number) => ({ telling, followed, stayed })
const CRASH = { failed: 'fails (exit code 1)', crashed: true }
const NO_TIME = { failed: 'was not replayed', crashed: false }
const HONEST = { unmoved: [], keyIsInput: false }
const zeros = (changed: number, more = {}) =>
  afterModel({
    ...{ seen: { changed, of: 90 }, altered: 'zero-numbers' as const },
    ...{ decisive: true, noise: 0, roundTrip: false },
    ...more,
  })

describe('rows', () => {
  test.each([
    [rows(96, 96, 0), 'follow', undefined],
    [rows(19, 19, 0), 'not-shown', undefined],
    [rows(30, 0, 27), 'not-shown', 'stay'],
    [rows(29, 0, 29), 'not-shown', 'mixed'],
    [rows(100, 60, 40), 'partly', 'mixed'],
    [rows(100, 40, 60), 'not-shown', 'mixed'],
    [CRASH, 'not-shown', undefined],
  ])('%j: %s, %s', (seen, outcome, unsettled) => {
    const first = afterRows(seen)
    expect(first.statement.outcome).toBe(outcome)
    expect(first.unsettled).toBe(unsettled)
  })

  const stay = afterRows(rows(50, 0, 50))
  test.each([
    [rows(50, 50, 0), HONEST, 'follow', undefined],
    [rows(50, 45, 5), HONEST, 'partly', undefined],
    [rows(50, 0, 50), HONEST, 'not-shown', 'the answers stay with the key'],
    [rows(50, 0, 50), { unmoved: ['x.bin'], keyIsInput: false }, 'not-shown', 'x.bin could not be altered'],
    [rows(50, 0, 50), { unmoved: [], keyIsInput: true }, 'not-shown', 'the key is an input of the model'],
    [CRASH, HONEST, 'not-shown', 'the answers stay with the key'],
  ])('again: %j, %j: %s, %s', (seen, why, outcome, words) => {
    expect(afterRowsAgain(stay, seen, why)).toMatchObject({
      outcome,
      ...(words !== undefined && { why: words }),
    })
  })
})

describe('the model', () => {
  test.each([
    ['many answers change', zeros(30), 'depends', false],
    ['none changes', zeros(0), 'unchanged', false],
    ['none changes, but what was altered may be nothing', zeros(0, { decisive: false }), 'not-shown', true],
    ['none changes, and all are the input', zeros(0, { roundTrip: true }), 'not-shown', false],
    ['as many change as between replays', zeros(14, { noise: 3 }), 'not-shown', false],
    ['more change than between replays', zeros(15, { noise: 3 }), 'depends', false],
    ['it fails', zeros(0, { seen: CRASH }), 'read', false],
    ['there is no time', zeros(0, { seen: NO_TIME }), 'not-shown', false],
  ])('%s', (_, { statement, suspect }, outcome, isSuspect) => {
    expect(statement.outcome).toBe(outcome)
    expect(suspect).toBe(isSuspect)
  })

  test('is not asked about answers that are nearly all the same', () => {
    expect(tooUniform(4)).toMatchObject({ outcome: 'not-shown', why: 'nearly all answers are the same' })
    expect(tooUniform(5)).toBeUndefined()
  })

  test('answers that move are never an alarm', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.nat(20), fc.boolean(), (changed, noise, decisive) => {
        expect(zeros(changed, { noise, decisive }).statement.outcome).not.toBe('unchanged')
      }),
    )
  })

  const seen = { decisive: true, noise: 0, roundTrip: false }
  const suspect = zeros(0, { decisive: false }).statement
  const read = zeros(0, { seen: CRASH }).statement
  test.each([
    [
      'zero bytes change nothing either',
      suspect,
      { altered: 'zero-bytes', seen: { changed: 0, of: 90 } },
      'unchanged',
    ],
    ['there is no time', suspect, { altered: 'zero-bytes', seen: NO_TIME }, 'not-shown'],
    ['zero bytes make it fail', suspect, { altered: 'zero-bytes', seen: CRASH }, 'read'],
    [
      'exchanged numbers change answers',
      read,
      { altered: 'exchanged-numbers', seen: { changed: 9, of: 90 } },
      'depends',
    ],
    [
      'exchanged numbers change nothing',
      read,
      { altered: 'exchanged-numbers', seen: { changed: 0, of: 90 } },
      'read',
    ],
    ['exchanged numbers make it fail', read, { altered: 'exchanged-numbers', seen: CRASH }, 'read'],
  ] as const)('again: %s', (_, first, again, outcome) => {
    expect(afterModelAgain(first, { ...seen, ...again }).outcome).toBe(outcome)
  })
})

test('at most one more replay, and which', () => {
  const mixed = afterRows(rows(100, 60, 40))
  const follows = afterRows(rows(100, 100, 0))
  expect(thirdReplay(mixed, zeros(0, { decisive: false }), true)).toBe('zero-bytes')
  expect(thirdReplay(mixed, zeros(0), true)).toBe('rows-again')
  expect(thirdReplay(follows, zeros(0, { seen: CRASH }), true)).toBe('exchanged-numbers')
  expect(thirdReplay(follows, zeros(0, { seen: CRASH }), false)).toBeUndefined()
  expect(thirdReplay(follows, zeros(9), true)).toBeUndefined()
  expect(thirdReplay(follows, undefined, true)).toBeUndefined()
})

describe('right answers that were dealt out', () => {
  const all = (n: number) => Array.from({ length: n }, (_, i) => i)

  test('the tail of the hypergeometric distribution: Σ C(20, k)·C(30, 10 − k) / C(50, 10) for k from 8', () => {
    expect(hypergeometricTail(8, { of: 50, marked: 20, drawn: 10 })).toBeCloseTo(0.005842959566193289, 12)
    expect(hypergeometricTail(0, { of: 50, marked: 20, drawn: 10 })).toBeCloseTo(1, 10)
  })

  test('answers that are made without them are hardly ever taken for copies', () => {
    const draw = drawFrom('null')
    for (let turn = 0; turn < 300; turn++) {
      const truth = all(120).map(() => String(draw.below(turn % 2 === 0 ? 3 : 1000)))
      const answers = all(120).map(() => String(draw.below(3)))
      expect(tracking(answers, truth, all(120)).p).toBeGreaterThan(1e-6)
    }
  })

  test.each([
    ['classes', (x: number) => String(x % 3), 0],
    ['numbers', (x: number) => String(x * 1.5), 0.01],
    ['texts', (x: number) => `t${x}`, ''],
  ])('copies of %s are found', (_, value, off) => {
    const truth = drawFrom('t').order(100).map(value)
    const answers = truth.map((cell) => (off === '' ? cell : String(Number(cell) + Number(off))))
    expect(tracking(answers, truth, all(100)).p).toBeLessThan(1e-9)
  })

  test('rows that are not answered are no copies', () => {
    expect(
      tracking(
        all(30).map(() => undefined),
        all(30).map(String),
        all(30),
      ),
    ).toMatchObject({ equal: 0, p: 1 })
  })
})
