import { describe, expect, test } from '@jest/globals'
import { median, plainBench, ratioBench } from '../../scripts/bench/measure.js'
import { FAMILY } from '../../scripts/bench/cause/family.js'
import { wrongOf } from '../../scripts/bench/cause/find.js'
import { renderFound } from '../../scripts/bench/cause/score.js'
import { renderTable } from '../../scripts/bench/table.js'

const named = { name: 'it', unit: 's' as const, sides: { floor: 'by hand', ours: 'by us' } }
const machine = { cpu: 'CPU', cores: 2, memory: 24, load: 0.5, node: 'v24', engine: '28', builder: 'buildx' }

describe('the figures of the bench', () => {
  test('median of odd and even numbers of runs, in any order', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(() => median([])).toThrow('no runs')
  })

  test('the ratio is that of the turns, not of the medians', () => {
    const runs = [
      { floor: 10, ours: 11 },
      { floor: 40, ours: 44 },
      { floor: 20, ours: 30 },
    ]
    const bench = ratioBench(named, runs, { atMost: 1.3 })
    expect(bench).toMatchObject({ floor: 20, ours: 30, ratio: 1.1, range: [1.1, 1.5], met: true })
    expect(ratioBench(named, runs, { atMost: 1.05 }).met).toBe(false)
    expect(ratioBench(named, runs, { atMost: null })).toMatchObject({ goal: null, met: null })
  })

  test('a turn that cannot be true meets no goal', () => {
    const runs = [
      { floor: 10, ours: 10.1 },
      { floor: 10, ours: 9 },
    ]
    const noisy = ratioBench(named, runs, { atMost: 1.05, least: 1 })
    expect(noisy.met).toBeNull()
    expect(renderTable(machine, [noisy])).toContain('≤ 1.05: too noisy to say')
  })

  test('the table shows a missed goal as missed', () => {
    const table = renderTable(machine, [plainBench(named, [4, 5, 6], 3)])
    expect(table).toContain('5.00 s')
    expect(table).toContain('(4.00–6.00 s)')
    expect(table).toContain('≤ 3 s: missed')
  })
})

describe('the planted causes', () => {
  test('have names of their own, and are more than twenty-four', () => {
    expect(new Set(FAMILY.map(({ name }) => name)).size).toBe(FAMILY.length)
    expect(FAMILY.length).toBeGreaterThan(24)
  })

  test('another answer than the expected one is wrong, also where nothing may be named', () => {
    const named = { rules: [], names: [], words: '' }
    for (const planted of FAMILY) {
      const wrong = wrongOf(planted, { ...named, rules: ['evaluation/timeout'] })
      expect({ name: planted.name, wrong }).not.toEqual({ name: planted.name, wrong: undefined })
    }
  })

  test('the table counts those that are named right, and shows what is wrong', () => {
    const one = {
      name: 'a clock',
      words: 'the clock',
      shown: 'condition',
      proofs: 1,
      replays: 7,
      seconds: 2.5,
    }
    const table = renderFound([
      { ...one, wrong: undefined },
      { ...one, name: 'a set', wrong: 'names nothing' },
    ])
    expect(table).toContain('1 of 2 are named right; 14 replays')
    expect(table).toContain('wrong: names nothing')
  })
})
