import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { wandb } from '../../../src/provenance/sources/wandb/index.js'
import { recordsIn, runInLog } from '../../../src/provenance/sources/wandb/log.js'
import { wireFields } from '../../../src/text/protobuf.js'
import { historyOf, treeOf } from './tree.js'

const COMMIT = 'c'.repeat(40)
const RUN = 'wandb/run-20260102_030405-1a2b3c4d'

const metadata = (more: object = {}) =>
  JSON.stringify({
    os: 'Linux',
    startedAt: '2026-01-02T03:04:05.6Z',
    state: 'running',
    args: ['--lr', '1e-3', '--out', '/home/ann/out'],
    program: '/home/ann/p/train.py',
    codePath: 'train.py',
    git: { remote: 'https://ann:secret@example.org/acme/x.git', commit: COMMIT },
    email: 'ann@example.org',
    host: 'h1',
    username: 'ann',
    cpu_count: 8,
    gpu: 'NVIDIA H100',
    memory: { total: '85520809984' },
    ...more,
  })

const online = (folder = RUN, more = {}) => ({
  [`${folder}/files/wandb-metadata.json`]: metadata(more),
  [`${folder}/files/config.yaml`]:
    'wandb_version: 1\n_wandb:\n  value: {e: {}}\nlr:\n  desc: null\n  value: 0.001\nopt:\n  value: {name: adam}\nseed:\n  value: 3\nunset_seed:\n  value: null\n',
  [`${folder}/files/wandb-summary.json`]:
    '{"test_acc": 0.9, "eval/loss": NaN, "_runtime": 3, "_step": 9, "train_runtime": 5, "epoch": 2, "inference/latency": 4, "system/cpu": 1, "img": {"_type": "image-file"}}',
})

test('an online run, without what is private', async () => {
  const tree = treeOf({ ...online(), 'train.py': '' }, 'sub/')
  const { record, problems, placeOf, remarks } = await wandb.read(tree, 'wandb')
  expect(problems).toEqual([])
  expect(record).toEqual({
    run: { id: '1a2b3c4d', started: '2026-01-02T03:04:05.6Z' },
    code: { commit: COMMIT, repository: 'https://example.org/acme/x.git' },
    environment: { hardware: { cores: 8 } },
    seeds: { seed: 3 },
    hyperparameters: { lr: 0.001, 'opt.name': 'adam' },
    evaluation: {
      command: ['python', 'train.py', '--lr', '1e-3', '--out', '~/out'],
      metrics: { test_acc: 0.9, 'eval/loss': NaN },
    },
  })
  expect(JSON.stringify([record, remarks])).not.toMatch(/ann|secret|h1/)
  expect(remarks).toMatchObject([{ text: 'was run on NVIDIA H100' }])
  expect(placeOf('seeds.seed')).toEqual({ file: `sub/${RUN}/files/config.yaml`, line: 9 })
  expect(placeOf('evaluation.metrics.test_acc').file).toBe(`sub/${RUN}/files/wandb-summary.json`)
})

test('the newest run that ended, or the one that is asked for', async () => {
  const newer = 'wandb/run-20260203_000000-9z9z9z9z'
  const unfinished = { [`${newer}/files/wandb-metadata.json`]: metadata() }
  const files = { ...unfinished, ...online(), 'wandb/latest-run': '../x' }
  const idOf = async (record: string) => (await wandb.read(treeOf(files), record)).record?.run?.id
  expect(wandb.detect(Object.keys(files))).toEqual(['wandb'])
  expect(await idOf('wandb')).toBe('1a2b3c4d')
  expect(await idOf('wandb#run=9z9z9z9z')).toBe('9z9z9z9z')
  expect((await wandb.read(treeOf(files), 'wandb#run=none')).problems).toMatchObject([
    { rule: 'record/missing' },
  ])
})

test('a notebook is no command', async () => {
  const files = online(RUN, { program: '<python with no main file>', codePath: undefined })
  expect((await wandb.read(treeOf(files), 'wandb')).record?.evaluation?.command).toBeUndefined()
})

test('the manifest of an artifact: md5 is a digest, what a store calls a file is not', async () => {
  const manifest = JSON.stringify({
    version: 1,
    contents: {
      'd.csv': { digest: '5evUwCzvvnlVl3xnraJCtw==', size: 8 },
      s3: { digest: 'an-etag', ref: 's3://b/k', extra: { versionID: '1' } },
    },
  })
  const files = { ...online(), 'artifacts/churn:v0/wandb_manifest.json': manifest, 'data/d.csv': '' }
  const { record, remarks } = await wandb.read(treeOf(files), 'wandb')
  const version = '6b71380739b742765aab2b24954bafce'
  expect(record?.data).toEqual([
    { name: 'churn:v0', version, digest: 'md5:e5ebd4c02cefbe7955977c67ada242b7' },
    { name: 'churn:v0', version, source: 's3://b/k' },
  ])
  expect(remarks?.at(-1)?.text).toMatch(/^s3 of churn:v0 is pinned by what its store calls it/)
})

test('the commit of a run holds its script', async () => {
  const tree = treeOf(online())
  const check = (versions: Record<string, string>, files: string[]) => {
    const history = historyOf(versions)
    return wandb.check!(
      { ...tree, history: { ...history, git: { ...history.git, filesAt: () => Promise.resolve(files) } } },
      'wandb',
    )
  }
  expect(await check({ [COMMIT]: '' }, ['train.py'])).toEqual([])
  expect(await check({ [COMMIT]: '' }, ['other.py'])).toMatchObject([
    { rule: 'claims/commit-lacks-code', file: `${RUN}/files/wandb-metadata.json` },
  ])
  // The record has this commit: another rule says that git does not know it.
  expect(await check({ ['d'.repeat(40)]: '' }, [])).toEqual([])
})

const magic = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0])

test('whatever bytes a log has, reading them ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const log = Buffer.concat([magic, bytes])
      for (const record of recordsIn(log)) expect(record.length).toBeLessThanOrEqual(log.length)
      runInLog(log)
      for (const { number } of wireFields(Buffer.from(bytes))) expect(number).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('a log that was cut off gives what is whole of it', () => {
  const record = (kind: number, data: Buffer) => {
    const head = Buffer.alloc(7)
    head.writeUInt16LE(data.length, 4)
    head[6] = kind
    return Buffer.concat([head, data])
  }
  // Field 17, a run, of which field 1 is the id.
  const run = Buffer.from([0x8a, 0x01, 4, 0x0a, 2, 0x61, 0x62])
  const log = Buffer.concat([
    magic,
    record(2, run.subarray(0, 3)),
    record(4, run.subarray(3)),
    record(1, run),
  ])
  expect([...recordsIn(log)]).toHaveLength(2)
  expect([...recordsIn(log.subarray(0, -1))]).toEqual([run])
  expect(runInLog(log.subarray(0, -1))).toMatchObject({ id: 'ab', finished: false })
  expect(runInLog(Buffer.from('no log'))).toBeNull()
})

test('files that are no maps', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.json(), async (one, two) => {
      const files = {
        [`${RUN}/files/wandb-metadata.json`]: one,
        [`${RUN}/files/config.yaml`]: two,
        [`${RUN}/files/wandb-summary.json`]: one,
      }
      expect((await wandb.read(treeOf(files), 'wandb')).source).toBe('wandb')
    }),
  )
})
