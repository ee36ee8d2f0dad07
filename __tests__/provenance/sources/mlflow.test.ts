import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mlflow } from '../../../src/provenance/sources/mlflow/index.js'
import { latest, wantedIn } from '../../../src/provenance/sources/mlflow/run.js'
import { runOnServer, Unreachable } from '../../../src/provenance/sources/mlflow/server.js'
import { NotSqlite, SqliteFile } from '../../../src/provenance/sources/mlflow/sqlite.js'
import { historyOf, treeOf } from './tree.js'

const ID = '0123456789abcdef0123456789abcdef'
const OTHER = 'f'.repeat(32)
const COMMIT = 'c'.repeat(40)
const at = (run: string, more: Record<string, string> = {}, meta = 'status: 3\nend_time: 1745508836736\n') =>
  Object.fromEntries(
    Object.entries({ 'meta.yaml': `run_id: ${run}\nlifecycle_stage: active\n${meta}`, ...more }).map(
      ([path, text]) => [`mlruns/0/${run}/${path}`, text],
    ),
  )

const FILES = {
  'mlruns/0/meta.yaml': 'name: Default\n',
  ...at(ID, {
    'params/opt/name': 'adam',
    'params/seed': '7',
    'params/lr': '1e-3',
    'metrics/acc': '10 0.5 0\n30 0.75 2\n20 0.6 1\n',
    'metrics/loss': '10 nan\n',
    'metrics/system/cpu': '10 3 0\n',
    'tags/mlflow.source.git.commit': COMMIT,
    'tags/mlflow.source.name': '/home/ann/p/train.py',
    'tags/mlflow.user': 'ann',
    'inputs/a/meta.yaml':
      'source_type: DATASET\nsource_id: d1\ndestination_id: d1\ntags: {mlflow.data.context: training}\n',
  }),
  ...at(OTHER, {}, 'status: 4\nend_time: 1945508836736\n'),
  'mlruns/0/datasets/d1/meta.yaml':
    `name: churn\ndigest: 88cb5eef\nsource_type: local\nsource: '{"uri": "C:\\Users\\ann\\p\\data\\Train.csv"}'\n`.replaceAll(
      '\\',
      '\\\\',
    ),
  'mlruns/.trash/0/x': '',
  'data/train.csv': '',
}

test('a file store: the newest finished run, its latest metrics, and data that are only a label', async () => {
  expect(mlflow.detect(Object.keys(FILES))).toEqual(['mlruns'])
  const { record, problems, placeOf, reservations } = await mlflow.read(treeOf(FILES, 'sub/'), 'mlruns')
  expect(problems).toEqual([])
  expect(record).toEqual({
    run: { id: ID, finished: '2025-04-24T15:33:56.736Z' },
    code: { commit: COMMIT },
    seeds: { seed: 7 },
    hyperparameters: { 'opt/name': 'adam', lr: 0.001 },
    data: [{ name: 'churn', version: '88cb5eef', split: 'training', path: 'data/train.csv' }],
    evaluation: { metrics: { acc: 0.75, loss: NaN } },
  })
  expect(reservations?.get('data[0].version')?.kind).toBe('partial')
  expect(placeOf('evaluation.metrics.acc')).toEqual({ file: `sub/mlruns/0/${ID}/metrics/acc`, line: 1 })
  expect(JSON.stringify(record)).not.toContain('ann')
  const missing = await mlflow.read(treeOf(FILES), 'mlruns#run=none')
  expect(missing.problems).toMatchObject([{ rule: 'record/missing', message: 'mlruns has no run none' }])
})

test('the commit of a run holds its script', async () => {
  const history = historyOf({ [COMMIT]: '' })
  const of = (files: string[]) => ({
    ...history,
    git: { ...history.git, filesAt: () => Promise.resolve(files) },
  })
  const check = (files: string[]) => mlflow.check!({ ...treeOf(FILES), history: of(files) }, 'mlruns')
  expect(await check(['train.py'])).toEqual([])
  expect(await check(['a.py'])).toMatchObject([{ rule: 'claims/commit-lacks-code' }])
})

test('a run of `mlflow run` has the command of its project', async () => {
  const project =
    'entry_points:\n  main:\n    parameters:\n      lr: float\n      epochs: {type: int, default: 3}\n    command: "python train.py --lr {lr} --epochs {epochs}"\n'
  const files = { ...FILES, MLproject: project, [`mlruns/0/${ID}/tags/mlflow.project.entryPoint`]: 'main' }
  const { record, placeOf } = await mlflow.read(treeOf(files), 'mlruns')
  expect(record?.evaluation?.command).toEqual(['python', 'train.py', '--lr', '1e-3', '--epochs', '3'])
  expect(placeOf('evaluation.command')).toEqual({ file: 'MLproject', line: 6 })
  const unknown = { ...files, MLproject: project.replace('{epochs}', '{other}') }
  expect((await mlflow.read(treeOf(unknown), 'mlruns')).record?.evaluation?.command).toBeUndefined()
})

test('what is asked for, and which value counts', () => {
  expect(wantedIn('models:/churn@champion')).toEqual({ model: 'churn', alias: 'champion' })
  expect(wantedIn('models:/churn/3')).toEqual({ model: 'churn', version: '3' })
  expect(wantedIn(`run=${ID}`)).toEqual({ run: ID })
  expect(wantedIn('')).toBeUndefined()
  expect(
    latest([
      { value: 1, step: 0, time: 9 },
      { value: 2, step: 1, time: 1 },
      { value: 3, step: 1, time: 1 },
    ]),
  ).toBe(3)
  expect(latest([])).toBeUndefined()
})

describe('SQLite', () => {
  const made = (sql: string): Buffer => {
    const folder = mkdtempSync(join(tmpdir(), 'reprogate-sqlite-'))
    const file = join(folder, 'x.db')
    try {
      const program =
        'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()'
      execFileSync('python3', ['-c', program, file, sql])
      return readFileSync(file)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const MANY = `create table t (id integer primary key, "the name" text, v float, constraint c check (v > 0));
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
    insert into t select i, 'row ' || i, i + 0.5 from n;
    insert into t values (-5, replace(hex(zeroblob(50000)), '0', 'é'), 9007199254740991);
    insert into t values (70000000000, null, 1);`

  test.each([
    '',
    'pragma page_size = 512; ',
    'pragma page_size = 65536; pragma encoding = "UTF-16le"; ',
    'pragma encoding = "UTF-16be"; ',
  ])('tables of several levels, long rows: as SQLite wrote them (%s)', (pragma) => {
    const rows = [...new SqliteFile(made(pragma + MANY)).rows('t')]
    expect(rows).toHaveLength(3002)
    expect(rows[0]).toEqual({ id: -5, 'the name': 'é'.repeat(100_000), v: 9007199254740991 })
    expect(rows[1]).toEqual({ id: 1, 'the name': 'row 1', v: 1.5 })
    expect(rows.at(-1)).toEqual({ id: 70000000000, 'the name': null, v: 1 })
  })

  test('a view is no table, and nothing of it is evaluated', () => {
    const file = new SqliteFile(
      made(
        'create view runs as with recursive n(i) as (select 1 union all select i + 1 from n) select i as run_uuid from n;',
      ),
    )
    expect([...file.rows('runs')]).toEqual([])
    expect(file.has('runs')).toBe(false)
  })

  const small = made('pragma page_size = 512; ' + MANY)
  test('a file that leads in circles, or is damaged anywhere, is an error and ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: small.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 40,
        }),
        (changes) => {
          const bytes = Buffer.from(small)
          for (const [index, byte] of changes) bytes[index] = byte
          try {
            expect([...new SqliteFile(bytes).rows('t')].length).toBeLessThan(small.length)
          } catch (error) {
            expect(error).toBeInstanceOf(NotSqlite)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('what is no store is a problem of the record', async () => {
    for (const bytes of [Buffer.from('x'), Buffer.from('SQLite format 3\0'.padEnd(2000, '\0'))]) {
      const { record, problems } = await mlflow.read(treeOf({ 'mlflow.db': bytes }), 'mlflow.db')
      expect(record).toBeNull()
      expect(problems).toMatchObject([{ rule: 'record/malformed', file: 'mlflow.db' }])
    }
    const { problems } = await mlflow.read(treeOf({ 'mlflow.db': small }), 'mlflow.db')
    expect(problems).toMatchObject([{ rule: 'record/missing' }])
  })
})

describe('a server', () => {
  const servers: Server[] = []
  afterEach(() => servers.splice(0).forEach((server) => void server.close()))
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`
  }
  const RUN = JSON.stringify({
    run: { info: { start_time: 5 }, data: { metrics: [{ key: 'a', value: 'NaN' }] } },
  })

  test.each([
    [
      { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p', MLFLOW_TRACKING_TOKEN: 't' },
      'Basic dTpw',
    ],
    [{ MLFLOW_TRACKING_TOKEN: 't' }, 'Bearer t'],
    [{}, undefined],
  ])('is told who asks: %#', async (env, expected) => {
    let said: unknown
    const address = await serve((request, response) => {
      said = [request.url, request.headers.authorization]
      response.end(RUN)
    })
    const run = await runOnServer(`${address}/prefix/`, { run: ID }, env)
    expect(said).toEqual([`/prefix/api/2.0/mlflow/runs/get?run_id=${ID}`, expected])
    expect(run).toMatchObject({ id: ID, started: 5, metrics: new Map([['a', NaN]]) })
  })

  test('never sends a password to another host', async () => {
    let asked = 0
    const other = await serve((_, response) => void (asked++, response.end(RUN)))
    const address = await serve(
      (_, response) => void response.writeHead(302, { location: `${other}/x` }).end(),
    )
    const env = { MLFLOW_TRACKING_TOKEN: 't' }
    await expect(runOnServer(address, { run: ID }, env)).rejects.toThrow(
      /leads to .* which the policy does not name/,
    )
    expect(asked).toBe(0)
  })

  test.each([
    [
      (_: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(500).end('no'),
      /answers 500/,
    ],
    [
      (_: unknown, response: Parameters<RequestListener>[1]) => void response.end('<html>'),
      /not answer in JSON/,
    ],
    [
      (_: unknown, response: Parameters<RequestListener>[1]) =>
        void response.end(Buffer.alloc(17 * 1024 ** 2)),
      /larger than 16 MiB/,
    ],
    [
      (request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) =>
        void response.writeHead(302, { location: request.url! }).end(),
      /leads to/,
    ],
  ] as [RequestListener, RegExp][])(
    'that gives no usable answer could not be asked %#',
    async (listener, message) => {
      const failed = runOnServer(await serve(listener), { run: ID }, {})
      await expect(failed).rejects.toThrow(message)
      await expect(failed).rejects.toBeInstanceOf(Unreachable)
    },
  )

  test('that is not there is no run that is missing', async () => {
    const { record, problems } = await mlflow.read(treeOf({}), `mlflow:http://127.0.0.1:1#run=${ID}`)
    expect(record).toBeNull()
    expect(problems).toMatchObject([{ rule: 'record/unreachable' }])
    expect((await mlflow.read(treeOf({}), 'mlflow:http://127.0.0.1:1')).problems).toMatchObject([
      { rule: 'record/missing', message: expect.stringMatching(/name one with/) },
    ])
  })
})
