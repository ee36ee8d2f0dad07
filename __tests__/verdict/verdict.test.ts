import { describe, expect, test } from '@jest/globals'
import { AGREEMENTS, PARITIES } from '../../src/verdict/evidence.js'
import type { Finding } from '../../src/verdict/finding.js'
import { byLevel, decides, levelOf, stricter } from '../../src/verdict/levels.js'
import { consequenceOf, RULE_IDS, RULES, type RuleId } from '../../src/verdict/rules/index.js'
import { decisionOf, verdictOf, worstDecision, worstVerdict } from '../../src/verdict/verdict.js'

const finding = (rule: RuleId, level: Finding['level'] = 'error'): Pick<Finding, 'rule' | 'level'> => ({
  rule,
  level,
})

describe('the catalogue', () => {
  test.each(RULE_IDS)('%s has an id of its form, a title, a reason and a remedy', (id) => {
    expect(id).toMatch(/^[a-z]+\/[a-z]+(?:-[a-z]+)*$/)
    for (const text of [RULES[id].title, RULES[id].why, RULES[id].remedy])
      expect(text.length).toBeGreaterThan(8)
    expect(RULES[id].exploratory).not.toBe('error')
  })
  test('knows the subject of every rule, and what its kind makes of the verdict', () => {
    expect(RULE_IDS.filter((id) => RULES[id].subject !== id.split('/')[0])).toEqual([])
    expect(
      (
        [
          'seeds/value-missing',
          'code/dirty',
          'environment/package-differs',
          'environment/build-failed',
          'environment/private-key',
        ] as const
      ).map((id) => [RULES[id].kind, consequenceOf(id)]),
    ).toEqual([
      ['missing', 'incomplete'],
      ['wrong', 'incomplete'],
      ['differs', 'not-reproduced'],
      ['infrastructure', 'could-not-check'],
      ['risk', null],
    ])
  })
})

describe('the verdict', () => {
  test('reproduced needs a comparison and an agreement: there is no pass without evidence', () => {
    for (const parity of [...PARITIES, null])
      for (const agreement of [...AGREEMENTS, null]) {
        const evident =
          parity !== null &&
          parity !== 'unverifiable' &&
          ['identical', 'identical-values', 'within-tolerance', 'equivalent'].includes(agreement ?? '')
        expect([parity, agreement, verdictOf([], { parity, agreement }, {})]).toEqual([
          parity,
          agreement,
          evident ? 'reproduced' : 'could-not-check',
        ])
      }
  })
  test('an incomplete record comes before all else, and doubt after a difference', () => {
    expect(
      verdictOf(
        [finding('evaluation/failed'), finding('environment/package-differs'), finding('code/dirty')],
        { parity: null, agreement: null },
        {},
      ),
    ).toBe('incomplete')
    expect(
      verdictOf(
        [finding('evaluation/failed'), finding('environment/package-differs')],
        { parity: 'drift', agreement: null },
        {},
      ),
    ).toBe('not-reproduced')
    expect(verdictOf([finding('evaluation/failed')], { parity: 'content', agreement: null }, {})).toBe(
      'could-not-check',
    )
  })
  test('says the same on both tracks', () => {
    expect(verdictOf([finding('code/dirty', 'warn')], { parity: null, agreement: null }, {})).toBe(
      'incomplete',
    )
  })
  test('follows the levels of the policy', () => {
    const findings = [finding('environment/package-differs', 'warn')]
    expect(
      verdictOf(
        findings,
        { parity: 'drift', agreement: 'identical' },
        { 'environment/package-differs': 'warn' },
      ),
    ).toBe('reproduced')
    expect(decides('data/licence-missing', {})).toBeNull()
    expect(decides('data/licence-missing', { 'data/licence-missing': 'error' })).toBe('incomplete')
    expect(levelOf('code/dirty', 'production', { 'code/dirty': { exploratory: 'off' } })).toBe('error')
    expect(levelOf('code/dirty', 'exploratory', { 'code/dirty': { exploratory: 'off' } })).toBe('off')
  })
})

test('a risk is an error that says nothing about the result', () => {
  const levels = { 'environment/private-key': 'error' } as const
  const findings = [finding('environment/private-key')]
  expect(verdictOf(findings, { parity: 'content', agreement: 'identical' }, levels)).toBe('reproduced')
  expect(decisionOf('reproduced', 'production', findings, true)).toBe('fail')
})

test('errors come first, else the order in which they were found', () => {
  const findings = [finding('code/dirty', 'warn'), finding('data/missing'), finding('model/missing', 'warn')]
  expect(findings.sort(byLevel).map(({ rule }) => rule)).toEqual([
    'data/missing',
    'code/dirty',
    'model/missing',
  ])
})

describe('the decision', () => {
  test.each([
    ['reproduced', 'production', [], true, 'pass'],
    ['reproduced', 'production', [finding('data/licence-missing', 'warn')], true, 'warn'],
    ['incomplete', 'production', [finding('code/dirty')], false, 'fail'],
    ['could-not-check', 'production', [], false, 'fail'],
    ['could-not-check', 'exploratory', [], false, 'pass'],
    ['could-not-check', 'exploratory', [], true, 'warn'],
    ['not-reproduced', 'exploratory', [finding('environment/package-differs', 'warn')], true, 'warn'],
    ['incomplete', 'exploratory', [finding('code/dirty', 'warn')], false, 'warn'],
  ] as const)('%s on the %s track', (verdict, track, findings, replayed, decision) => {
    expect(decisionOf(verdict, track, findings, replayed)).toBe(decision)
  })
  test('of several models the worst counts', () => {
    expect(worstVerdict(['reproduced', 'could-not-check', 'incomplete'])).toBe('incomplete')
    expect(worstDecision(['pass', 'fail', 'warn'])).toBe('fail')
    expect([
      stricter('exploratory', undefined),
      stricter('exploratory', 'production'),
      stricter('production', 'exploratory'),
    ]).toEqual(['exploratory', 'production', 'production'])
  })
})
