import { describe, expect, test } from '@jest/globals'
import type { Finding } from '../../src/verdict/finding.js'
import { foldModel, foldReport, type ModelHead, type StageRun } from '../../src/verdict/fold.js'
import { modelReportSchema, reportSchema } from '../../src/verdict/report.js'

const HEAD: ModelHead = {
  name: 'digits',
  version: '1.0',
  track: 'production',
  levels: {},
  record: 'models/digits/provenance.yml',
  recordedHash: 'env-v1:recorded',
}
const finding = (over: Partial<Finding> & Pick<Finding, 'rule' | 'stage'>): Finding => ({
  level: 'error',
  message: `${over.rule} is broken`,
  remedy: 'Mend it.',
  ...over,
})
type Ran = Exclude<StageRun['outcome'], { notRun: string }>
const ran = (name: StageRun['name'], over: Partial<Ran> = {}): StageRun => ({
  name,
  seconds: 1.23456,
  outcome: { findings: [], summary: `${name} is fine`, evidence: {}, ...over },
})
const skipped = (name: StageRun['name'], notRun: string): StageRun => ({
  name,
  seconds: 0,
  outcome: { notRun },
})

const FIELDS = { present: 16, required: 16 }
const LINEAGE = {
  data: [
    { label: 'a', changed: false },
    { label: 'b', changed: false },
  ],
  code: { commit: 'c'.repeat(40), changed: false },
  environment: { hash: 'env-v1:x', changed: false },
  run: { label: 'run', seeds: 'no seeds' },
  model: { label: 'model', changed: false },
  result: { label: 'accuracy 1', changed: false },
}
const EVALUATION = {
  command: ['x'],
  metrics: [{ name: 'a', recorded: '1', replayed: '1', agrees: true, finite: true }],
  replays: [1, 1],
}
const all = (over: Partial<Record<StageRun['name'], Partial<Ran>>> = {}): StageRun[] => [
  ran('provenance', { evidence: { fields: FIELDS, lineage: LINEAGE }, ...over.provenance }),
  ran('data', over.data),
  ran('environment', { grade: 'content', evidence: { parity: 'content' }, ...over.environment }),
  ran('evaluation', {
    grade: 'identical',
    evidence: { agreement: 'identical', evaluation: EVALUATION },
    ...over.evaluation,
  }),
]

test('stages that found nothing are a reproduced model, and the report is one by its schema', () => {
  const model = foldModel(HEAD, all())
  expect(modelReportSchema.parse(model)).toEqual(model)
  expect(model).toMatchObject({
    verdict: 'reproduced',
    decision: 'pass',
    parity: 'content',
    agreement: 'identical',
    environmentHash: 'env-v1:recorded',
    seconds: 4.938,
    stages: [
      { name: 'provenance', status: 'pass', summary: 'provenance is fine', seconds: 1.235 },
      { name: 'data', status: 'pass' },
      { name: 'environment', status: 'pass', grade: 'content' },
      { name: 'evaluation', status: 'pass', grade: 'identical' },
    ],
  })
})

test('no finding is dropped because another came first; those that are off are', () => {
  const model = foldModel(
    HEAD,
    all({
      provenance: {
        findings: [
          finding({ rule: 'data/licence-missing', stage: 'provenance', level: 'warn' }),
          finding({ rule: 'record/unknown-key', stage: 'provenance', level: 'off' }),
        ],
      },
      data: { findings: [finding({ rule: 'data/digest-mismatch', stage: 'data' })] },
      evaluation: { findings: [finding({ rule: 'evaluation/metric-differs', stage: 'evaluation' })] },
    }),
  )
  expect(model.findings.map(({ rule }) => rule)).toEqual([
    'data/digest-mismatch',
    'evaluation/metric-differs',
    'data/licence-missing',
  ])
  expect(model.verdict).toBe('incomplete')
})

describe('the status of a stage', () => {
  const status = (over: Partial<Ran>) => foldModel(HEAD, [ran('data', over)]).stages[0]?.status
  const error = finding({ rule: 'data/digest-mismatch', stage: 'data' })
  const infrastructure = finding({ rule: 'code/shallow-clone', stage: 'data' })
  const risk = finding({ rule: 'environment/private-key', stage: 'data' })
  const warning = finding({ rule: 'data/licence-missing', stage: 'data', level: 'warn' })
  test.each<[string, Partial<Ran>, string]>([
    ['nothing found', {}, 'pass'],
    ['a warning', { findings: [warning] }, 'warn'],
    ['an error', { findings: [warning, error] }, 'fail'],
    ['an error of the infrastructure', { findings: [infrastructure, warning] }, 'could-not-check'],
    ['a risk that the policy calls an error', { findings: [risk] }, 'fail'],
    ['nothing found, for something could not be looked at', { unverified: true }, 'could-not-check'],
    ['an error, and something not looked at', { findings: [error], unverified: true }, 'fail'],
  ])('%s', (_what, over, expected) => {
    expect(status(over)).toBe(expected)
  })
})

test('a stage that did not run says so and why, and has no tick', () => {
  const model = foldModel({ ...HEAD, track: 'exploratory' }, [
    ran('provenance', { evidence: { fields: FIELDS } }),
    ran('data'),
    skipped('environment', 'nobody asked for it'),
    skipped('evaluation', 'nobody asked for it'),
  ])
  expect(model.stages.slice(2)).toEqual([
    { name: 'environment', status: 'not-run', summary: 'not rebuilt: nobody asked for it', seconds: 0 },
    { name: 'evaluation', status: 'not-run', summary: 'not replayed: nobody asked for it', seconds: 0 },
  ])
  expect(model).toMatchObject({
    verdict: 'could-not-check',
    decision: 'pass',
    parity: null,
    agreement: null,
    cause: 'The record is complete. Nobody asked for it.',
  })
})

test('the finding that the first lines tell is marked', () => {
  const findings = [
    finding({ rule: 'environment/package-differs', stage: 'environment' }),
    finding({ rule: 'environment/config-differs', stage: 'environment' }),
  ]
  const model = foldModel(HEAD, all({ environment: { findings, evidence: { parity: 'drift' } } }))
  expect(model.findings.map(({ headline }) => headline)).toEqual([true, undefined])
  expect(model.cause).toContain('environment/package-differs is broken')
})

test('the lineage is marked where something is wrong or differs, not where it is missing', () => {
  const lineage = (findings: Finding[]) => {
    const { evidence } = foldModel(HEAD, all({ data: { findings } }))
    const { data = [], code, environment, model, result } = evidence.lineage!
    return [...data, code, environment, model, result].map((node) => node?.changed)
  }
  expect(lineage([])).toEqual([false, false, false, false, false, false])
  expect(
    lineage([
      finding({ rule: 'data/digest-mismatch', stage: 'data', field: 'data[1].digest' }),
      finding({ rule: 'data/licence-missing', stage: 'data', field: 'data[0].licence' }),
      finding({ rule: 'code/shallow-clone', stage: 'provenance', field: 'code.commit' }),
      finding({ rule: 'environment/package-differs', stage: 'environment' }),
      finding({ rule: 'evaluation/metric-differs', stage: 'evaluation' }),
    ]),
  ).toEqual([false, true, false, true, false, true])
})

test.each([
  [['follows', 'cannot recompute'], 3, 5],
  [['agrees', 'differs'], 2, 2],
  [['consistent'], 2, 5],
] as const)(
  'of the rungs the third is judged by the metrics computed again: %j',
  (outcomes, alone, rebuilt) => {
    const metrics = outcomes.map((outcome) => ({ metric: outcome, printed: '1', outcome }))
    const recomputed = { file: 'p.csv', metrics }
    const evidence = { fields: FIELDS, lineage: LINEAGE, recomputed }
    expect(foldModel(HEAD, all({ provenance: { evidence } })).rung?.reached).toBe(rebuilt)
    expect(foldModel(HEAD, [ran('provenance', { evidence })]).rung?.reached).toBe(alone)
  },
)

test('of several models the worst counts; a report of none passes nothing', () => {
  const head = {
    commit: 'a'.repeat(40),
    started: '2026-01-01T00:00:00.000Z',
    seconds: 1,
    policy: { path: null, from: 'the work tree' },
  }
  const good = foldModel(HEAD, all())
  const bad = foldModel(
    HEAD,
    all({ provenance: { findings: [finding({ rule: 'code/dirty', stage: 'provenance' })] } }),
  )
  const report = foldReport(head, [good, bad])
  expect(reportSchema.parse(report)).toEqual(report)
  expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
  expect(foldReport(head, [])).toMatchObject({ verdict: 'could-not-check', decision: 'fail' })
})

test('of a rule that is broken without end the first are told and the rest counted; the verdict stays', () => {
  const many = Array.from({ length: 10_000 }, (_, i) =>
    finding({ rule: 'data/licence-missing', stage: 'provenance', level: 'warn', message: `n${i}` }),
  )
  const wrong = finding({ rule: 'code/dirty', stage: 'provenance' })
  const { findings, verdict, cause } = foldModel(HEAD, all({ provenance: { findings: [...many, wrong] } }))
  expect(verdict).toBe('incomplete')
  expect(cause).toContain('code/dirty')
  expect(findings).toHaveLength(52)
  expect(findings.at(-1)).toMatchObject({
    rule: 'data/licence-missing',
    level: 'warn',
    message: '9,950 more of the same: Data licence missing',
  })
})
