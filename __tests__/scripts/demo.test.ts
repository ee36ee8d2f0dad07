import { describe, expect, test } from '@jest/globals'
import { judge, type Outcome } from '../../scripts/demo/run.js'
import type { Scenario } from '../../scripts/demo/scenario.js'
import { SCENARIOS } from '../../scripts/demo/scenarios.js'
import { renderTable, summary } from '../../scripts/demo/table.js'
import { pool } from '../../scripts/demo/pool.js'

const scenario: Scenario = {
  name: 'a seed removed',
  arrange: async () => {},
  verdict: 'incomplete',
  rules: ['seeds/value-missing'],
  names: ['split'],
  leaks: ['planted'],
}

const outcome = (
  change: { report?: object; model?: object } & Partial<Omit<Outcome, 'report'>> = {},
): Outcome => {
  const { report, model, ...rest } = change
  const findings = [{ rule: 'seeds/value-missing', level: 'error', message: 'seed missing', remedy: '' }]
  return {
    report: { verdict: 'incomplete', models: [{ findings, ...model }], ...report },
    exitCode: 1,
    comment: 'seed **split** missing',
    progress: 'working\n',
    seconds: 1,
    ...rest,
  } as Outcome
}

describe('a scenario is judged', () => {
  test('as expected where verdict, exit code, rules and text are', () => {
    expect(judge(scenario, outcome())).toEqual([])
  })

  test.each([
    ['another verdict', outcome({ report: { verdict: 'reproduced' } }), 'verdict reproduced, not incomplete'],
    ['another exit code', outcome({ exitCode: 0 }), 'exit code 0, not 1'],
    ['a rule too few', outcome({ model: { findings: [] } }), 'rules none, not seeds/value-missing'],
    [
      'a rule too many',
      outcome({
        model: {
          findings: ['seeds/value-missing', 'code/dirty'].map((rule) => ({ rule, level: 'error' })),
        },
      }),
      'rules code/dirty, seeds/value-missing, not seeds/value-missing',
    ],
    ['a comment that names nothing', outcome({ comment: 'wrong' }), 'the comment does not name split'],
    [
      'a name that only an attribute holds',
      outcome({ comment: '[x](https://example.org/split)' }),
      'the comment does not name split',
    ],
    ['a leak in the comment', outcome({ comment: 'split planted' }), 'the comment contains planted'],
    [
      'a leak in the log',
      outcome({ progress: 'working\nplanted\n' }),
      'a line of the progress begins with planted',
    ],
  ])('%s', (_name, seen, problem) => {
    expect(judge(scenario, seen)).toEqual([problem])
  })
})

test('every scenario has a name of its own, and one that is not reproduced says what must be named', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  for (const { verdict, rules, names } of SCENARIOS) {
    expect(names.length).toBeGreaterThan(0)
    expect(rules.length > 0).toBe(verdict !== 'reproduced')
  }
})

test('the table shows what is not as expected, and the last line counts it', () => {
  const rows = [
    { name: 'one', verdict: 'reproduced', named: 'identical', seconds: 12.34, problems: [] },
    { name: 'two', verdict: 'reproduced', named: 'identical', seconds: 1, problems: ['exit code 0, not 1'] },
  ]
  expect(renderTable(rows).split('\n').slice(2)).toEqual([
    '✔ one       reproduced  identical       12.3',
    '✖ two       reproduced  identical        1.0',
    '    not as expected: exit code 0, not 1',
  ])
  expect(summary(rows)).toBe('2 scenarios, 1 as expected')
})

test('a pool keeps the order, and never does more at once than it may', async () => {
  let running = 0
  let most = 0
  const results = await pool([30, 10, 20, 1], 2, async (wait) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, wait))
    running--
    return wait * 2
  })
  expect(results).toEqual([60, 20, 40, 2])
  expect(most).toBe(2)
})

test('after a failure a pool begins no more, and waits for what it has begun', async () => {
  const [begun, ended]: [number[], number[]] = [[], []]
  const work = async (item: number) => {
    begun.push(item)
    if (item === 1) throw new Error('broken')
    await new Promise((resolve) => setTimeout(resolve, 20))
    ended.push(item)
  }
  await expect(pool([1, 2, 3, 4], 2, work)).rejects.toThrow('broken')
  expect(begun).toEqual([1, 2])
  expect(ended).toEqual([2])
})
