import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { createRepository, findingsOf, type Repository } from '../support/gate.js'

/** A tracker's own files as the record of a check. */

jest.setTimeout(60_000)

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

test('a lock that is older than its code is a finding of the check, with the commit since when', async () => {
  repository.write('train.py', 'old')
  repository.write('dvc.yaml', 'stages: {train: {cmd: python train.py, deps: [train.py]}}')
  repository.write(
    'dvc.lock',
    `schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n    deps:\n    - {path: train.py, hash: md5, md5: ${md5('old')}}\n`,
  )
  repository.write('reprogate.yml', 'models: {churn: {record: dvc.lock}}')
  repository.save()
  repository.write('train.py', 'new')
  const since = repository.save()
  const found = findingsOf(await repository.check()).filter(({ rule }) => rule.startsWith('claims/'))
  expect(found).toMatchObject([{ rule: 'claims/lock-stale', stage: 'provenance', file: 'dvc.lock', line: 6 }])
  expect(found[0]!.message).toContain(`stale since ${since.slice(0, 7)}`)
  expect(found[0]!.remedy).toContain('dvc repro')
})

test('a file of any form is a record by the policy’s map', async () => {
  repository.write('run.toml', '[result]\nacc = 0.5\n')
  repository.write(
    'reprogate.yml',
    'models: {churn: {record: run.toml, map: {evaluation.metrics: result, seeds.a: result.seed}}}',
  )
  repository.save()
  const rules = findingsOf(await repository.check({ models: ['churn'] })).map(({ rule }) => rule)
  expect(rules).toContain('record/map-missing')
  expect(rules).not.toContain('metrics/value-missing')
})
