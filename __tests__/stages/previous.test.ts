import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import type { EvaluationRequest } from '../../src/evaluation/request.js'
import { claimsOf } from '../../src/provenance/claims.js'
import { parseNative } from '../../src/provenance/sources/native.js'
import { previousInputs } from '../../src/stages/previous.js'
import type { Subject } from '../../src/stages/subject.js'
import { contextOf } from '../support/git.js'
import { createRepository, RECORD, sha256, TEST, type Repository } from '../support/repository.js'

let repository: Repository
beforeEach(() => {
  repository = createRepository()
})
afterEach(() => repository.remove())

/** The inputs that may stand in, judged at HEAD, on a pull request into `base` if there is one. */
async function inputs(base?: string) {
  const context = await contextOf(repository.root)
  const subject = {
    base: base === undefined ? undefined : { commit: base, ref: 'main' },
    tree: { commit: repository.git('rev-parse', 'HEAD') },
    model: { settings: { record: RECORD } },
    plan: { records: [RECORD], command: ['python3', 'evaluate.py'] },
    claims: claimsOf([parseNative(Buffer.from(repository.read(RECORD)), RECORD)]),
  } as unknown as Subject
  return previousInputs(context, subject)
}
const request = {
  mounts: [{ source: '/now', target: 'data/test.csv' }],
  command: ['x'],
  hide: {},
} as unknown as EvaluationRequest

test('nothing stands in for a record that did not change', async () => {
  expect(await inputs(repository.git('rev-parse', 'HEAD'))).toEqual([])
})

test('the data of the previous record, if git still has the very bytes', async () => {
  const base = repository.git('rev-parse', 'HEAD')
  repository.write('data/test.csv', `${TEST}5,1,0\n`)
  repository.edit(RECORD, sha256(TEST), sha256(`${TEST}5,1,0\n`))
  repository.save()
  for (const one of [base, undefined]) {
    const found = await inputs(one)
    expect(found.map(({ name }) => name)).toContain('data/test.csv')
    const { mounts } = found.find(({ name }) => name === 'data/test.csv')!.exchange(request)
    expect(mounts).toHaveLength(1)
    expect(await readFile(mounts[0]!.source, 'utf8')).toBe(TEST)
  }
})

test('not data whose bytes are not those that the previous record names', async () => {
  repository.edit(RECORD, sha256(TEST), sha256('never committed'))
  const base = repository.save()
  repository.edit(RECORD, sha256('never committed'), sha256(TEST))
  repository.save()
  expect((await inputs(base)).map(({ name }) => name)).not.toContain('data/test.csv')
})

test('the command of the previous record', async () => {
  repository.edit(RECORD, '[python3, evaluate.py]', '[python3, evaluate.py, --top, "5"]')
  const base = repository.save()
  repository.edit(RECORD, '[python3, evaluate.py, --top, "5"]', '[python3, evaluate.py]')
  repository.save()
  const [found] = await inputs(base)
  expect(found?.name).toBe('the command `python3 evaluate.py --top 5`')
  expect(found?.exchange(request).command).toEqual(['python3', 'evaluate.py', '--top', '5'])
})

test('the code of the previous record, if anything but records and data differs', async () => {
  const base = repository.git('rev-parse', 'HEAD')
  repository.write('evaluate.py', 'changed\n')
  const changed = repository.save()
  repository.edit(RECORD, `commit: ${repository.commit}`, `commit: ${changed}`)
  repository.save()
  expect((await inputs(base)).map(({ name }) => name)).toEqual([
    `the code of ${repository.commit.slice(0, 7)}`,
  ])
})
