import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readMapped } from '../../../src/provenance/sources/map.js'
import { treeOf } from './tree.js'

const FILES = {
  'run.json':
    '{\n  "id": 7,\n  "test": {\n    "acc": 0.9,\n    "per.class": [0.5]\n  },\n  "git": "' +
    'c'.repeat(40) +
    '"\n}',
  'params.toml': '[train]\nseed = 3\nlr = 0.1\n',
  'data.yaml': 'sets:\n  - file: a.csv\n    md5: ' + 'ab'.repeat(16) + '\n',
}

test('fields of a record, each from where the policy says', async () => {
  const { record, problems, placeOf } = await readMapped(treeOf(FILES, 'sub/'), 'run.json', {
    'run.id': 'id',
    'code.commit': 'git',
    'evaluation.metrics': 'test',
    'seeds.init': 'params.toml#train.seed',
    hyperparameters: 'params.toml#train',
    'data[0].path': 'data.yaml#sets[0].file',
    'data[0].version': 'data.yaml#sets[0].md5',
  })
  expect(problems).toEqual([])
  expect(record).toEqual({
    run: { id: '7' },
    code: { commit: 'c'.repeat(40) },
    evaluation: { metrics: { acc: 0.9 } },
    seeds: { init: 3 },
    hyperparameters: { seed: 3, lr: 0.1 },
    data: [{ path: 'a.csv', version: 'ab'.repeat(16) }],
  })
  expect(placeOf('evaluation.metrics.acc')).toEqual({ file: 'sub/run.json', line: 4 })
  expect(placeOf('data[0].version')).toEqual({ file: 'sub/data.yaml', line: 3 })
})

test('what is not there, or has the wrong form, is a finding', async () => {
  const of = async (map: Record<string, string>) =>
    (await readMapped(treeOf(FILES), 'run.json', map)).problems.map(({ rule, message, file, line }) => ({
      rule,
      message,
      file,
      line,
    }))
  expect(await of({ 'seeds.a': 'test.nothing' })).toEqual([
    {
      rule: 'record/map-missing',
      message: 'the policy looks for seeds.a at `test.nothing` in run.json, and it is not there',
      file: 'run.json',
      line: undefined,
    },
  ])
  expect(await of({ 'seeds.a': 'none.yaml#x' })).toMatchObject([
    { rule: 'record/map-missing', file: 'none.yaml' },
  ])
  expect(await of({ 'code.commit': 'id' })).toMatchObject([
    { rule: 'code/commit-malformed', file: 'run.json', line: 2 },
  ])
  const missing = await readMapped(treeOf({}), 'run.json', {})
  expect(missing.problems).toMatchObject([{ rule: 'record/missing' }])
  const broken = await readMapped(treeOf({ 'run.toml': 'a = [' }), 'run.toml', {})
  expect(broken.problems).toMatchObject([{ rule: 'record/malformed', file: 'run.toml' }])
})

test('any file and any path', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.json(), fc.string()),
      fc.string(),
      fc.constantFrom('a.json', 'a.toml', 'a.yaml'),
      async (text, path, name) => {
        const { source } = await readMapped(treeOf({ [name]: text }), name, {
          'seeds.a': path,
          'evaluation.metrics': path,
        })
        expect(source).toBe('map')
      },
    ),
  )
})
