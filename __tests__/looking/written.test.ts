import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { look } from '../../src/looking/look.js'
import { mayBeMetric } from '../../src/looking/metrics/names.js'
import { pairNumbers, tableNumbers } from '../../src/looking/metrics/text.js'
import { namesFile } from '../../src/looking/metrics/writers.js'
import { treeOf } from './tree.js'

const EVALUATES = 'from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n'
const readme = '```sh\npython eval.py\n```\n'
const metricsOf = async (files: Record<string, string>) =>
  (await look(treeOf(files), 'repo')).models[0]?.metrics.map(({ word, value }) => `${word} ${value.path}`)

describe('whose file it is', () => {
  test('what the command writes is likely, what another program writes a question', async () => {
    expect(
      await metricsOf({
        'README.md': readme,
        'eval.py': `${EVALUATES}json.dump(m, open("out/metrics.json", "w"))\n`,
        'old/make.py': 'json.dump(m, open("metrics.json", "w"))\n',
        'old/metrics.json': '{"accuracy": 1}',
        'out/metrics.json': '{"accuracy": 1}',
      }),
    ).toEqual(['likely out/metrics.json', 'guess old/metrics.json'])
  })
  test('a file that nothing writes is a question if there are others', async () => {
    const file = '{"accuracy": 1}'
    expect(
      await metricsOf({
        'README.md': readme,
        'eval.py': EVALUATES,
        'x/metrics.json': file,
        'y/metrics.json': file,
      }),
    ).toEqual(['guess x/metrics.json', 'guess y/metrics.json'])
  })
  test('of files of one form it is asked which', async () => {
    const { models } = await look(
      treeOf({
        'README.md': readme,
        'eval.py': EVALUATES,
        ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`runs/eval_${String(n)}.json`, '{"accuracy": 1}'])),
      }),
      'repo',
    )
    const [first] = models[0]!.metrics
    expect(first).toMatchObject({
      word: 'guess',
      reason: expect.stringMatching(/one of 5 of its form/),
    })
  })
  test('the metrics of the stage itself go before those of another', async () => {
    const dvc =
      'stages:\n  train:\n    cmd: python train.py\n    metrics: [m/train.json]\n  evaluate:\n    cmd: python eval.py\n    metrics: [m/eval.json]\n'
    const files = { 'm/train.json': '{"loss": 1}', 'm/eval.json': '{"acc": 1}', 'train.py': EVALUATES }
    expect((await metricsOf({ 'dvc.yaml': dvc, 'eval.py': EVALUATES, ...files }))?.[0]).toBe(
      'certain m/eval.json',
    )
  })
  test('a stage with a file of its own declares command and metric', async () => {
    const stage = 'cmd: python eval.py\nouts:\n- path: m.json\n  metric: true\n- path: model.bin\n'
    const { models } = await look(
      treeOf({ 'eval.dvc': stage, 'eval.py': EVALUATES, 'm.json': '{"acc": 1}' }),
      'repo',
    )
    expect(models[0]).toMatchObject({
      command: { word: 'certain', value: { text: 'python eval.py' } },
      metrics: [{ word: 'certain', value: { path: 'm.json' } }],
    })
  })
})

test.each([
  ['open("metrics.json")', 'metrics.json', true],
  ['open("out/metrics.json")', 'metrics.json', false],
  ['os.path.join("artifacts", "metrics.json")', 'metrics.json', false],
  ['os.path.join("artifacts", "metrics.json")', 'artifacts/metrics.json', true],
  ['os.path.join("artifacts", "metrics.json")', 'old/metrics.json', false],
  ['open("my_metrics.json")', 'metrics.json', false],
  ['open(f"{out}/metrics.json")  # out = results', 'results/metrics.json', true],
])('%s names %s: %s', (text, path, names) => {
  expect(namesFile(text, path, 'src/x.py')).toBe(names)
})

describe('results as text', () => {
  test('names and values, one row under columns, and many', () => {
    expect(tableNumbers('metric,value\naccuracy,0.5\nmine,2\nseed,7\n')).toMatchObject({
      form: 'names and values',
      metrics: { accuracy: 0.5, mine: 2 },
    })
    expect(tableNumbers('acc\tf1\n0.5\t0.25\n')).toMatchObject({ metrics: { acc: 0.5, f1: 0.25 } })
    expect(tableNumbers('model,acc\na,1\nb,2\n')).toMatchObject({ form: 'columns', metrics: {} })
    expect(tableNumbers('epoch,acc\n1,1\n')).toBeUndefined()
  })
  test('lines of a log only with the name of a metric', () => {
    expect(pairNumbers('accuracy: 91.5%\nlr: 0.1\n')?.metrics).toEqual({ accuracy: 91.5 })
    expect(pairNumbers('[142.1 mlperf] Top-1: 77.8% of 200')?.metrics).toEqual({ 'Top-1': 77.8 })
    expect(pairNumbers('version: 3\nfiles = 4')).toBeUndefined()
  })
  test('names of its own, but no settings', () => {
    expect(['hpd_ks', 'signal_rate'].every(mayBeMetric)).toBe(true)
    expect(['seed', 'latency_ms', 'batch_size', '3', 'train_acc'].some(mayBeMetric)).toBe(false)
  })
  test('any text is read without an error, and numbers are finite', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const all = [tableNumbers(text), pairNumbers(text)]
        return all.every((one) => Object.values(one?.metrics ?? {}).every(Number.isFinite))
      }),
    )
  })
})
