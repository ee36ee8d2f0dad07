import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { policyText } from '../../src/init/policy-text.js'
import { draftText } from '../../src/init/record-text.js'
import { workflowText } from '../../src/init/workflow-text.js'
import { look } from '../../src/looking/look.js'
import { parsePolicy } from '../../src/policy/load.js'
import { parseNative } from '../../src/provenance/sources/native.js'
import { foundRecord } from '../../src/stages/looking.js'
import { treeOf } from '../looking/tree.js'

const EVALUATES = 'from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n'
const written = async (files: Record<string, string>) => {
  const { models } = await look(treeOf(files), 'repo')
  return models.map((model) => ({ model, record: foundRecord(model, Object.keys(files)) }))
}
const policy = async (files: Record<string, string>) => {
  const text = policyText(await written(files))
  return { text, models: parsePolicy(Buffer.from(text), 'reprogate.yml').models }
}

describe('the policy', () => {
  test('what is sure is a setting, with its place and how sure it is', async () => {
    const { text, models } = await policy({
      'dvc.yaml': 'stages:\n  evaluate:\n    cmd: python eval.py --data "a b"\n    metrics: [out/m.json]\n',
      'eval.py': EVALUATES,
      'predictions.csv': 'id,y_true,y_pred\n1,1,1\n',
      Dockerfile: 'FROM x\n',
    })
    expect(models).toEqual({
      repo: {
        record: 'provenance.yml',
        environment: { dockerfile: 'Dockerfile' },
        evaluation: {
          command: ['python', 'eval.py', '--data', 'a b'],
          metrics: 'out/m.json',
          predictions: { path: 'predictions.csv', key: 'id' },
        },
      },
    })
    expect(text).toContain('# dvc.yaml:2, certain: ')
  })
  test('a guess is a question in a comment', async () => {
    const { text, models } = await policy({ 'evaluate.py': EVALUATES, 'x.json': '{"auc": 1}' })
    expect(models).toEqual({ repo: { record: 'provenance.yml' } })
    expect(text).toContain('# is it evaluated by `python evaluate.py`? (evaluate.py:1: ')
  })
  test('a file of one run is not what the next one writes', async () => {
    const { models } = await policy({
      'README.md': '```sh\npython eval.py\n```',
      'eval.py': EVALUATES,
      'results_2026-02-23T17-15-07.json': '{"accuracy": 1}',
    })
    expect(models?.['repo']?.evaluation).toEqual({ command: ['python', 'eval.py'] })
  })
  test.each([
    'a: b.py',
    '#x.py',
    "it's.py",
    '\u202ex.py',
    '-x.py',
    'true.py',
    '*a.py',
    'a\tb.py',
    '${{x}}.py',
  ])('a hostile name leaves it a policy: %j', async (name) => {
    const dvc = JSON.stringify({
      stages: {
        [`evaluate\n    x: ${name}`]: {
          cmd: `python '${name}' "\n  y: 1`,
          metrics: [name.replace('.py', '.json')],
        },
      },
    })
    const { text } = await policy({ 'dvc.yaml': dvc, [name]: EVALUATES, 'evaluate.py': EVALUATES })
    expect(text).not.toMatch(/[\u202e\0]/)
    expect(Object.keys(parse(text).models)).toEqual(['repo'])
  })
})

test('a draft claims nothing of a run: what was found stands in comments', async () => {
  const [one] = await written({
    'eval.py': `${EVALUATES}np.random.seed(3)\n`,
    'params.yaml': 'lr: 0.1\n',
    'data/a.csv': 'x',
  })
  const text = draftText(one!)
  expect(parseNative(Buffer.from(text), 'provenance.yml')).toMatchObject({
    record: { reprogate: 'record/1', model: { name: 'repo' } },
    problems: [],
  })
  expect(Object.keys(parse(text))).toEqual(['reprogate', 'model'])
  for (const said of ['#   numpy: 3 # eval.py:3', '#   lr: 0.1 # params.yaml', 'path: data,'])
    expect(text).toContain(said)
})

test('the workflow checks out the history, and names another policy', () => {
  expect(parse(workflowText('reprogate.yml')).jobs.reprogate.steps).toEqual([
    { uses: 'actions/checkout@v5', with: { 'fetch-depth': 0 } },
    { uses: 'acme/reprogate@v1' },
  ])
  expect(parse(workflowText('ci/p.yml')).jobs.reprogate.steps[1].with).toEqual({ config: 'ci/p.yml' })
})

test('a Dockerfile that was made under another name is named', async () => {
  const [one] = await written({ 'README.md': '```sh\npython eval.py\n```\n', 'eval.py': EVALUATES })
  expect(policyText([{ ...one!, dockerfile: 'Dockerfile' }])).not.toContain('dockerfile:')
  const text = policyText([{ ...one!, dockerfile: 'reprogate.Dockerfile' }])
  expect(parsePolicy(Buffer.from(text), 'reprogate.yml').models).toMatchObject({
    repo: { environment: { dockerfile: 'reprogate.Dockerfile' } },
  })
})
