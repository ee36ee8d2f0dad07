import { describe, expect, test } from '@jest/globals'
import { checkEvaluation } from '../../../src/evaluation/check.js'
import { readSuite } from '../../../src/results/suites/suite.js'
import { useLab, writes } from './lab.js'

const lab = useLab()

/** Twenty sums, answered as lm-evaluation-harness 0.4 writes it down; `answer` is Python, of `at`. */
const suite = (answer: string, prompt = 'What is') => `
import json, random
rows = []
for at in range(20):
    said = str(${answer})
    rows.append({'doc_id': at, 'target': str(at), 'arguments': {'gen_args_0': {'arg_0': f'${prompt} {at}?', 'arg_1': {}}},
        'resps': [[said]], 'filtered_resps': [said], 'filter': 'none', 'metrics': ['exact_match'],
        'exact_match': float(said == str(at))})
score = sum(row['exact_match'] for row in rows) / 20
open('samples_sums.jsonl', 'w').write('\\n'.join(map(json.dumps, rows)))
open('metrics.json', 'w').write(json.dumps({'results': {'sums': {'alias': 'sums', 'exact_match,none': score}},
    'config': {'model': 'dummy'}, 'configs': {'sums': {'metric_list': [{'metric': 'exact_match'}]}},
    'n-shot': {'sums': 0}, 'versions': {'sums': 1}}))
`
const NAME = 'sums.exact_match,none'
/** The record of a run that had every sum right, with its samples. */
const recorded = (score = 1) => ({
  metrics: { [NAME]: score },
  suite: readSuite(
    Buffer.from(
      JSON.stringify({
        results: {},
        config: {},
        configs: { sums: { metric_list: [{ metric: 'exact_match' }] } },
      }),
    ),
    () =>
      Buffer.from(
        Array.from({ length: 20 }, (_, at) =>
          JSON.stringify({
            doc_id: at,
            target: String(at),
            arguments: { gen_args_0: { arg_0: `What is ${at}?`, arg_1: {} } },
            resps: [[String(at)]],
            filtered_resps: [String(at)],
            filter: 'none',
            metrics: ['exact_match'],
            exact_match: at < 20 * score ? 1 : 0,
          }),
        ).join('\n'),
      ),
  ),
})

describe('a suite of prompts', () => {
  test('that was asked the same and answers the same is identical, and its saved answers are graded again', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request(suite('at'), {}, { recorded: recorded() }),
    )
    expect(result).toMatchObject({
      findings: [],
      agreement: 'identical',
      evidence: {
        suite: { prompts: { by: 'prompts', compared: 20, different: 0 }, regraded: { grades: 20, same: 20 } },
      },
    })
  }, 60_000)

  test('that was asked something else is not compared', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request(suite('at', 'How much is'), {}, { recorded: recorded() }),
    )
    expect(result).toMatchObject({
      agreement: 'not-comparable',
      findings: [{ rule: 'evaluation/prompts-differ', message: expect.stringContaining('How much') }],
    })
  }, 60_000)

  test('a saved answer with another grade than it has is named', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request(suite('at if at < 15 else -1'), {}, { recorded: recorded(0.75) }),
    )
    expect(result.findings).toContainEqual(expect.objectContaining({ rule: 'evaluation/grade-differs' }))
    expect(result.agreement).toBe('different')
  }, 60_000)

  test('whose answers are drawn is held against the noise of its runs, and only if the policy says how many', async () => {
    const request = await lab.request(
      suite('at if random.random() < 0.8 else -1'),
      {},
      { recorded: { metrics: { [NAME]: 0 } } },
    )
    const often = await checkEvaluation(lab.context, { ...request, runs: 4, alpha: 0.05 })
    expect(often.evidence.replays).toHaveLength(4)
    expect(often).toMatchObject({
      agreement: 'different',
      evidence: { suite: { runs: 4, alpha: 0.05, flips: expect.anything() } },
    })
    const unsaid = await checkEvaluation(lab.context, { ...request, alpha: 0.05 })
    expect(unsaid.evidence.suite).not.toHaveProperty('alpha')
  }, 120_000)
})

describe('tolerance and threshold', () => {
  test('the envelope of the pinned environment is measured in it', async () => {
    const request = await lab.request(
      writes(0.75),
      {},
      { tolerance: { accuracy: 'envelope' }, pinned: lab.image },
    )
    expect((await checkEvaluation(lab.context, request)).agreement).toBe('identical')
    const far = await checkEvaluation(lab.context, { ...request, recorded: { metrics: { accuracy: 0.74 } } })
    expect(far).toMatchObject({ agreement: 'different', evidence: { metrics: [{ allowed: 0 }] } })
  }, 60_000)

  test('a replay below the threshold is named, though it agrees', async () => {
    const request = await lab.request(writes(0.75), {}, { thresholds: { accuracy: { least: 0.8 } } })
    const result = await checkEvaluation(lab.context, {
      ...request,
      recorded: { metrics: { accuracy: 0.81 } },
      tolerance: { accuracy: { absolute: 0.1 } },
    })
    expect(result).toMatchObject({
      agreement: 'within-tolerance',
      findings: [{ rule: 'metrics/threshold-missed' }],
    })
  }, 60_000)
})
