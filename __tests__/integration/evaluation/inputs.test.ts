import { expect, test } from '@jest/globals'
import { chmod, lstat, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkEvaluation } from '../../../src/evaluation/check.js'
import { STANDARD } from '../../../src/evaluation/conditions.js'
import { runOnce } from '../../../src/evaluation/run.js'
import { useLab } from './lab.js'

const lab = useLab()

test('data and a model that only we can read, as a checkout under umask 077 has them', async () => {
  const data = join(lab.home, 'data')
  const model = join(lab.home, 'model.bin')
  await mkdir(join(data, 'test'), { recursive: true })
  await writeFile(join(data, 'test/x.csv'), '0.5')
  await writeFile(model, '0.25')
  const modes: [string, number][] = [
    [data, 0o700],
    [join(data, 'test'), 0o700],
    [join(data, 'test/x.csv'), 0o600],
    [model, 0o600],
  ]
  for (const [path, mode] of modes) await chmod(path, mode)
  const script = `
import json
accuracy = float(open('data/test/x.csv').read()) + float(open('model.bin').read())
open('metrics.json', 'w').write(json.dumps({'accuracy': accuracy}))
`
  const mounts = [
    { source: data, target: 'data' },
    { source: model, target: 'model.bin' },
  ]
  const request = await lab.request(script, {}, { mounts })
  expect(await checkEvaluation(lab.context, request)).toMatchObject({ agreement: 'identical', findings: [] })
  expect(await runOnce(lab.context, request)).toMatchObject({ metrics: { accuracy: 0.75 } })
  for (const [path, mode] of modes) expect((await lstat(path)).mode & 0o777).toBe(mode)
}, 120_000)

test('a replay sees the conditions under which it runs', async () => {
  const script =
    "import os, socket; print(socket.gethostname(), os.environ['OMP_NUM_THREADS'], os.environ['HOME'])"
  const conditions = { hostname: 'elsewhere', env: { ...STANDARD.env, OMP_NUM_THREADS: '1' } }
  const { exitCode, text } = await lab.prints(script, {}, { conditions })
  expect([exitCode, text]).toEqual([0, 'elsewhere 1 /tmp'])
}, 60_000)

test('metrics that are NaN prove nothing', async () => {
  const script = "open('metrics.json', 'w').write('{\"loss\": NaN}')"
  const request = await lab.request(script, {}, { recorded: { metrics: { loss: NaN } } })
  expect(await checkEvaluation(lab.context, request)).toMatchObject({
    agreement: null,
    findings: [],
    summary: 'nothing that counts was compared: no metric is a finite number',
    evidence: { deterministic: true, metrics: [{ name: 'loss', agrees: true, finite: false }] },
  })
}, 60_000)
