import { expect, test } from '@jest/globals'
import { cog, kedro, metaflow } from '../../../src/provenance/sources/configs/project.js'
import { hydra, lightning } from '../../../src/provenance/sources/configs/run.js'
import type { Source } from '../../../src/provenance/sources/source.js'
import { expectHarmless } from '../../support/hostile.js'
import { treeOf } from '../../support/tree.js'

const read = (source: Source, files: Record<string, string>) =>
  source.read(treeOf(files), Object.keys(files)[0]!)

const RUN = 'outputs/2026-01-02/03-04-05/.hydra'
const CONFIG =
  'seed: 7\nmodel:\n  width: 64\n  out: ${model.width}\n  path: ???\ndata:\n  split_seed: null\n  names: [a, b]\n'

test('hydra: what the run was given, without what is not resolved', async () => {
  const files = { [`${RUN}/config.yaml`]: CONFIG, [`${RUN}/overrides.yaml`]: '- seed=7\n- model.width=64\n' }
  const { record, problems, placeOf, reservations, remarks } = await read(hydra, files)
  expect(problems).toEqual([])
  expect(record).toEqual({
    seeds: { seed: 7 },
    hyperparameters: { 'model.width': 64, 'data.names': ['a', 'b'] },
  })
  expect(placeOf('hyperparameters.model.width')).toEqual({ file: `${RUN}/config.yaml`, line: 3 })
  expect(reservations?.size).toBe(0)
  expect(remarks).toEqual([
    { text: 'data.split_seed is null: no seed was set', file: `${RUN}/config.yaml`, line: 7 },
    { text: 'the run was started with `seed=7 model.width=64`', file: `${RUN}/overrides.yaml`, line: 1 },
  ])
})

test('hydra: of the runs of a job the last, and says that there are others', async () => {
  const runs = [
    'multirun/2026-01-02/03-04-05/2/.hydra/config.yaml',
    'multirun/2026-01-02/03-04-05/10/.hydra/config.yaml',
    'multirun/2025-12-31/23-00-00/0/.hydra/config.yaml',
  ]
  expect(hydra.detect([...runs, 'outputs/2026-01-02/03-04-05/.hydra/config.yaml', 'config.yaml'])).toEqual([
    runs[1],
    'outputs/2026-01-02/03-04-05/.hydra/config.yaml',
  ])
  const reading = await hydra.read(treeOf(Object.fromEntries(runs.map((run) => [run, CONFIG]))), runs[1]!)
  expect(reading.remarks?.map(({ text }) => text)).toContain('one of 3 runs of the same job')
})

test('Lightning: a version that Python wrote, tags and all', async () => {
  const path = 'lightning_logs/version_10/hparams.yaml'
  const text =
    'lr: 0.001\nseed: 3\nkind: !!python/object/apply:kinds.Kind\n- 1\nblock: &a\n  width: 2\nother: *a\n'
  const { record, problems } = await read(lightning, { [path]: text })
  expect(problems).toEqual([])
  expect(record).toEqual({
    seeds: { seed: 3 },
    hyperparameters: { lr: 0.001, kind: [1], 'block.width': 2, 'other.width': 2 },
  })
  expect(lightning.detect(['lightning_logs/version_9/hparams.yaml', path, 'hparams.yaml'])).toEqual([
    path,
    'hparams.yaml',
  ])
})

test('Kedro: parameters of the project, which a run may not have used', async () => {
  const path = 'conf/base/parameters_train.yml'
  const { record, reservations } = await read(kedro, {
    [path]: 'train:\n  random_state: 3\n  test_size: 0.2\n',
  })
  expect(record).toEqual({ seeds: { 'train.random_state': 3 }, hyperparameters: { 'train.test_size': 0.2 } })
  expect([...reservations!]).toEqual([
    ['seeds.train.random_state', expect.objectContaining({ kind: 'source-code' })],
    ['hyperparameters.train.test_size', expect.objectContaining({ kind: 'source-code' })],
  ])
  expect(
    kedro.detect([
      'conf/base/parameters.yml',
      'conf/base/parameters/a.yml',
      'conf/local/parameters.yml',
      'parameters.yml',
    ]),
  ).toEqual(['conf/base/parameters.yml', 'conf/base/parameters/a.yml'])
})

test('Cog: what it serves with', async () => {
  const text =
    'image: r8.im/acme/tiny\nbuild:\n  gpu: true\n  python_version: "3.11"\n  python_packages: [torch==2.0.1, numpy]\n'
  const { record, remarks } = await read(cog, { 'cog.yaml': text })
  expect(record).toEqual({ model: { name: 'acme/tiny' } })
  expect(remarks).toEqual([
    {
      text: 'Cog serves the model with Python 3.11, a GPU, 1 of 2 packages pinned',
      file: 'cog.yaml',
      line: 2,
    },
  ])
})

const FLOW = `from metaflow import FlowSpec, Parameter, step

class TrainFlow(FlowSpec):
    alpha = Parameter('alpha', help='rate, default=9', default=0.01)
    seed = Parameter(
        "seed",
        type=int,
        default=42,
    )
    name = Parameter('name', default='base')
    path = Parameter('path', default=DEFAULT_PATH)
    none = Parameter('none')
`

test('Metaflow: literals of a flow, with their lines', async () => {
  const { record, placeOf, reservations } = await read(metaflow, { 'train_flow.py': FLOW })
  expect(record).toEqual({ seeds: { seed: 42 }, hyperparameters: { alpha: 0.01, name: 'base' } })
  expect(placeOf('seeds.seed')).toEqual({ file: 'train_flow.py', line: 5 })
  expect(reservations?.get('hyperparameters.alpha')?.kind).toBe('source-code')
})

test.each<[Source, string, string]>([
  [hydra, `${RUN}/config.yaml`, ''],
  [lightning, 'hparams.yaml', '- 1\n'],
  [kedro, 'conf/base/parameters.yml', '# nothing\n'],
  [cog, 'cog.yaml', 'a: 1\n'],
  [metaflow, 'workflow.py', 'class Flow(object):\n    a = Parameter("a", default=1)\n'],
])('what is something else is left alone: %j', async (source, path, text) => {
  expect(await read(source, { [path]: text })).toMatchObject({ record: null, problems: [] })
})

test.each<[string, string]>([
  [
    'an alias bomb',
    `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${i ? `*b${i - 1},*b${i - 1}` : '*a,*a'}]`).join('\n')}\n`,
  ],
  ['brackets', '['.repeat(100_000)],
  ['cut off', 'a: {b: '],
  ['too large', `a: ${'x'.repeat(1024 * 1024)}`],
])('%s is a finding', async (_, text) => {
  const { record, problems } = await read(hydra, { [`${RUN}/config.yaml`]: text })
  expect(record).toBeNull()
  expect(problems).toEqual([expect.objectContaining({ file: `${RUN}/config.yaml` })])
})

test.each<[Source, string, string]>([
  [hydra, `${RUN}/config.yaml`, CONFIG],
  [kedro, 'conf/base/parameters.yml', '{"seed": 1, "a": {"b": [1, {"c": 2}]}}'],
  [cog, 'cog.yaml', '{"image": "a", "build": {"python_packages": ["a"]}}'],
  [metaflow, 'flow.py', FLOW],
])('whatever it says, nothing is thrown: %j', (source, path, text) =>
  expectHarmless(source, { [path]: text }, path),
)
