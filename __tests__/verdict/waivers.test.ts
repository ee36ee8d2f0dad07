import { describe, expect, test } from '@jest/globals'
import type { Finding } from '../../src/verdict/finding.js'
import { foldModel, type StageRun } from '../../src/verdict/fold.js'
import { RULE_IDS, RULES, type RuleId } from '../../src/verdict/rules/index.js'
import { covers, WAIVABLE, waivedBy, waiversOf, type Waiver } from '../../src/verdict/waivers.js'

const TODAY = '2026-11-18'
const waiver = (own: Partial<Waiver> = {}): Waiver => ({
  ...{ rule: 'seeds/value-missing', reason: 'a closed-form fit', owner: 'ada', expires: TODAY },
  ...own,
})

test('what is compared, what it takes to compare, and what keeps a check honest is not waivable', () => {
  const not = (kind: string) => RULE_IDS.filter((rule) => RULES[rule].kind === kind)
  for (const rule of [...not('differs'), ...not('infrastructure')]) expect(WAIVABLE).not.toContain(rule)
  for (const rule of [
    ...(['record/missing', 'record/removed', 'record/path-outside', 'record/manifest-mismatch'] as const),
    ...(['data/exposes-answers', 'data/digest-mismatch', 'environment/answers-in-image'] as const),
    ...(['environment/syntax-not-allowed', 'environment/registry-not-allowed', 'waiver/expired'] as const),
    ...(['model/digest-mismatch', 'code/commit-unknown', 'metrics/not-from-predictions'] as const),
  ])
    expect(WAIVABLE).not.toContain(rule)
})

test('a waiver is about its rule, its model and its field', () => {
  const found = { rule: 'seeds/value-missing' as RuleId, field: 'seeds.split' }
  expect(covers(waiver(), found)).toBe(true)
  expect(covers(waiver({ field: 'seeds' }), found)).toBe(true)
  expect(covers(waiver({ field: 'seeds.split' }), found)).toBe(true)
  expect(covers(waiver({ field: 'seeds.spl' }), found)).toBe(false)
  expect(covers(waiver({ field: 'seeds.init' }), found)).toBe(false)
  expect(covers(waiver({ rule: 'seeds/reused' }), found)).toBe(false)
  expect(covers(waiver({ rule: 'data/digest-mismatch' }), { rule: 'data/digest-mismatch' })).toBe(false)
  const own = [waiver({ model: 'digits' }), waiver({ model: 'letters' }), waiver()]
  expect(waiversOf(own, 'digits')).toEqual([own[0], own[2]])
  expect(waiversOf(undefined, 'digits')).toEqual([])
})

test('it holds to the end of its last day', () => {
  const found = { rule: 'seeds/value-missing' as RuleId }
  expect(waivedBy(found, { waivers: [waiver()], today: TODAY })).toMatchObject({ owner: 'ada' })
  expect(waivedBy(found, { waivers: [waiver()], today: '2026-11-19' })).toBeUndefined()
})

describe('folded', () => {
  const finding = (rule: RuleId, waived?: Waiver): Finding => ({
    ...{ rule, level: 'error', stage: 'provenance', message: `${rule} is broken`, remedy: 'Mend it.' },
    ...(waived && { waived: { reason: waived.reason, owner: waived.owner, expires: waived.expires } }),
  })
  const model = (findings: Finding[], waivers: Waiver[], cameBack = true) => {
    const run = (name: StageRun['name'], own: object): StageRun => ({
      name,
      seconds: 1,
      outcome: { findings: [], summary: 'fine', evidence: {}, ...own },
    })
    return foldModel(
      {
        ...{ name: 'digits', track: 'production', levels: {}, record: 'provenance.yml' },
        waivers: { waivers, today: TODAY },
      },
      [
        run('provenance', { findings }),
        run('environment', { evidence: cameBack ? { parity: 'identical' } : {} }),
        run('evaluation', { evidence: cameBack ? { agreement: 'identical' } : {} }),
      ],
    )
  }

  test('the verdict stays, and the decision is a warning if all the rest came back', () => {
    const report = model([finding('seeds/value-missing', waiver())], [waiver()])
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'warn' })
    expect(report.cause).toBe(
      'seeds/value-missing is broken. Waived by ada until 2026-11-18: a closed-form fit. Apart from that, environment and results came back.',
    )
    expect(report.stages[0]?.status).toBe('warn')
    expect(report.evidence.waivers).toMatchObject([{ state: 'used', findings: 1 }])
    expect(report.findings).toMatchObject([{ level: 'error', waived: { owner: 'ada' } }])
  })
  test('what was not rebuilt does not pass by it', () => {
    const report = model([finding('seeds/value-missing', waiver())], [waiver()], false)
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
    expect(report.cause).not.toContain('came back')
  })
  test('what is not waived counts as ever', () => {
    const findings = [finding('seeds/value-missing', waiver()), finding('code/dirty')]
    const report = model(findings, [waiver()])
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
    expect(report.cause).not.toContain('Apart from')
  })
  test('one that ran out is told with the finding, which counts again', () => {
    const old = waiver({ expires: '2026-11-17' })
    const report = model([finding('seeds/value-missing')], [old])
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail' })
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        rule: 'waiver/expired',
        level: 'warn',
        message: 'the waiver of seeds/value-missing by ada ran out on 2026-11-17: a closed-form fit',
      }),
    )
    expect(model([], [old]).findings).toEqual([])
  })
  test('one that is about nothing is told, and changes nothing', () => {
    const report = model([], [waiver({ rule: 'seeds/reused' })])
    expect(report).toMatchObject({ verdict: 'reproduced', decision: 'pass' })
    expect(report.evidence.waivers).toMatchObject([{ state: 'unused', findings: 0 }])
  })
})
