import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { knownOf } from '../../src/record/beside.js'
import { openRun } from '../../src/record/record.js'
import { withSession } from '../../src/system/session.js'

/** What `record` knows before anything runs, and nobody had to write. */

const progress = { step: () => {}, line: () => {}, group: () => {}, end: () => {} } as never
const EVALUATES =
  'from sklearn.metrics import accuracy_score\nrandom_state = 7\nmodel = M(random_state=7)\nprint(accuracy_score([1], [1]))\n'
const LOCK = `schema: '2.0'
stages:
  train:
    cmd: python train.py
    outs:
    - path: model.pkl
      hash: md5
      md5: 66e90a886746adfa7b68fda1ad865e7b
  evaluate:
    cmd: python eval.py
    deps:
    - path: data/a.csv
      hash: md5
      md5: 9e5b706127d98fc7bc7a9431f10af3ab
    - path: model.pkl
      hash: md5
      md5: 66e90a886746adfa7b68fda1ad865e7b
`
const POLICY = (command: string) =>
  `models:\n  one:\n    record: provenance.yml\n    evaluation: {command: ${command}}\n`

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'reprogate-beside-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function known(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: root })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'one')
  return withSession(root, { progress, signal: new AbortController().signal }, async (context) => {
    const opened = await openRun(context, { config: 'reprogate.yml', model: 'one' })
    const record = await knownOf(context, opened)
    await opened.draft.write()
    return record
  })
}

test('data and model that a tracker names are taken over, without its digests', async () => {
  const record = await known({
    'reprogate.yml': POLICY('[python, eval.py]'),
    'eval.py': EVALUATES,
    'data/a.csv': 'id\n1\n',
    'dvc.yaml':
      'stages:\n  train:\n    cmd: python train.py\n    outs: [model.pkl]\n  evaluate:\n    cmd: python eval.py\n    deps: [data/a.csv, model.pkl]\n    metrics: [metrics.json]\n',
    'dvc.lock': LOCK,
  })
  expect(record.data).toEqual([
    expect.objectContaining({ name: 'a.csv', path: 'data/a.csv', digest: undefined }),
  ])
  expect(record.model).toMatchObject({ path: 'model.pkl' })
  expect(record.model).not.toHaveProperty('from')
})

test('what a person wrote stays', async () => {
  const record = await known({
    'reprogate.yml': POLICY('[python, train.py]'),
    'README.md': '```sh\npython train.py\n```\n',
    'train.py': `${EVALUATES}model.fit(X, y)\n`,
    'data/a.csv': 'id\n1\n',
    'provenance.yml': 'model: {path: own.bin}\ndata: [{path: other.csv}]\nseeds: {}\n',
  })
  expect(record).toMatchObject({ model: { path: 'own.bin' }, data: [{ path: 'other.csv' }], seeds: {} })
  expect(record.model).not.toHaveProperty('from')
})

test('a model that the evaluation trains itself is said to be its own', async () => {
  const record = await known({
    'reprogate.yml': POLICY('[python, train.py]'),
    'README.md': '```sh\npython train.py\n```\n',
    'train.py': `${EVALUATES}model.fit(X, y)\n`,
  })
  expect(record.model).toMatchObject({ from: 'evaluation' })
  expect(record.data).toBeUndefined()
})
