import { expect, test } from '@jest/globals'
import { mlperf } from '../../../src/provenance/sources/mlperf.js'
import { expectHarmless } from '../../support/hostile.js'
import { treeOf } from '../../support/tree.js'

const event = (key: string, value: unknown, metadata: object = {}) =>
  `:::MLLOG ${JSON.stringify({ namespace: '', time_ms: 1700000000000, event_type: 'POINT_IN_TIME', key, value, metadata })}`

const log = (seed: unknown, status = 'success') =>
  [
    'Loading data ...',
    event('submission_benchmark', 'bert'),
    event('submission_org', 'acme'),
    `0: ${event('seed', seed)}`,
    event('global_batch_size', 256),
    event('opt_base_learning_rate', 0.001),
    event('run_start', null),
    event('eval_accuracy', 0.6, { epoch_num: 1 }),
    event('eval_accuracy', 0.72, { epoch_num: 2 }),
    event('run_stop', null, { status }),
    ':::MLLOG {broken',
  ].join('\n')

const FOLDER = 'acme/results/box/bert'
const run = (number: number) => `${FOLDER}/result_${number}.txt`
const read = (files: Record<string, string>) => mlperf.read(treeOf(files), Object.keys(files)[0]!)

test('a run, every field with its line', async () => {
  const { record, problems, placeOf } = await read({ [run(0)]: log(6918) })
  expect(problems).toEqual([])
  expect(record).toEqual({
    model: { name: 'bert' },
    run: { by: 'acme', started: '2023-11-14T22:13:20.000Z', finished: '2023-11-14T22:13:20.000Z' },
    seeds: { run: 6918 },
    hyperparameters: { global_batch_size: 256, opt_base_learning_rate: 0.001 },
    evaluation: { metrics: { eval_accuracy: 0.72 } },
  })
  expect(placeOf('seeds.run')).toEqual({ file: run(0), line: 4 })
  expect(placeOf('evaluation.metrics.eval_accuracy')).toEqual({ file: run(0), line: 9 })
})

test('a submission: each run with its seed and result, and with the file that says it', async () => {
  const files = {
    [run(0)]: log(1),
    [run(1)]: log(2),
    [run(10)]: log(3),
    'acme/results/box/other/result_0.txt': log(4),
  }
  expect(mlperf.detect([...Object.keys(files), 'result.txt'])).toEqual([
    run(0),
    'acme/results/box/other/result_0.txt',
  ])
  const { record, problems, placeOf } = await read(files)
  expect(problems).toEqual([])
  expect(record?.seeds).toEqual({ result_0: 1, result_1: 2, result_10: 3 })
  expect(record?.evaluation?.metrics).toEqual({
    'result_0.eval_accuracy': 0.72,
    'result_1.eval_accuracy': 0.72,
    'result_10.eval_accuracy': 0.72,
  })
  expect(placeOf('seeds.result_10')).toEqual({ file: run(10), line: 4 })
})

test.each<[string, Record<string, string>, object]>([
  [
    'a seed that is used twice',
    { [run(0)]: log(7), [run(1)]: log(7) },
    { rule: 'seeds/reused', file: run(1), line: 4, message: 'result_1 has the seed 7, and so has result_0' },
  ],
  [
    'a seed that is not an integer',
    { [run(0)]: log('7') },
    { rule: 'seeds/value-malformed', file: run(0), line: 4 },
  ],
  [
    'no seed',
    { [run(0)]: log(1).replace('"seed"', '"other"') },
    { rule: 'seeds/value-missing', file: run(0), message: `${run(0)} logs no seed` },
  ],
  [
    'a run that was aborted',
    { [run(0)]: log(1, 'aborted') },
    { rule: 'claims/unfinished', line: 10, message: `the status of the run in ${run(0)} is aborted` },
  ],
  ['a run that was cut off', { [run(0)]: log(1).slice(0, 500) }, { rule: 'claims/unfinished', file: run(0) }],
])('%s is a finding', async (_, files, finding) => {
  expect((await read(files)).problems).toEqual([expect.objectContaining(finding)])
})

test('a file without such lines is left alone', async () => {
  expect(await read({ [run(0)]: 'accuracy 0.9\n:::MLLOG\n:::MLLOG [1]\n' })).toMatchObject({
    record: null,
    problems: [],
  })
})

test('whatever it says, nothing is thrown', () =>
  expectHarmless(mlperf, { [run(0)]: log(1), [run(1)]: log(2) }, run(0)))
