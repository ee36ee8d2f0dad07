import { describe, expect, test } from '@jest/globals'
import { compareMetrics } from '../../../src/results/metrics/compare.js'
import { judgeSuite } from '../../../src/results/suites/judge.js'
import { changedWords, comparePrompts } from '../../../src/results/suites/prompts.js'
import { readSuite, samplesPath, type SuiteRun } from '../../../src/results/suites/suite.js'

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
const METRIC = 'sums.exact_match,none'

/** As lm-evaluation-harness 0.4 writes it. */
function harness(
  answers: readonly string[],
  { prompt = 'What is', saved = {} as Record<number, number>, options = {}, samples = true } = {},
): SuiteRun {
  const targets = answers.map((_, at) => String(at))
  const rows = answers.map((answer, at) => ({
    doc_id: at,
    target: targets[at],
    arguments: { gen_args_0: { arg_0: `${prompt} ${at}?`, arg_1: {} } },
    resps: [[answer]],
    filtered_resps: [answer],
    filter: 'none',
    metrics: ['exact_match'],
    exact_match: saved[at] ?? Number(answer === targets[at]),
  }))
  const result = {
    results: { sums: {} },
    config: { model: 'dummy' },
    configs: { sums: { metric_list: [{ metric: 'exact_match', aggregation: 'mean', ...options }] } },
    task_hashes: { sums: prompt },
  }
  return readSuite(bytes(result), () =>
    samples ? Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')) : undefined,
  )!
}
const scoreOf = ({ samples }: SuiteRun) =>
  [...samples.values()].reduce((sum, { scores }) => sum + scores[METRIC]!, 0) / samples.size
const right = Array.from({ length: 20 }, (_, at) => String(at))
const wrongAt = (...places: number[]) => right.map((answer, at) => (places.includes(at) ? 'x' : answer))
const judge = (recorded: SuiteRun, runs: SuiteRun[], alpha?: number) =>
  judgeSuite({
    recorded,
    runs,
    alpha,
    metrics: compareMetrics({ [METRIC]: scoreOf(recorded) }, { [METRIC]: scoreOf(runs[0]!) }),
  })

test('samples lie beside the result of the same time', () => {
  expect(samplesPath('out/m/results_2026-11-25T07-00-00.123.json', 'sums')).toBe(
    'out/m/samples_sums_2026-11-25T07-00-00.123.jsonl',
  )
})

describe('prompts', () => {
  test('that are the same let the score be compared', () => {
    expect(judge(harness(right), [harness(right), harness(right)])).toMatchObject({
      comparable: true,
      findings: [],
      evidence: {
        prompts: { by: 'prompts', compared: 20, different: 0 },
        regraded: { grades: 20, same: 20 },
      },
    })
  })
  test('with the date in them are named by word', () => {
    const [before, after] = ['2026-11-24', '2026-11-25'].map((day) =>
      harness(right, { prompt: `Today is ${day}. What is` }),
    ) as [SuiteRun, SuiteRun]
    const { findings, comparable } = judge(before, [after, after])
    expect(comparable).toBe(false)
    expect(findings).toMatchObject([
      {
        rule: 'evaluation/prompts-differ',
        message:
          '20 of 20 prompts are not the recorded ones: `2026-11-24.` → `2026-11-25.`, text that changes with the clock, first in `sums/0`',
        remedy: expect.stringContaining('Take the date'),
      },
    ])
  })
  test('that change between two replays are named as well', () => {
    const at = (minute: number) => harness(right, { prompt: `It is 10:0${minute}. What is` })
    expect(judge(at(1), [at(1), at(2)]).findings[0]!.message).toContain(
      'differ between two replays: `10:01.`',
    )
  })
  test('without samples the hashes of the tasks are compared', () => {
    const hashes = (prompt: string) => harness(right, { prompt, samples: false })
    expect(comparePrompts(hashes('a'), hashes('a'))).toMatchObject({ by: 'task hashes', different: 0 })
    expect(comparePrompts(hashes('a'), hashes('b'))).toMatchObject({ different: 1, first: 'sums' })
  })
  test('one that is only on one side', () => {
    expect(comparePrompts(harness(right), harness(right.slice(0, 19)))).toMatchObject({
      different: 1,
      first: 'sums/19',
    })
  })
  test('words between a common beginning and a common end', () => {
    expect(changedWords('a b c d', 'a x y d')).toEqual({ before: 'b c', after: 'x y' })
    expect(changedWords('a a', 'a a a')).toEqual({ before: '', after: 'a' })
  })
})

describe('grading again', () => {
  test('a saved grade that the answer does not have', () => {
    const recorded = harness(wrongAt(3), { saved: { 3: 1 } })
    expect(judge(recorded, [harness(right), harness(right)]).findings).toMatchObject([
      {
        rule: 'evaluation/grade-differs',
        message:
          '1 of 20 saved answers is graded otherwise: `sums.exact_match,none` of `sums/3` is saved as 1, and the answer gives 0',
      },
    ])
  })
  test('is not tried if the grade has options', () => {
    const recorded = harness(wrongAt(3), { saved: { 3: 1 }, options: { ignore_case: true } })
    const { findings, evidence } = judge(recorded, [harness(right), harness(right)])
    expect([findings, evidence.regraded]).toEqual([[], undefined])
  })
})

describe('runs that differ', () => {
  const runs = [harness(wrongAt(0, 1, 2)), harness(wrongAt(1, 2, 4)), harness(wrongAt(0, 2, 5))]
  test('are held against their own noise if the policy says how many there are', () => {
    const { metrics, findings, evidence } = judge(harness(wrongAt(1, 4, 2)), runs, 0.05)
    expect(findings).toEqual([])
    expect(metrics).toMatchObject([{ name: METRIC, agrees: true }])
    expect(metrics![0]!.allowed).toBeGreaterThan(0.01)
    expect(evidence).toMatchObject({ runs: 3, alpha: 0.05, flips: { samples: 20, flipped: 4 } })
  })
  test('do not excuse a record far away', () => {
    expect(judge(harness(right.map(() => 'x')), runs, 0.05).metrics).toMatchObject([{ agrees: false }])
  })
  test('without a word of the policy are left to the tolerances', () => {
    expect(judge(harness(right), runs).metrics).toBeUndefined()
  })
  test('runs that are all the same excuse nothing', () => {
    const same = [runs[0]!, runs[0]!]
    expect(judge(harness(right), same, 0.05).metrics).toBeUndefined()
  })
})

test.each(['', '[]', 'null', '{"eval": 3}', '{"results": {}, "config": {}, "configs": {"a": null}}'])(
  'of %j nothing is read',
  (text) => expect(readSuite(Buffer.from(text), () => Buffer.from('null\nx'))).toBeUndefined(),
)
