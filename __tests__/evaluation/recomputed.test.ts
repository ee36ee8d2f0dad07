import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recomputedReplay } from '../../src/evaluation/recomputed.js'
import type { EvaluationRequest } from '../../src/evaluation/request.js'

const TABLE = 'label,pred\n1,1\n0,1\n'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprogate-recomputed-'))
  await writeFile(join(folder, 'copy'), TABLE)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const definitions = { accuracy: { is: 'accuracy', truth: 'label', predicted: 'pred' } }
const request = { predictions: { path: 'out/p.csv' }, definitions } as unknown as EvaluationRequest
const replay = (accuracy: number, bytes = TABLE.length) => ({
  seconds: 1,
  metrics: { accuracy },
  predictions: { file: join(folder, 'copy'), bytes, digest: '', md5: '', rows: 2 },
})

test('a replay whose metric does not follow from its own predictions is a finding', async () => {
  expect((await recomputedReplay(request, replay(0.75)))?.findings).toMatchObject([
    {
      rule: 'metrics/not-from-predictions',
      message: '`accuracy` 0.75 is declared as accuracy of `label`, `pred`; 2 rows of out/p.csv give 0.5',
      field: 'evaluation.metrics.accuracy',
    },
  ])
  expect(await recomputedReplay(request, replay(0.5))).toMatchObject({
    findings: [],
    evidence: { file: 'out/p.csv', metrics: [{ outcome: 'agrees' }] },
  })
})

test('one that is too large is not read, and what is declared is not passed', async () => {
  const result = await recomputedReplay(request, replay(0.5, 2 ** 30))
  expect(result?.evidence.problem).toBe('is larger than 64 MiB')
  expect(result?.findings.map(({ rule }) => rule)).toEqual(['metrics/not-recomputed'])
})

test('without predictions nothing is said', async () => {
  expect(await recomputedReplay(request, { ...replay(0.5), predictions: undefined })).toBeUndefined()
})
