import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { lmEval } from '../../../src/provenance/sources/lm-eval/index.js'
import { pythonJson } from '../../../src/provenance/sources/lm-eval/python-json.js'
import { samplesDiffer } from '../../../src/provenance/sources/lm-eval/samples.js'
import { expectHarmless } from '../../support/hostile.js'
import { treeOf } from '../../support/tree.js'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const row = (id: number) => {
  const doc = `{"id": ${id}, "weight": 1.0, "choices": []}`
  const hashes = [
    sha256(`{\n  "id": ${id},\n  "weight": 1.0,\n  "choices": []\n}`),
    sha256(`q${id}`),
    sha256('0'),
  ]
  const [docHash, promptHash, targetHash] = hashes
  return {
    hashes: hashes.join(''),
    text: `{"doc_id": ${id}, "doc": ${doc}, "target": "0", "arguments": {"gen_args_0": {"arg_0": "q${id}"}}, "doc_hash": "${docHash}", "prompt_hash": "${promptHash}", "target_hash": "${targetHash}"}`,
  }
}
const ROWS = [row(0), row(1), row(2)]
const SAMPLES = `${ROWS.map(({ text }) => text).join('\n')}\n`
const TASK_HASH = sha256(ROWS.map(({ hashes }) => hashes).join(''))

const result = {
  results: { toy: { alias: 'toy', 'acc,none': 0.75, 'acc_stderr,none': 0.25, sample_len: 3 } },
  configs: {
    toy: {
      dataset_path: 'acme/toys',
      dataset_name: 'en',
      dataset_kwargs: { revision: 'a'.repeat(40) },
      test_split: 'test',
      metadata: { version: 1, config_source: 'tasks/toy.yaml' },
    },
  },
  versions: { toy: 1 },
  'n-shot': { toy: 2 },
  'n-samples': { toy: { original: 300, effective: 3 } },
  config: {
    model: 'hf',
    model_args: { pretrained: 'acme/tiny', revision: 'main', trust_remote_code: false },
    model_revision: 'main',
    model_sha: 'b'.repeat(40),
    batch_size: '8',
    device: 'cpu',
    limit: 0.01,
    random_seed: 0,
    numpy_seed: 1234,
    torch_seed: 1234,
    fewshot_seed: 1234,
  },
  git_hash: 'v1.2.0-3-gabc1234',
  date: 1700000000.5,
  lm_eval_version: '0.4.13',
  task_hashes: { toy: TASK_HASH },
}
const PATH = 'out/acme__tiny/results_2026-01-02T03-04-05.678901.json'
const SAMPLES_PATH = 'out/acme__tiny/samples_toy_2026-01-02T03-04-05.678901.jsonl'
const FILES = { [PATH]: JSON.stringify(result, null, 1), [SAMPLES_PATH]: SAMPLES }

const read = (change: object = {}, files = {}) =>
  lmEval.read(treeOf({ ...FILES, [PATH]: JSON.stringify({ ...result, ...change }, null, 1), ...files }), PATH)

test('a result is read, every field with its line', async () => {
  const { record, problems, placeOf, reservations, remarks } = await read()
  expect(problems).toEqual([])
  expect(record).toEqual({
    model: { name: 'acme/tiny', version: 'b'.repeat(40) },
    run: { started: '2023-11-14T22:13:20.500Z' },
    seeds: { random: 0, numpy: 1234, torch: 1234, fewshot: 1234 },
    hyperparameters: {
      batch_size: '8',
      limit: 0.01,
      device: 'cpu',
      'model_args.pretrained': 'acme/tiny',
      'model_args.revision': 'main',
      'model_args.trust_remote_code': false,
    },
    data: [{ name: 'toy', source: 'acme/toys/en', split: 'test', version: 'a'.repeat(40) }],
    evaluation: {
      metrics: { 'toy.acc,none': 0.75 },
      command: [
        ...['lm_eval', '--model', 'hf'],
        ...['--model_args', 'pretrained=acme/tiny,revision=main,trust_remote_code=False'],
        ...['--tasks', 'toy', '--include_path', 'tasks', '--num_fewshot', '2', '--batch_size', '8'],
        ...['--device', 'cpu', '--limit', '0.01', '--seed', '0,1234,1234,1234'],
      ],
    },
  })
  expect(placeOf('evaluation.metrics.toy.acc,none')).toEqual({ file: PATH, line: 5 })
  expect(placeOf('data[0].version')).toEqual({ file: PATH, line: 15 })
  expect(placeOf('seeds.torch').line).toBe(placeOf('seeds.numpy').line! + 1)
  expect(reservations?.get('seeds.torch')).toEqual({
    kind: 'default',
    why: expect.stringContaining('pass `--seed <number>`'),
  })
  expect(reservations?.get('evaluation.command')?.kind).toBe('reconstructed')
  expect(remarks?.map(({ text }) => text)).toEqual([
    'git_hash v1.2.0-3-gabc1234 is of the folder in which lm_eval ran, often another checkout',
    'made with lm-eval 0.4.13',
    'acc,none of toy is 0.750000 ± 0.250000 (standard error)',
    '1 % of the task: 3 samples of 300 samples of toy, as `limit` is 0.01',
    'the samples of toy are those of the result: their hashes agree',
  ])
})

test('seeds are chosen if one of them is not the default; null is none', async () => {
  const { record, reservations, remarks } = await read({
    config: { ...result.config, random_seed: null, fewshot_seed: 7 },
  })
  expect(record?.seeds).toEqual({ numpy: 1234, torch: 1234, fewshot: 7 })
  expect([...reservations!.keys()].filter((field) => field.startsWith('seeds'))).toEqual([])
  expect(remarks).toContainEqual(
    expect.objectContaining({ text: 'random_seed is null: no seed was set', file: PATH }),
  )
})

test('a revision that moves, and a set without one, are said with a reservation', async () => {
  const { record, reservations } = await read({
    config: { ...result.config, model_sha: '' },
    configs: { toy: { ...result.configs.toy, dataset_kwargs: { revision: 'main' } } },
  })
  expect(record?.model?.version).toBe('main')
  expect(reservations?.get('model.version')?.kind).toBe('opaque')
  expect(record?.data?.[0]?.version).toBe(`samples:${TASK_HASH}`)
  expect(reservations?.get('data[0].version')?.kind).toBe('partial')
})

test('arguments as older versions wrote them, and the tasks of a group', async () => {
  const { record } = await read({
    config: { ...result.config, model_args: 'pretrained=acme/tiny,dtype=float32' },
    configs: { a: { dataset_path: 'x' }, b: { dataset_path: 'y' }, c: { dataset_path: 'z' } },
    group_subtasks: { pair: ['a', 'b'], c: [] },
  })
  expect(record?.model?.name).toBe('acme/tiny')
  expect(record?.evaluation?.command?.join(' ')).toContain(
    '--model_args pretrained=acme/tiny,dtype=float32 --tasks pair,c',
  )
})

describe('samples that are not those of the result', () => {
  const differs = (files: object) => read({}, files).then(({ problems }) => problems)
  test.each<[string, string, object]>([
    [
      'a changed document',
      SAMPLES.replace('"id": 1,', '"id": 9,'),
      { line: 2, message: '1 sample of 3 is not what was hashed: the document in line 2 is the first' },
    ],
    [
      'a number written otherwise',
      SAMPLES.replace('"weight": 1.0', '"weight": 1'),
      { line: 1, message: expect.stringContaining('the document in line 1') },
    ],
    [
      'changed prompts',
      SAMPLES.replaceAll('"arg_0": "q', '"arg_0": "p'),
      { line: 1, message: '3 samples of 3 are not what was hashed: the prompt in line 1 is the first' },
    ],
    [
      'a changed target',
      SAMPLES.replace('"target": "0"', '"target": "1"'),
      { line: 1, message: expect.stringContaining('the target in line 1') },
    ],
    [
      'a row less',
      `${ROWS[0]!.text}\n${ROWS[2]!.text}\n`,
      {
        expected: TASK_HASH,
        message: `the 2 samples in ${SAMPLES_PATH} are not those that the result was computed from`,
      },
    ],
  ])('%s', async (_, text, finding) => {
    expect(await differs({ [SAMPLES_PATH]: text })).toEqual([
      expect.objectContaining({ rule: 'claims/samples-differ', file: SAMPLES_PATH, ...finding }),
    ])
  })

  test('a row that is cut off', async () => {
    expect(await differs({ [SAMPLES_PATH]: SAMPLES.slice(0, -20) })).toMatchObject([
      { rule: 'claims/unreadable', file: SAMPLES_PATH, line: 3 },
    ])
  })

  test('without hashes, as older versions write them, nothing is said', () => {
    expect(samplesDiffer('{"doc": {}, "target": 1}\n', 's.jsonl', undefined)).toBeUndefined()
  })
})

describe('what is something else is left alone, and what is damaged is a finding', () => {
  test.each(['[]', '{}', '{"results": {"a": 1}, "config": {"b": 1}}', '{"accuracy": 0.9}', 'no JSON', ''])(
    'results.json with %s',
    async (text) => {
      const reading = await lmEval.read(treeOf({ 'results.json': text }), 'results.json')
      expect(reading).toMatchObject({ record: null, problems: [] })
    },
  )

  test('a result that was cut off', async () => {
    const text = FILES[PATH]!.slice(0, 900)
    expect(await lmEval.read(treeOf({ [PATH]: text }), PATH)).toMatchObject({
      record: null,
      problems: [{ rule: 'claims/unreadable', file: PATH, message: `${PATH} ends in the middle` }],
    })
  })

  test('a bomb of brackets', async () => {
    expect((await lmEval.read(treeOf({ [PATH]: '['.repeat(200_000) }), PATH)).problems).toMatchObject([
      { rule: 'claims/unreadable', message: `${PATH} is nested more than 200 deep` },
    ])
  })

  test('whatever it says, nothing is thrown', () => expectHarmless(lmEval, FILES, PATH))
})

test('the newest of several results is found, and says of the others', async () => {
  const older = PATH.replace('2026-01-02', '2025-12-31')
  const other = 'out/other/results_2025-01-01T00-00-00.0.json'
  const named = 'out/tiny_2026-01-02T03-04-05.678901.json'
  const files = [older, PATH, other, named, 'out/results.json', 'package.json', SAMPLES_PATH]
  expect(lmEval.detect(files)).toEqual([PATH, other, named, 'out/results.json'])
  const { remarks } = await read({}, { [older]: '{}' })
  expect(remarks?.[0]).toEqual({
    file: PATH,
    text: `the newest of 2 results of this name; before it ${older}`,
  })
})

test('a document is written as Python writes it', () => {
  expect(
    pythonJson('{"x": {"doc": 1}, "doc" : {"b":[1.0,{}, []],"1":"\\u00e9\\u0001\\/"}, "z": 1}', 'doc'),
  ).toBe('{\n  "b": [\n    1.0,\n    {},\n    []\n  ],\n  "1": "é\\u0001/"\n}')
  expect(pythonJson('{"a": {"doc": 1}}', 'doc')).toBeUndefined()
})

test('a document keeps its value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (doc) => {
      const written = pythonJson(JSON.stringify({ a: [doc], doc, z: doc }), 'doc')
      expect(written).toBe(JSON.stringify(JSON.parse(JSON.stringify(doc)), null, 2))
    }),
  )
})
