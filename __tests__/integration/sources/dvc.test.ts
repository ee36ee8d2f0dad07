import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { dvc } from '../../../src/provenance/sources/dvc/index.js'
import { dvcFolderDigest, md5Of } from '../../../src/system/dvc-digest.js'
import { openLab, type Lab } from './lab.js'

const TRAIN = `import json, sys, yaml
params = yaml.safe_load(open('params.yaml'))
rows = open('data/raw.csv').read().count('\\n')
open('model.pkl', 'w').write(f"{rows} {params['train']['lr']} {sys.argv[1:]}")
`
const EVALUATE = `import json
json.dump({'test': {'accuracy': 0.75, 'bad': float('nan')}}, open('metrics.json', 'w'))
`
const YAML = `vars:
  - kind: small
  - options: {depth: 3, fast: true, slow: false, layers: [1, 2], name: "a b"}
stages:
  train:
    cmd: python train.py --lr \${train.lr} \${options}
    deps: [train.py, data/raw.csv, images]
    params: [train]
    outs: [model.pkl]
  evaluate:
    cmd:
      - python evaluate.py
      - echo \${kind} > kind.txt
    deps: [evaluate.py, model.pkl]
    metrics:
      - metrics.json: {cache: false}
    outs:
      - kind.txt: {cache: false}
  each:
    foreach: [a, b]
    do: {cmd: "echo \${item} > \${item}.txt", outs: ["\${item}.txt"]}
  grid:
    matrix: {x: [1, 2], y: [{z: 3}]}
    cmd: echo \${item.x} \${item.y.z} > g\${key}.txt
    outs: ["g\${key}.txt"]
artifacts:
  churn: {path: model.pkl, type: model}
`
const RAW = 'a,b\n1,2\n'
const IMAGES = { 'one.png': '1', 'ü/"two".png': '2', '\u{1f600}.png': '3', '\uff5e.png': '4' }

/** Milliseconds: real programs start slowly on a busy machine. */
jest.setTimeout(240_000)

let lab: Lab
const tool = (...args: string[]) => lab.tool('dvc', ...args)

beforeAll(async () => {
  lab = await openLab()
  lab.write('train.py', TRAIN)
  lab.write('evaluate.py', EVALUATE)
  lab.write('params.yaml', 'train:\n  lr: 0.1\n  seed: 42\n')
  lab.write('data/raw.csv', RAW)
  for (const [path, text] of Object.entries(IMAGES)) lab.write(`images/${path}`, text)
  lab.write('dvc.yaml', YAML)
  tool('init', '--quiet')
  tool('add', '--quiet', 'data/raw.csv', 'images')
  tool('repro', '--quiet')
  lab.save()
})

afterAll(() => lab.remove())

test('every field is the one that DVC itself reports', async () => {
  const tree = await lab.tree()
  expect(dvc.detect(await tree.files.list())).toEqual(['dvc.lock'])
  const { record, problems, remarks } = await dvc.read(tree, 'dvc.lock#evaluate')
  const shown = JSON.parse(tool('metrics', 'show', '--json').replace('NaN', '"NaN"')) as {
    '': { data: { 'metrics.json': { data: { test: { accuracy: number } } } } }
  }
  const reported = JSON.parse(tool('params', 'diff', '--all', '--json', 'HEAD')) as {
    'params.yaml': Record<string, { new: number }>
  }
  const parameter = (name: string) => reported['params.yaml'][name]?.new
  expect(problems).toEqual([])
  const images = dvcFolderDigest(new Map(Object.entries(IMAGES).map(([path, text]) => [path, md5Of(text)])))
  expect(record).toEqual({
    model: { name: 'churn', path: 'model.pkl', digest: `md5:${md5Of(lab.run('cat', 'model.pkl'))}` },
    // The digest of a folder is DVC's own, on names that are not easy.
    data: [
      { path: 'data/raw.csv', version: md5Of(RAW), digest: `md5:${md5Of(RAW)}` },
      { path: 'images', version: images },
    ],
    seeds: { 'train.seed': parameter('train.seed') },
    hyperparameters: { 'train.lr': parameter('train.lr') },
    evaluation: {
      command: ['sh', '-c', 'python evaluate.py && echo small > kind.txt'],
      metrics: { 'test.accuracy': shown[''].data['metrics.json'].data.test.accuracy, 'test.bad': NaN },
      output: 'metrics.json',
    },
  })
  expect(remarks?.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^images is pinned by DVC as a folder/),
  ])
  // A template that stands for a map is the options that DVC has made of it.
  expect((await dvc.read(tree, 'dvc.lock#train')).record?.evaluation?.command).toEqual([
    ...['sh', '-c', "python train.py --lr 0.1 --depth 3 --fast --layers 1 2 --name 'a b'"],
  ])
})

test('a pipeline that DVC calls up to date has no findings, as it lies there and as it is committed', async () => {
  expect(tool('status')).toMatch(/up to date/)
  expect(await dvc.check!(await lab.tree(), 'dvc.lock')).toEqual([])
  expect(await dvc.check!(await lab.tree(lab.save()), 'dvc.lock')).toEqual([])
})

test('what DVC calls changed is a finding, with the commit since when', async () => {
  lab.write('evaluate.py', `${EVALUATE}# better\n`)
  lab.write('params.yaml', 'train:\n  lr: 0.2\n  seed: 42\n')
  lab.write('dvc.yaml', YAML.replace('echo ${kind}', 'echo very ${kind}'))
  const commit = lab.save()
  expect(Object.keys(JSON.parse(tool('status', '--json')) as object).sort()).toEqual(['evaluate', 'train'])
  const found = await dvc.check!(await lab.tree(), 'dvc.lock')
  expect(found.map(({ rule, message }) => [rule, message])).toEqual([
    [
      'claims/lock-stale',
      expect.stringMatching(`another evaluate.py .*: stale since ${commit.slice(0, 7)} \\(1 commit after`),
    ],
    ['claims/parameter-changed', '`train.lr` was 0.1 in the run of `train`, and is 0.2 in params.yaml'],
    ['claims/parameter-changed', '`train.lr` was 0.1 in the command of `train`, and is 0.2 now'],
    ['claims/command-changed', expect.stringMatching(/`evaluate` was run with another command/)],
  ])
})
