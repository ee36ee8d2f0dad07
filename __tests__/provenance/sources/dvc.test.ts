import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dvc } from '../../../src/provenance/sources/dvc/index.js'
import { matched } from '../../../src/provenance/sources/dvc/commands.js'
import { md5Of } from '../../../src/system/dvc-digest.js'
import { historyOf, treeOf } from './tree.js'

const TRAIN = 'import random\nrandom.seed(42)\n'
const DATA = 'a,b\n1,2\n'
const METRICS = '{"test": {"accuracy": 0.75, "auc": NaN}, "runtime": 3.5}\n'

const YAML = `vars:
  - folder: data
stages:
  train:
    cmd: python train.py --lr \${train.lr} \${folder}/train.csv
    deps: [train.py, "\${folder}/train.csv"]
    params: [train.lr, train.seed]
    outs: [model.pkl]
  evaluate:
    cmd: python3 evaluate.py model.pkl
    deps: [model.pkl, evaluate.py]
    metrics:
      - metrics.json:
          cache: false
    plots: [plots]
artifacts:
  churn: {path: model.pkl, type: model}
`

const lockOf = ({
  train = TRAIN,
  data = DATA,
  model = 'f'.repeat(32),
  read = 'f'.repeat(32),
  metrics = METRICS,
  lr = '0.1',
} = {}) =>
  `schema: '2.0'
stages:
  train:
    cmd: python train.py --lr ${lr} data/train.csv
    deps:
    - {path: data/train.csv, hash: md5, md5: ${md5Of(data)}, size: 8}
    - {path: train.py, hash: md5, md5: ${md5Of(train)}, size: 30}
    params:
      params.yaml:
        train.lr: ${lr}
        train.seed: 42
    outs:
    - {path: model.pkl, hash: md5, md5: ${model}, size: 10}
  evaluate:
    cmd: python3 evaluate.py model.pkl
    deps:
    - {path: model.pkl, hash: md5, md5: ${read}, size: 10}
    outs:
    - {path: metrics.json, hash: md5, md5: ${md5Of(metrics)}, size: 1}
`

const FILES = {
  'dvc.yaml': YAML,
  'dvc.lock': lockOf(),
  'params.yaml': 'train:\n  lr: 0.1\n  seed: 42\nother: 3\n',
  'train.py': TRAIN,
  'data/train.csv': DATA,
  'metrics.json': METRICS,
}

const reading = (files: Record<string, string>, path = 'dvc.lock') => dvc.read(treeOf(files), path)
const findings = async (files: Record<string, string>) => dvc.check!(treeOf(files), 'dvc.lock')

test('a lock is the run of the stage that evaluates and of all that it needs', async () => {
  const { record, problems, placeOf } = await reading(FILES)
  expect(problems).toEqual([])
  expect(record).toEqual({
    model: { name: 'churn', path: 'model.pkl', digest: `md5:${'f'.repeat(32)}` },
    data: [{ path: 'data/train.csv', version: md5Of(DATA), digest: `md5:${md5Of(DATA)}` }],
    seeds: { 'train.seed': 42 },
    hyperparameters: { 'train.lr': 0.1 },
    evaluation: {
      command: ['python3', 'evaluate.py', 'model.pkl'],
      metrics: { 'test.accuracy': 0.75, 'test.auc': NaN },
      output: 'metrics.json',
    },
  })
  expect(placeOf('seeds.train.seed')).toEqual({ file: 'dvc.lock', line: 11 })
  expect(placeOf('data[0].digest')).toEqual({ file: 'dvc.lock', line: 6 })
  expect(placeOf('model.name')).toEqual({ file: 'dvc.yaml', line: 17 })
  expect(placeOf('evaluation.metrics.test.accuracy')).toEqual({ file: 'metrics.json', line: 1 })
  expect(placeOf('model.digest').line).toBe(13)
})

test('a lock that agrees with the tree says nothing', async () => {
  expect(await findings(FILES)).toEqual([])
})

test('the old schema, and digests of text with other line ends', async () => {
  const old = `train:
  cmd: python train.py
  deps:
  - {path: train.py, md5: ${md5Of(TRAIN)}}
  - {path: d.csv, md5: ${md5Of(DATA)}}
  outs:
  - {path: m.pkl, md5: ${'a'.repeat(32)}}
`
  const files = { 'dvc.lock': old, 'train.py': TRAIN.replaceAll('\n', '\r\n'), 'd.csv': DATA }
  const { record, reservations } = await reading(files)
  expect(record?.data).toEqual([{ path: 'd.csv', version: md5Of(DATA), digest: `md5:${md5Of(DATA)}` }])
  expect(reservations?.get('data[0].digest')?.kind).toBe('partial')
  expect(await findings(files)).toEqual([])
  expect(await findings({ ...FILES, 'dvc.lock': lockOf({ train: TRAIN.replaceAll('\n', '\r\n') }) })).toEqual(
    [],
  )
})

describe('what the repository says against a lock', () => {
  test.each([
    [
      'claims/lock-stale',
      { 'dvc.lock': lockOf({ train: 'old' }) },
      /`train` was run with another train\.py/,
      7,
    ],
    ['claims/lock-stale', { 'data/train.csv': 'changed\n' }, /data\/train\.csv/, 6],
    [
      'claims/lock-disagrees',
      { 'dvc.lock': lockOf({ read: 'e'.repeat(32) }) },
      /another model\.pkl than `train`/,
      17,
    ],
    ['claims/out-differs', { 'metrics.json': '{"test": 1}' }, /wrote another metrics\.json/, 19],
    [
      'claims/command-changed',
      { 'dvc.yaml': YAML.replace('evaluate.py model', 'evaluate.py --tta model') },
      /`evaluate`/,
      15,
    ],
    [
      'claims/parameter-changed',
      { 'params.yaml': 'train: {lr: 0.1, seed: 43}' },
      /`train.seed` was 42 .* is 43 in params/,
      11,
    ],
    [
      'claims/parameter-changed',
      { 'params.yaml': 'train: {lr: 0.1}' },
      /is not in params\.yaml any more/,
      11,
    ],
    [
      'claims/stage-not-run',
      { 'dvc.yaml': `${YAML.replace('artifacts:', '  plot:\n    cmd: plot\nartifacts:')}` },
      /`plot` has no entry/,
      16,
    ],
  ])('%s %#', async (rule, change, message, line) => {
    const found = await findings({ ...FILES, ...change })
    expect(found).toMatchObject([{ rule, line }])
    expect(found[0]!.message).toMatch(message)
  })

  test('a template whose value has changed is a parameter', async () => {
    const changed = { ...FILES, 'params.yaml': 'train: {lr: 0.2, seed: 42}' }
    expect((await findings(changed)).map(({ rule, message }) => [rule, message])).toEqual([
      ['claims/parameter-changed', '`train.lr` was 0.1 in the run of `train`, and is 0.2 in params.yaml'],
      ['claims/parameter-changed', '`train.lr` was 0.1 in the command of `train`, and is 0.2 now'],
    ])
  })

  test('quiet on blanks, on the name of Python, on frozen stages, on what git does not hold', async () => {
    const folded = YAML.replace('python3 evaluate.py model.pkl', '$CMD_PYTHON   evaluate.py\n      model.pkl')
    expect(await findings({ ...FILES, 'dvc.yaml': folded })).toEqual([])
    const frozen = YAML.replace('  train:\n', '  train:\n    frozen: true\n')
    expect(await findings({ ...FILES, 'dvc.yaml': frozen, 'train.py': 'x' })).toEqual([])
    const absent = Object.fromEntries(Object.entries(FILES).filter(([path]) => path !== 'train.py'))
    expect(await findings(absent)).toEqual([])
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'
    expect(await findings({ ...FILES, 'data/train.csv': pointer })).toEqual([])
  })
})

test.each([
  [
    { ccccccccc: 'new', bbbbbbbbb: 'newer', aaaaaaaaa: 'old' },
    ': stale since bbbbbbb (2 commits after aaaaaaa, which has it)',
  ],
  [{ ccccccccc: 'old', bbbbbbbbb: 'x' }, ': it has changes that are not committed'],
  [{ ccccccccc: 'new' }, ': no commit has ever held that one'],
])('since when a lock is stale %#', async (versions, since) => {
  const tree = treeOf({ ...FILES, 'dvc.lock': lockOf({ train: 'old' }) })
  const [found] = await dvc.check!({ ...tree, history: historyOf(versions) }, 'dvc.lock')
  expect(found?.message).toBe(`\`train\` was run with another train.py than the repository has${since}`)
  const shallow = historyOf({ c: 'new' }, { shallow: true })
  expect((await dvc.check!({ ...tree, history: shallow }, 'dvc.lock'))[0]?.message).toMatch(/repository has$/)
})

test('a stage is chosen by its name', async () => {
  const { record } = await reading(FILES, 'dvc.lock#train')
  expect(record?.evaluation?.command).toEqual(['python', 'train.py', '--lr', '0.1', 'data/train.csv'])
  const { problems } = await reading(FILES, 'dvc.lock#nothing')
  expect(problems).toMatchObject([{ rule: 'record/missing', message: 'dvc.lock has no stage nothing' }])
})

test('folders, working directories and lists of commands', async () => {
  const yaml = 'stages:\n  eval:\n    wdir: sub\n    cmd: [a b, c > d]\n    metrics: [m.yaml]\n'
  const lock = `schema: '2.0'\nstages:\n  eval:\n    cmd: [a b, c > d]\n    deps:\n    - {path: raw, hash: md5, md5: ${'1'.repeat(32)}.dir}\n`
  const files = { 'p/dvc.yaml': yaml, 'p/dvc.lock': lock, 'p/sub/m.yaml': 'acc: .5\n' }
  const { record, remarks } = await reading(files, 'p/dvc.lock')
  expect(record).toEqual({
    data: [{ path: 'p/sub/raw', version: `${'1'.repeat(32)}.dir` }],
    evaluation: {
      command: ['sh', '-c', 'cd p/sub && a b && c > d'],
      metrics: { acc: 0.5 },
      output: 'p/sub/m.yaml',
    },
  })
  expect(remarks?.[0]?.text).toMatch(/pinned by DVC as a folder/)
})

test('templates are matched part by part', () => {
  expect(matched('a ${x} b ${y}', 'a 1 b 2')).toEqual([
    { expression: 'x', text: '1' },
    { expression: 'y', text: '2' },
  ])
  expect(matched('a ${x}${y} b', 'a 12 b')).toEqual([])
  expect(matched('a ${x} c', 'a 1 b')).toBeNull()
  expect(matched('same', 'same')).toEqual([])
  expect(matched('${a}'.repeat(1000), 'x'.repeat(100_000))).toEqual([])
})

test.each([
  '',
  '[]',
  'stages: 3',
  'schema: 2',
  '{{',
  'stages: {a: {cmd: [[]], deps: {}, outs: [1, {path: ../../x, md5: y}]}}',
])('hostile: %j is no exception', async (text) => {
  const { record } = await reading({ 'dvc.lock': text, 'dvc.yaml': text })
  expect(record?.data).toBeUndefined()
  expect(await findings({ 'dvc.lock': text, 'dvc.yaml': text })).toEqual([])
})

test('whatever a lock and a pipeline are, they are read', async () => {
  const names = fc.constantFrom(
    'stages',
    'schema',
    'cmd',
    'deps',
    'outs',
    'params',
    'path',
    'md5',
    'foreach',
    'do',
    'matrix',
    'metrics',
    'vars',
    '__proto__',
    '${item}',
    '${a.b}',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      names,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(tree, tree, async (lock, yaml) => {
      const files = {
        'dvc.lock': JSON.stringify(lock),
        'dvc.yaml': JSON.stringify({ stages: yaml }),
        'params.yaml': JSON.stringify(yaml),
      }
      const { file } = await reading(files)
      expect(file).toBe('dvc.lock')
      for (const { rule } of await findings(files)) expect(rule).toMatch(/^claims\//)
    }),
  )
})
