import { expect, test } from '@jest/globals'
import type { Finding } from '../../src/verdict/finding.js'
import { RULES, type RuleId } from '../../src/verdict/rules/index.js'
import { rungOf, type Climb } from '../../src/verdict/rung.js'

const finding = (rule: RuleId, stage: Finding['stage'], message: string = rule): Finding => ({
  rule,
  stage,
  level: 'warn',
  message,
  remedy: RULES[rule].remedy,
})
const climb = (parts: Partial<Climb>) =>
  rungOf({
    findings: [],
    levels: {},
    claimed: true,
    parity: null,
    agreement: null,
    summaryOf: () => undefined,
    needs: [],
    ...parts,
  })

test('without a claim nothing was reached', () => {
  expect(climb({ claimed: false })).toMatchObject({
    reached: 0,
    next: { rung: 1, missing: expect.stringContaining('no record') },
  })
})
test.each<[RuleId, Finding['stage']]>([
  ['record/missing', 'provenance'],
  ['code/commit-unknown', 'provenance'],
  ['code/commit-missing', 'provenance'],
  ['data/digest-mismatch', 'data'],
])('%s keeps from the second', (rule, stage) => {
  expect(climb({ findings: [finding(rule, stage)] })).toMatchObject({
    reached: 1,
    next: { rung: 2, missing: rule },
  })
})
test('a rule that the policy has lowered keeps from nothing', () => {
  const findings = [finding('code/commit-unknown', 'provenance')]
  expect(climb({ findings, levels: { 'code/commit-unknown': 'off' } }).reached).toBe(2)
})
test('metrics that do not follow keep from what comes after; nothing to compute does not', () => {
  const back = { parity: 'content', agreement: 'identical' } as const
  expect(climb({ ...back, follows: false })).toMatchObject({ reached: 2, next: { rung: 3 } })
  expect(climb({ ...back }).reached).toBe(5)
  expect(climb({ follows: true }).reached).toBe(3)
})
test('an environment that differs, and why none was built', () => {
  expect(
    climb({
      parity: 'drift',
      findings: [finding('environment/package-differs', 'environment', '1 package')],
    }),
  ).toMatchObject({ reached: 2, next: { rung: 4, missing: '1 package' } })
  expect(
    climb({
      summaryOf: (stage) => (stage === 'environment' ? 'not rebuilt: x' : undefined),
      needs: ['needs a GPU: .cuda()'],
    }),
  ).toMatchObject({
    next: { rung: 4, missing: 'not rebuilt: x; it needs a GPU: .cuda()' },
  })
})
test('results without their environment are not reached', () => {
  expect(climb({ parity: null, agreement: 'identical' }).reached).toBe(2)
  expect(
    climb({
      parity: 'identical',
      agreement: 'different',
      findings: [finding('evaluation/metric-differs', 'evaluation', 'accuracy')],
    }),
  ).toMatchObject({ reached: 4, next: { rung: 5, missing: 'accuracy' } })
})
