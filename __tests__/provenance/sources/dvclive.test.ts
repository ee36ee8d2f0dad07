import { expect, test } from '@jest/globals'
import { dvclive } from '../../../src/provenance/sources/dvclive.js'
import { treeOf } from './tree.js'

const FILES = {
  'dvclive/metrics.json': '{"step": 3, "train": {"loss": 0.1},\n "val": {"acc": 0.75}}',
  'dvclive/params.yaml': 'lr: 0.1\nseed: 7\nopt: {name: adam}\n',
}

test('what DVCLive writes: metrics and parameters', async () => {
  const { record, placeOf, problems } = await dvclive.read(treeOf(FILES), 'dvclive/metrics.json')
  expect(problems).toEqual([])
  expect(record).toEqual({
    seeds: { seed: 7 },
    hyperparameters: { lr: 0.1, 'opt.name': 'adam' },
    evaluation: { metrics: { 'train.loss': 0.1, 'val.acc': 0.75 }, output: 'dvclive/metrics.json' },
  })
  expect(placeOf('seeds.seed')).toEqual({ file: 'dvclive/params.yaml', line: 2 })
  expect(placeOf('evaluation.metrics.val.acc')).toEqual({ file: 'dvclive/metrics.json', line: 2 })
})

test('below a lock it is a part of that run', () => {
  expect(dvclive.detect(Object.keys(FILES))).toEqual(['dvclive/metrics.json'])
  expect(dvclive.detect(['dvc.lock', ...Object.keys(FILES)])).toEqual([])
  expect(dvclive.detect(['other/dvc.lock', ...Object.keys(FILES)])).toEqual(['dvclive/metrics.json'])
})

test('what cannot be read is a problem', async () => {
  const broken = { 'dvclive/metrics.json': '{"a": ' }
  expect((await dvclive.read(treeOf(broken), 'dvclive/metrics.json')).problems).toMatchObject([
    { rule: 'record/malformed', file: 'dvclive/metrics.json' },
  ])
})
