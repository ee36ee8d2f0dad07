import { describe, expect, test } from '@jest/globals'
import { evalResults, modelCard } from '../../../src/provenance/sources/hugging-face/card.js'
import { trainerResults, trainerState } from '../../../src/provenance/sources/hugging-face/trainer.js'
import type { Source } from '../../../src/provenance/sources/source.js'
import { expectHarmless } from '../../support/hostile.js'
import { treeOf } from '../../support/tree.js'

const read = (source: Source, path: string, text: string) => source.read(treeOf({ [path]: text }), path)

const CARD = `---
license: apache-2.0
model-index:
- name: tiny
  results:
  - task:
      type: text-classification
    dataset:
      name: GLUE
      type: glue
      config: mrpc
      split: validation
      revision: ${'a'.repeat(40)}
    metrics:
    - name: Accuracy
      type: accuracy
      value: 0.86
    - type: f1
      value: '0.9'
  - task:
      type: text-classification
    dataset:
      type: imdb
      revision: main
    metrics:
    - type: accuracy
      value: high
---
# tiny

### Training hyperparameters

The following hyperparameters were used during training:
- learning_rate: 5e-05
- seed: 42
- optimizer: Adam with betas=(0.9,0.999)

### Framework versions

- Transformers 4.40.1
`

test('a model card, every field with its line', async () => {
  const { record, problems, placeOf, reservations, remarks } = await read(modelCard, 'README.md', CARD)
  expect(problems).toEqual([])
  expect(record).toEqual({
    model: { name: 'tiny' },
    data: [
      { name: 'glue/mrpc', split: 'validation', version: 'a'.repeat(40) },
      { name: 'imdb', version: 'main' },
    ],
    evaluation: { metrics: { 'glue.mrpc.validation.accuracy': 0.86, 'glue.mrpc.validation.f1': 0.9 } },
    seeds: { seed: 42 },
    hyperparameters: { learning_rate: 5e-5, optimizer: 'Adam with betas=(0.9,0.999)' },
  })
  const line = (text: string) => CARD.split('\n').findIndex((one) => one.includes(text)) + 1
  expect(placeOf('evaluation.metrics.glue.mrpc.validation.accuracy')).toEqual({
    file: 'README.md',
    line: line('value: 0.86'),
  })
  expect(placeOf('seeds.seed').line).toBe(line('seed: 42'))
  expect(placeOf('data[1].version').line).toBe(line('revision: main'))
  expect(reservations?.get('data[1].version')?.kind).toBe('opaque')
  expect(reservations?.get('data[0].version')).toBeUndefined()
  expect(remarks).toEqual([{ file: 'README.md', line: 2, text: 'the model has the licence apache-2.0' }])
})

test.each(['# A library\n', '---\ntitle: x\n---\n# y\n', '---\nmodel-index: [\n---\n', '---\n', ''])(
  'a README that is no card is left alone: %j',
  async (text) => {
    expect(await read(modelCard, 'README.md', text)).toMatchObject({ record: null, problems: [] })
  },
)

test('results of the hub', async () => {
  const text = `- dataset:\n    id: cais/hle\n    task_id: default\n    revision: ${'b'.repeat(40)}\n  value: 20.9\n- dataset: {id: acme/x}\n  value: 1\n`
  const { record, placeOf } = await read(evalResults, '.eval_results/hle.yaml', text)
  expect(record).toEqual({
    data: [{ name: 'cais/hle', version: 'b'.repeat(40) }, { name: 'acme/x' }],
    evaluation: { metrics: { 'cais/hle.default': 20.9, 'acme/x': 1 } },
  })
  expect(placeOf('evaluation.metrics.cais/hle.default').line).toBe(5)
})

test('results of the Trainer, without what does not come out again', async () => {
  const text = JSON.stringify(
    {
      epoch: 3,
      eval_accuracy: 0.86,
      eval_loss: NaN,
      eval_runtime: 1.2,
      eval_samples: 408,
      eval_samples_per_second: 300,
      eval_steps_per_second: 40,
      train_loss: 0.3,
      test_f1: 0.8,
      eval_mem_cpu_alloc_delta: 5,
    },
    null,
    1,
  )
  const { record, placeOf } = await read(trainerResults, 'out/all_results.json', text)
  expect(record).toEqual({ evaluation: { metrics: { eval_accuracy: 0.86, test_f1: 0.8 } } })
  expect(placeOf('evaluation.metrics.eval_accuracy')).toEqual({ file: 'out/all_results.json', line: 3 })
})

test.each(['{"train_loss": 1}', '[1]', '{"eval_accuracy": "high"}', 'x'])(
  'results of another program are left alone: %s',
  async (text) => {
    expect(await read(trainerResults, 'test_results.json', text)).toMatchObject({
      record: null,
      problems: [],
    })
  },
)

describe('the state of the Trainer', () => {
  const state = {
    best_model_checkpoint: '/home/ann/out/checkpoint-2',
    max_steps: 4,
    num_train_epochs: 2,
    log_history: [
      { epoch: 1, loss: 1, step: 1 },
      { epoch: 1, eval_accuracy: 0.7, eval_runtime: 1, step: 2 },
      { epoch: 2, eval_accuracy: 0.8, step: 4 },
      { train_runtime: 3, step: 4 },
    ],
  }
  const text = JSON.stringify(state, null, 1)

  test('gives the last evaluation, and no path of the machine', async () => {
    const { record, remarks } = await read(trainerState, 'out/trainer_state.json', text)
    expect(record).toEqual({
      hyperparameters: { num_train_epochs: 2, max_steps: 4 },
      evaluation: { metrics: { eval_accuracy: 0.8 } },
    })
    expect(remarks?.map((remark) => remark.text)).toEqual([
      'the metrics are those of the last evaluation; the best checkpoint is checkpoint-2',
    ])
  })

  test('is that of the folder, else of its last checkpoint', () => {
    expect(
      trainerState.detect([
        'a/checkpoint-100/trainer_state.json',
        'a/trainer_state.json',
        'b/checkpoint-900/trainer_state.json',
        'b/checkpoint-1000/trainer_state.json',
      ]),
    ).toEqual(['a/trainer_state.json', 'b/checkpoint-1000/trainer_state.json'])
  })

  test('that was cut off is a finding', async () => {
    expect((await read(trainerState, 't/trainer_state.json', text.slice(0, 90))).problems).toMatchObject([
      { rule: 'claims/unreadable', file: 't/trainer_state.json' },
    ])
  })
})

test.each<[Source, string, string]>([
  [modelCard, 'README.md', CARD],
  [evalResults, '.eval_results/a.yaml', '[{"dataset": {"id": "a"}, "value": 1}]'],
  [trainerResults, 'all_results.json', '{"eval_accuracy": 1}'],
  [trainerState, 'trainer_state.json', '{"max_steps": 1, "log_history": [{"eval_loss": 1}]}'],
])('whatever it says, nothing is thrown: %j', (source, path, text) =>
  expectHarmless(source, { [path]: text }, path),
)
