import { describe, expect, test } from '@jest/globals'
import { checkEvaluation } from '../../../src/evaluation/check.js'
import { PREDICTIONS, useLab, writes } from './lab.js'

const lab = useLab()

describe('agreement', () => {
  test('an evaluation that gives what was recorded, twice', async () => {
    const result = await checkEvaluation(lab.context, await lab.request(writes(), {}, await lab.kept()))
    expect(result).toMatchObject({
      findings: [],
      agreement: 'identical',
      summary: '4 predictions, 1 metric; the same in both replays',
      evidence: {
        deterministic: true,
        exitCode: 0,
        metrics: [{ name: 'accuracy', recorded: '0.75', replayed: '0.75', agrees: true }],
        predictions: { rows: 4, flips: 0 },
      },
    })
    expect(result.evidence.replays).toHaveLength(2)
  }, 60_000)

  test('a flip and another accuracy are named, with field and values', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request(writes(0.5, PREDICTIONS.replace('3,8,', '3,5,')), {}, await lab.kept()),
    )
    expect(result.agreement).toBe('different')
    expect(result.summary).toBe('1 of 4 predictions flipped, the same way twice')
    expect(result.findings).toEqual([
      {
        rule: 'evaluation/metric-differs',
        message: '`accuracy` 0.75 → 0.5, allowed ±7.5e-7',
        field: 'evaluation.metrics.accuracy',
        expected: '0.75',
        actual: '0.5',
      },
      {
        rule: 'evaluation/prediction-differs',
        message: '1 of 4 predictions flipped, first `3`',
        field: 'evaluation.predictions',
        expected: 'prediction 8',
        actual: 'prediction 5',
      },
    ])
  }, 60_000)

  test('an evaluation without a seed is nondeterministic', async () => {
    const script = `
import json, random
open('metrics.json', 'w').write(json.dumps({'accuracy': random.random()}))
open('predictions.csv', 'w').write('id,prediction\\n' + ''.join(f'{i},{random.randrange(10**6)}\\n' for i in range(4)))
`
    const result = await checkEvaluation(
      lab.context,
      await lab.request(script, {}, await lab.kept('id,prediction\n0,1\n1,1\n2,1\n3,1\n')),
    )
    expect(result.agreement).toBe('nondeterministic')
    expect(result.evidence).toMatchObject({ deterministic: false, controls: { rows: 4, flips: 4 } })
    expect(result.findings).toMatchObject([
      {
        rule: 'evaluation/nondeterministic',
        message: expect.stringContaining('two identical replays disagree: 4 of 4 predictions flipped'),
      },
    ])
  }, 60_000)

  test('with a digest alone, other bytes are a difference that cannot be shown', async () => {
    const base = await lab.kept()
    const only = {
      ...base,
      recorded: { ...base.recorded, predictions: { digest: base.recorded.predictions.digest } },
    }
    const same = await checkEvaluation(lab.context, await lab.request(writes(), {}, only))
    expect(same.agreement).toBe('identical')
    const other = await checkEvaluation(
      lab.context,
      await lab.request(writes(0.75, PREDICTIONS.replace('1,3', '1,4')), {}, only),
    )
    expect(other.agreement).toBe('different')
    expect(other.findings.map(({ rule }) => rule)).toEqual([
      'evaluation/prediction-differs',
      'evaluation/predictions-not-kept',
    ])
  }, 60_000)

  test('nothing recorded: nothing is run and nothing agrees', async () => {
    const result = await checkEvaluation(
      lab.context,
      await lab.request(writes(), {}, { recorded: { metrics: {} } }),
    )
    expect(result).toMatchObject({ agreement: null, evidence: { replays: [] } })
  })
})

test('recorded predictions, and no word of where the evaluation writes them', async () => {
  const { recorded } = await lab.kept()
  const result = await checkEvaluation(lab.context, await lab.request(writes(), {}, { recorded }))
  expect(result).toMatchObject({
    agreement: null,
    evidence: { replays: [] },
    findings: [
      {
        rule: 'evaluation/output-unusable',
        message: expect.stringContaining('the record has predictions'),
        field: 'evaluation.predictions',
        remedy: expect.stringContaining('evaluation.predictions.path'),
      },
    ],
  })
})
