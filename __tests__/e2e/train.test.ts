import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { parseReport } from './report.js'
import { createRepository, RECORD, type Repository } from '../support/repository.js'

jest.setTimeout(300_000)

const BUNDLE = resolve('dist/cli/index.js')
const REGISTRY = process.env['REPROGATE_TEST_REGISTRY']!

/** A line through noisy points, by steps of a gradient from a random start. */
const TRAIN = `import csv, json, os
import numpy as np
rng = np.random.default_rng(int(os.environ.get('SEED', '8')))
rows = list(csv.DictReader(open('data/train.csv')))
x = np.array([float(row['x']) for row in rows]); y = np.array([float(row['y']) for row in rows])
w = rng.normal(size=2)
for _ in range(20):
    error = w[0] * x + w[1] - y
    w -= 0.1 * np.array([(error * x).mean(), error.mean()])
json.dump(list(w), open('model.json', 'w'))
`
const EVALUATE = `import csv, json
w = json.load(open('model.json'))
rows = list(csv.DictReader(open('data/test.csv')))
json.dump({'error': sum(abs(w[0] * float(r['x']) + w[1] - float(r['y'])) for r in rows)}, open('metrics.json', 'w'))
`
const DATA = 'x,y\n0,1\n1,3\n2,5\n'

/** The base with numpy, by digest. */
let base: string
const IMAGE = `${REGISTRY}/reprogate-train-base:1`

const docker = (args: string[], input?: string | Buffer): Buffer => {
  const { status, stdout, stderr } = spawnSync('docker', args, { input })
  if (status !== 0) throw new Error(stderr.toString())
  return stdout
}

beforeAll(() => {
  const plain = process.env['REPROGATE_TEST_BASE']!
  docker(
    ['build', '-q', '-t', IMAGE, '-'],
    `FROM ${plain}\nRUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir numpy==2.2.6\nENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin\n`,
  )
  docker(['push', '-q', IMAGE])
  base = docker(['image', 'inspect', '--format', '{{index .RepoDigests 0}}', IMAGE]).toString().trim()
})
afterAll(() => void docker(['rmi', '--no-prune', IMAGE]))

let repository: Repository
beforeEach(() => {
  repository = createRepository()
  repository.write('train.py', TRAIN)
  repository.write('evaluate.py', EVALUATE)
  repository.write('data/train.csv', DATA)
  repository.write('data/test.csv', 'x,y\n3,7\n4,9\n')
  repository.write('Dockerfile', 'ARG BASE\nFROM ${BASE}\nRUN echo training > /etc/toy\n')
  repository.write(
    'reprogate.yml',
    `track: production
models:
  digits:
    record: ${RECORD}
    training: {command: [python3, train.py], replay: when-small, seed: {env: SEED}}
    evaluation: {command: [python3, evaluate.py], metrics: metrics.json, canary: off}
`,
  )
  repository.write(
    RECORD,
    `model: {name: digits, version: 1.0.0, path: model.json}
run: {id: a, seconds: 2}
data:
  - {name: digits, version: v3, path: data/train.csv, licence: CC-BY-4.0}
  - {name: digits, version: v3, path: data/test.csv, licence: CC-BY-4.0}
seeds: {init: 7}
hyperparameters: {}
`,
  )
})
afterEach(() => repository.remove())

const cli = (...args: string[]) =>
  spawnSync(process.execPath, [BUNDLE, ...args], { cwd: repository.root, encoding: 'utf8' })

/** Trains in the base image, and writes the record. */
function record(message?: string) {
  train()
  repository.save(message)
  const recorded = cli(
    'record',
    'digits',
    '--push',
    `${REGISTRY}/reprogate-train`,
    '--build-arg',
    `BASE=${base}`,
  )
  expect([recorded.status, recorded.stderr]).toEqual([0, expect.any(String)])
  repository.save()
}

function train() {
  const tree = spawnSync('tar', ['c', 'train.py', 'data'], { cwd: repository.root }).stdout
  const made = docker(
    [
      'run',
      '--rm',
      '--network',
      'none',
      '-e',
      'SEED=7',
      '-i',
      '-w',
      '/work',
      base,
      'bash',
      '-c',
      'tar x && python3 train.py && cat model.json',
    ],
    tree,
  )
  repository.write('model.json', made)
}

const trained = (...args: string[]) => {
  const { stdout, status } = cli('train', 'digits', '--json', ...args)
  return { status, model: parseReport(stdout).models[0] }
}

describe('a model that is trained again', () => {
  test('gives the recorded bytes, in a check too, and with other seeds the spread of its metrics', () => {
    record()
    expect(trained('--seeds', '3')).toMatchObject({
      status: 0,
      model: {
        verdict: 'reproduced',
        rung: { reached: 6 },
        evidence: {
          training: {
            outcome: 'same-model',
            spread: { seeds: [1, 2, 3], metrics: [{ name: 'error', deviation: expect.any(Number) }] },
          },
        },
      },
    })
    const checked = cli('check', '--json')
    expect(parseReport(checked.stdout).models[0]).toMatchObject({
      evidence: { training: { outcome: 'same-model' } },
      stages: expect.arrayContaining([
        expect.objectContaining({ summary: expect.stringContaining('trained again: the same bytes') }),
      ]),
    })
  })

  test('without a seed it is not the same twice, and that is named', () => {
    repository.edit('train.py', "int(os.environ.get('SEED', '8'))", '')
    record()
    const { status, model } = trained()
    expect(status).toBe(1)
    expect(model).toMatchObject({
      verdict: 'not-reproduced',
      findings: expect.arrayContaining([
        expect.objectContaining({ rule: 'training/nondeterministic', level: 'error' }),
      ]),
      evidence: { training: { outcome: 'nondeterministic', cause: { shown: 'steadied' } } },
    })
  })

  test('that was tampered with is named, although the evaluation comes back', () => {
    record()
    repository.write('model.json', '[2.5, 1.0]')
    repository.save('another model')
    expect(cli('record', 'digits').status).toBe(0)
    repository.save()
    const { status, model } = trained()
    expect(status).toBe(1)
    expect(model).toMatchObject({
      verdict: 'not-reproduced',
      agreement: 'identical',
      findings: expect.arrayContaining([expect.objectContaining({ rule: 'training/model-differs' })]),
      evidence: { training: { outcome: 'differs', cause: { shown: 'unexplained' } } },
    })
  })

  test('from other data is named by the data of the previous record', () => {
    record()
    repository.write('data/train.csv', 'x,y\n0,1\n1,4\n2,9\n')
    repository.save('other data')
    expect(cli('record', 'digits').status).toBe(0)
    repository.save()
    const { status, model } = trained()
    expect(status).toBe(1)
    expect(model).toMatchObject({
      verdict: 'not-reproduced',
      findings: expect.arrayContaining([
        expect.objectContaining({
          rule: 'training/model-differs',
          message: expect.stringContaining(
            'with data/train.csv of the previous record it gives the recorded model',
          ),
        }),
      ]),
      evidence: { training: { outcome: 'differs', cause: { shown: 'input' } } },
    })
  })

  test('by a command that fails is not known, and the verdict stands with a warning', () => {
    repository.edit('reprogate.yml', 'train.py', 'missing.py')
    record()
    const { status, model } = trained()
    expect(status).toBe(2)
    expect(model).toMatchObject({
      verdict: 'reproduced',
      decision: 'warn',
      rung: { reached: 5 },
      findings: [
        {
          rule: 'training/failed',
          level: 'warn',
          message: expect.stringContaining('the training ended with exit code 2'),
          remedy: expect.stringContaining('Run the training command'),
        },
      ],
    })
  })
})
