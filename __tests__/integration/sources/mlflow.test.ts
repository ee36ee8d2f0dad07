import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { ChildProcess } from 'node:child_process'
import JSON5 from 'json5'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { mlflow } from '../../../src/provenance/sources/mlflow/index.js'
import { openLab, type Lab } from './lab.js'

/** Logs the same run to each store, and prints what MLflow's own client then says of it. */
const SCRIPT = `import json, sys
import mlflow, pandas as pd
from sklearn.linear_model import LogisticRegression

frame = pd.read_csv('data/train.csv')
said = {}
for uri in sys.argv[1:]:
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment('churn')
    for name in ('older', 'first'):
        with mlflow.start_run(run_name=name) as run:
            mlflow.log_params({'C': 0.5, 'random_state': 7, 'opt/name': 'adam', 'none': None, 'flag': True})
            for step, value in ((0, 0.5), (2, 0.75), (1, 0.6)):
                mlflow.log_metric('acc', value, step=step)
            mlflow.log_metric('bad', float('nan'))
            mlflow.log_metric('eval/f1', 1e-7)
            data = mlflow.data.from_pandas(frame, source='data/train.csv', name='churn')
            mlflow.log_input(data, context='training')
            if name == 'first':
                model = LogisticRegression(C=0.5).fit(frame[['a']], frame['b'])
                mlflow.sklearn.log_model(model, name='model', registered_model_name='churn', pip_requirements=['scikit-learn==1.9.1'])
    with mlflow.start_run(run_name='failed'):
        mlflow.log_metric('acc', 1)
        mlflow.end_run('FAILED')
    client = mlflow.MlflowClient()
    client.set_registered_model_alias('churn', 'champion', 1)
    said[uri] = client.get_run(run.info.run_id).to_dictionary()
print('said:' + json.dumps(said))
`

interface Said {
  info: { run_id: string; start_time: number; end_time: number }
  data: { params: Record<string, string>; metrics: Record<string, number>; tags: Record<string, string> }
  inputs: { dataset_inputs: { dataset: { name: string; digest: string } }[] }
}

/** Milliseconds: real programs start slowly on a busy machine. */
jest.setTimeout(240_000)

let lab: Lab
let server: ChildProcess
let address: string
let said: Record<string, Said>

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

beforeAll(async () => {
  lab = await openLab()
  lab.write('train.py', SCRIPT)
  lab.write('data/train.csv', 'a,b\n1,0\n2,1\n3,1\n4,0\n')
  lab.write('.gitignore', 'server/\n')
  lab.save()
  const port = await freePort()
  address = `http://127.0.0.1:${port}`
  const store = ['--backend-store-uri', 'sqlite:///mlflow.db', '--artifacts-destination', './server']
  server = lab.start(
    'mlflow',
    'server',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--workers',
    '1',
    ...store,
  )
  for (;;) {
    const answer = await fetch(`${address}/health`).catch(() => undefined)
    if (answer?.ok) break
    expect(server.exitCode).toBeNull()
    await wait(200)
  }
  const printed = lab.run(lab.python, 'train.py', 'file:./mlruns', address)
  said = JSON5.parse(/^said:(.*)$/m.exec(printed)![1]!) as Record<string, Said>
})

afterAll(async () => {
  server.kill()
  await once(server, 'exit')
  lab.remove()
})

const stores = () =>
  [
    [address, 'mlflow.db'],
    ['file:./mlruns', 'mlruns'],
    [address, `mlflow:${address}`],
  ] as const

const WORDS: Record<string, unknown> = { True: true, None: null }
const typed = (value: string) =>
  value in WORDS ? WORDS[value] : /^[\d.]+$/.test(value) ? Number(value) : value

describe.each([0, 1, 2])('store %#', (index) => {
  test('every field is the one that MLflow itself reports', async () => {
    const [uri, record] = stores()[index]!
    const { info, data, inputs } = said[uri]!
    const tree = await lab.tree()
    const { record: read, problems, reservations } = await mlflow.read(tree, `${record}#run=${info.run_id}`)
    expect(problems).toEqual([])
    const { random_state, ...params } = data.params
    expect(read).toMatchObject({
      run: {
        id: info.run_id,
        started: new Date(info.start_time).toISOString(),
        finished: new Date(info.end_time).toISOString(),
      },
      code: { commit: data.tags['mlflow.source.git.commit'] },
      seeds: { random_state: Number(random_state) },
      hyperparameters: Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, typed(value)]),
      ),
      data: [
        {
          name: 'churn',
          version: inputs.dataset_inputs[0]!.dataset.digest,
          split: 'training',
          path: 'data/train.csv',
        },
      ],
      evaluation: { metrics: { ...data.metrics, bad: NaN } },
    })
    expect(Object.keys(read!.evaluation!.metrics!)).toHaveLength(3)
    expect(read?.evaluation?.metrics?.acc).toBe(0.75)
    expect(reservations?.get('data[0].version')?.kind).toBe('partial')
    expect(await mlflow.check!(tree, record)).toEqual([])
  })

  test('an alias, a version and the newest finished run are the same run', async () => {
    const [uri, record] = stores()[index]!
    const tree = await lab.tree()
    const idOf = async (selector: string) => (await mlflow.read(tree, record + selector)).record?.run?.id
    const selectors = [
      '#models:/churn@champion',
      '#models:/churn/1',
      '#models:/churn',
      ...(index === 2 ? [] : ['']),
    ]
    for (const selector of selectors)
      expect([selector, await idOf(selector)]).toEqual([selector, said[uri]!.info.run_id])
    const named = await mlflow.read(tree, `${record}#models:/churn@champion`)
    expect(named.record?.model).toMatchObject({ name: 'churn', version: '1' })
    for (const nothing of ['#models:/churn@nobody', '#models:/other', `#run=${'0'.repeat(32)}`])
      expect((await mlflow.read(tree, record + nothing)).problems).toMatchObject([{ rule: 'record/missing' }])
  })
})

test('the model of a run is the file in the tree', async () => {
  const { record, remarks } = await mlflow.read(await lab.tree(), 'mlruns')
  expect(record?.model?.path).toMatch(/^mlruns\/\d+\/models\/m-[0-9a-f]{32}\/artifacts\/model\.skops$/)
  expect(remarks?.at(-1)?.text).toMatch(/^MLflow found \d+ packages in use/)
})

test('stores are found by their files', async () => {
  expect(mlflow.detect(await (await lab.tree()).files.list())).toEqual(['mlflow.db', 'mlruns'])
})
