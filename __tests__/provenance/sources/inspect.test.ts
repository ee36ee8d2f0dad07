import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { inspect } from '../../../src/provenance/sources/inspect/index.js'
import { openArchive } from '../../../src/results/formats/zip.js'
import { expectHarmless } from '../../support/hostile.js'
import { treeOf } from '../../support/tree.js'
import { zipOf, type Packing } from '../../support/zip.js'

const log = {
  version: 2,
  status: 'success',
  eval: {
    run_id: 'A7UKsYC4',
    task: 'arith',
    task_file: 'evals/arith.py',
    task_args: { level: 3, mode: 'easy' },
    task_args_passed: { level: 3 },
    dataset: {
      name: 'sums',
      location: 'data/sums.jsonl',
      samples: 6,
      sample_ids: [0, 1, 2],
      shuffled: false,
    },
    model: 'mockllm/model',
    model_args: { top: 1 },
    model_generate_config: { seed: 11, temperature: 0.5 },
    config: { limit: 3, epochs: 2, sample_shuffle: 5, log_samples: true, max_tasks: 4 },
    revision: { type: 'git', origin: 'https://ann:secret@example.org/x.git', commit: 'f014467', dirty: true },
    packages: { inspect_ai: '0.3.150' },
  },
  results: {
    scores: [{ name: 'match', metrics: { accuracy: { value: 0.5 }, stderr: { value: 0.25 } } }],
  },
  stats: { started_at: '2026-01-02T03:04:05+00:00', completed_at: '2026-01-02T03:05:05+00:00' },
}
const PATH = 'logs/2026-01-02T03-04-05+00-00_arith_5mGn6Q.json'
const JSON_LOG = JSON.stringify(log, null, 1)
const EVAL = PATH.replace('.json', '.eval')

test('a Dockerfile for evaluating is no log', () => {
  expect(inspect.detect(['Dockerfile.eval', 'docker/Dockerfile.eval', EVAL])).toEqual([EVAL])
})

test('a log is read, every field with its line', async () => {
  const { record, problems, placeOf, reservations, remarks } = await inspect.read(
    treeOf({ [PATH]: JSON_LOG }),
    PATH,
  )
  expect(problems).toEqual([])
  expect(record).toEqual({
    model: { name: 'mockllm/model' },
    run: { id: 'A7UKsYC4', started: '2026-01-02T03:04:05+00:00', finished: '2026-01-02T03:05:05+00:00' },
    code: { repository: 'https://example.org/x.git', dirty: true },
    data: [{ name: 'sums', source: 'data/sums.jsonl' }],
    seeds: { generate: 11, sample_shuffle: 5 },
    hyperparameters: {
      'task_args.level': 3,
      'task_args.mode': 'easy',
      'model_args.top': 1,
      'model_generate_config.temperature': 0.5,
      limit: 3,
      epochs: 2,
    },
    evaluation: {
      metrics: { 'match.accuracy': 0.5 },
      command: [
        ...[
          'inspect',
          'eval',
          'evals/arith.py@arith',
          '--model',
          'mockllm/model',
          '-T',
          'level=3',
          '-M',
          'top=1',
        ],
        ...['--limit', '3', '--epochs', '2', '--sample-shuffle', '5', '--seed', '11', '--temperature', '0.5'],
      ],
    },
  })
  const line = (text: string) => JSON_LOG.split('\n').findIndex((one) => one.includes(text)) + 1
  expect(placeOf('seeds.generate')).toEqual({ file: PATH, line: line('"seed"') })
  expect(placeOf('evaluation.metrics.match.accuracy').line).toBe(line('"value": 0.5'))
  expect(reservations?.get('evaluation.command')?.kind).toBe('reconstructed')
  expect(remarks?.map(({ text }) => text)).toEqual([
    'the run was made at commit f014467, which is abbreviated',
    'Inspect records no digest of its data: record the version and digest of the data set',
    '50 % of the task: 3 samples of 6 samples',
    'the stderr of match is 0.250000',
    'made with inspect_ai 0.3.150',
  ])
})

test('an older log does not say whether the tree was dirty: that is not clean', async () => {
  const commit = 'c'.repeat(40)
  const revision = { ...log.eval.revision, dirty: undefined }
  const text = JSON.stringify({ ...log, eval: { ...log.eval, revision: { ...revision, commit } } })
  const { record } = await inspect.read(treeOf({ [PATH]: text }), PATH)
  expect(record?.code).toEqual({ repository: 'https://example.org/x.git', commit })
})

describe('the same log in an archive', () => {
  test.each<Packing>(['stored', 'deflated', 'zstd'])('%s', async (packing) => {
    const files = { 'samples/0_epoch_1.json': '{}', 'header.json': JSON_LOG }
    const reading = await inspect.read(treeOf({ [EVAL]: zipOf(files, packing) }), EVAL)
    const plain = await inspect.read(treeOf({ [PATH]: JSON_LOG }), PATH)
    expect(reading.problems).toEqual([])
    expect(reading.record).toEqual(plain.record)
    expect(reading.placeOf('seeds.generate')).toEqual({ file: EVAL })
  })
})

const unfinished = (status: string) => JSON.stringify({ ...log, status, results: undefined })

describe('a run that did not finish is not a claim', () => {
  const newer = PATH.replace('2026-01-02', '2026-02-03')

  test('the newest one that did is taken', async () => {
    const older = PATH.replace('2026-01-02', '2025-01-02')
    const files = { [older]: JSON_LOG, [PATH]: JSON_LOG, [newer]: unfinished('cancelled') }
    expect(inspect.detect([...Object.keys(files), 'logs/readme.json'])).toEqual([newer])
    const reading = await inspect.read(treeOf(files), newer)
    expect(reading).toMatchObject({ file: PATH, problems: [], record: { seeds: { generate: 11 } } })
    expect(reading.remarks?.[0]?.text).toBe(
      `the run of ${newer} did not finish: its status is cancelled; the newest that did is ${PATH}`,
    )
  })

  test('if none did, that is a finding', async () => {
    const reading = await inspect.read(treeOf({ [newer]: unfinished('error') }), newer)
    expect(reading).toMatchObject({
      record: null,
      problems: [{ rule: 'claims/unfinished', file: newer, line: 1 }],
    })
  })

  test('an archive without a header was cut off', async () => {
    const tree = treeOf({ [EVAL]: zipOf({ '_journal/start.json': '{}' }) })
    expect((await inspect.read(tree, EVAL)).problems).toMatchObject([
      { rule: 'claims/unfinished', file: EVAL },
    ])
  })
})

test.each(['[]', '{}', '{"status": "success"}', '{"status": "success", "eval": []}'])(
  'a file that is something else is left alone: %s',
  async (text) => {
    expect(await inspect.read(treeOf({ [PATH]: text }), PATH)).toMatchObject({ record: null, problems: [] })
  },
)

describe('an archive that is made to harm is a finding', () => {
  const honest = zipOf({ 'a.json': 'a'.repeat(100), 'header.json': JSON_LOG })
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(honest)
    change(bytes)
    return bytes
  }
  const directory = honest.readUInt32LE(honest.length - 6)
  const second = directory + 46 + 'a.json'.length
  const bomb = zipOf({ 'header.json': Buffer.alloc(20 * 1024 * 1024) })
  const window = zipOf({ 'header.json': JSON_LOG }, 'zstd')
  const frame = window.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))
  window[frame + 4] = 0
  window[frame + 5] = 0xff

  test.each<[string, Buffer, RegExp]>([
    ['no archive', Buffer.from('{}'), /is not a ZIP archive, or was cut off/],
    ['cut off', honest.subarray(0, honest.length - 30), /is not a ZIP archive, or was cut off/],
    ['a bomb that says its size', bomb, /has an entry of more than 16 MiB/],
    [
      'a bomb that hides it',
      (() => {
        const bytes = Buffer.from(bomb)
        bytes.writeUInt32LE(10, bytes.readUInt32LE(bytes.length - 6) + 24)
        return bytes
      })(),
      /is a damaged archive/,
    ],
    [
      'entries that overlap',
      changed((bytes) => bytes.writeUInt32LE(0, second + 42)),
      /has entries that overlap/,
    ],
    [
      'a count that is not true',
      changed((bytes) => bytes.writeUInt16LE(3, bytes.length - 12)),
      /has a damaged directory/,
    ],
    [
      'a size that is not true',
      changed((bytes) => bytes.writeUInt32LE(7, second + 24)),
      /is a damaged archive/,
    ],
    [
      'another method',
      changed((bytes) => bytes.writeUInt16LE(12, second + 10)),
      /is compressed by method 12, which is not read/,
    ],
    ['a window of many gigabytes', window, /asks for more memory than it needs/],
  ])('%s', async (_, bytes, message) => {
    const { record, problems } = await inspect.read(treeOf({ [EVAL]: bytes }), EVAL)
    expect(record).toBeNull()
    expect(problems).toEqual([
      expect.objectContaining({ file: EVAL, message: expect.stringMatching(message) }),
    ])
  })

  test('two entries of one name', () => {
    const bytes = zipOf({ 'a.json1': '1', 'a.json2': '2' })
    bytes.write('a.json1', bytes.lastIndexOf('a.json2'))
    expect(openArchive(bytes, 1000)).toEqual({ problem: 'has two entries of one name' })
  })

  test('what was packed comes out, and damage throws nothing', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1, maxKeys: 4 }),
        fc.constantFrom<Packing>('stored', 'deflated', 'zstd'),
        damage,
        (files, packing, changes) => {
          const bytes = zipOf(files, packing)
          for (const [at, value] of changes) bytes[at % bytes.length] = value
          const archive = openArchive(bytes, 1000)
          if (changes.length === 0)
            expect('problem' in archive ? archive : archive.names).toEqual(Object.keys(files))
          if ('problem' in archive) return
          for (const name of archive.names) {
            const content = archive.read(name)
            if (changes.length === 0) expect(content?.toString()).toBe(files[name])
          }
        },
      ),
    )
  })

  test('whatever a log says, nothing is thrown', () => expectHarmless(inspect, { [PATH]: JSON_LOG }, PATH))
})
