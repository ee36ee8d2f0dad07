import { expect, test } from '@jest/globals'
import { claimsOf } from '../../src/provenance/claims.js'
import { parseNative } from '../../src/provenance/sources/native.js'
import { runStages } from '../../src/stages/journal.js'
import type { Outcome, SoFar, Stage, Tools } from '../../src/stages/stage.js'
import type { Subject } from '../../src/stages/subject.js'

const subject = (over: Partial<Subject> = {}): Subject =>
  ({
    name: 'digits',
    track: 'production',
    levels: {},
    claims: claimsOf([
      parseNative(Buffer.from('seeds:\n  split: 7\ncode:\n  dirty: true\n'), 'a/provenance.yml'),
    ]),
    ...over,
  }) as Subject

let clock = 0
const titles: string[] = []
const tools = {
  now: () => (clock += 500),
  progress: { start: (title: string) => titles.push(title), line() {}, end: () => titles.push('end') },
} as unknown as Tools

const stage = (name: Stage['name'], outcome: Outcome, seen: SoFar[] = []): Stage => ({
  name,
  title: `the ${name}`,
  check: async (_tools, _subject, soFar) => (seen.push(soFar), outcome),
})
const found = (over: Partial<Extract<Outcome, { summary: string }>> = {}): Outcome => ({
  findings: [],
  summary: 'fine',
  evidence: {},
  ...over,
})

test('a finding gets stage, level, the remedy of its rule, and the place of its field', async () => {
  const outcome = found({
    findings: [
      { rule: 'code/dirty', message: 'dirty', field: 'code.dirty' },
      { rule: 'environment/base-not-pinned', message: 'tag', file: 'Dockerfile', line: 3, remedy: 'Pin it.' },
    ],
  })
  const [run] = await runStages(tools, subject(), [stage('provenance', outcome)])
  expect(run).toMatchObject({
    name: 'provenance',
    seconds: 0.5,
    outcome: {
      findings: [
        {
          rule: 'code/dirty',
          stage: 'provenance',
          level: 'error',
          file: 'a/provenance.yml',
          line: 4,
          remedy: 'Commit the changes and record the run again.',
        },
        { rule: 'environment/base-not-pinned', file: 'Dockerfile', line: 3, remedy: 'Pin it.' },
      ],
    },
  })
})

test('stages run in order, hand on their products, and are told whether the record holds', async () => {
  const seen: SoFar[] = []
  const bad = found({
    findings: [{ rule: 'code/dirty', message: 'dirty', field: 'code.dirty' }],
    products: { dockerfile: 'Dockerfile' },
  })
  await runStages(tools, subject({ track: 'exploratory' }), [
    stage('provenance', bad, seen),
    stage('data', found({ products: { image: 'sha256:1' } }), seen),
    stage('environment', { notRun: 'not asked for' }, seen),
    stage('evaluation', found(), seen),
  ])
  const dockerfile = 'Dockerfile'
  const image = 'sha256:1'
  expect(seen).toEqual([
    { products: {}, blocked: false, notRun: {} },
    { products: { dockerfile }, blocked: true, notRun: {} },
    { products: { dockerfile, image }, blocked: true, notRun: {} },
    { products: { dockerfile, image }, blocked: true, notRun: { environment: 'not asked for' } },
  ])
})

test('what the policy only warns of does not stop the costly stages', async () => {
  const seen: SoFar[] = []
  const bad = found({ findings: [{ rule: 'code/dirty', message: 'dirty', field: 'code.dirty' }] })
  const stages = [stage('provenance', bad), stage('data', found(), seen)]
  await runStages(tools, subject({ levels: { 'code/dirty': 'warn' } }), stages)
  expect(seen[0]?.blocked).toBe(false)
})

test('progress ends also when a stage throws', async () => {
  titles.length = 0
  const broken: Stage = {
    name: 'data',
    title: 'the data',
    check: () => Promise.reject(new Error('no engine')),
  }
  await expect(runStages(tools, subject(), [broken])).rejects.toThrow('no engine')
  expect(titles).toEqual(['digits · the data', 'end'])
})
