import { describe, expect, test } from '@jest/globals'
import { causeOf } from '../../src/verdict/headline.js'
import { AGREEMENTS, PARITIES, type Finding } from '../../src/verdict/report.js'
import { isRuleId, RULE_IDS, RULES, type RuleId } from '../../src/verdict/rules.js'
import {
  decisionOf,
  levelOf,
  stricter,
  verdictOf,
  worstDecision,
  worstVerdict,
} from '../../src/verdict/verdict.js'

const finding = (rule: RuleId, level: Finding['level'] = 'error', message: string = rule): Finding => ({
  rule,
  level,
  message,
  remedy: `mend ${rule}`,
})

describe('the catalogue', () => {
  test.each(RULE_IDS)('%s has an id of its form, a title, a reason and a remedy', (id) => {
    expect(id).toMatch(/^[a-z]+\/[a-z]+(?:-[a-z]+)*$/)
    for (const text of [RULES[id].title, RULES[id].why, RULES[id].remedy])
      expect(text.length).toBeGreaterThan(8)
    expect(RULES[id].exploratory).not.toBe('error')
  })
  test('knows its ids', () => {
    expect([isRuleId('code/dirty'), isRuleId('toString')]).toEqual([true, false])
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
        expect([parity, agreement, verdictOf([], parity, agreement, {})]).toEqual([
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
        null,
        null,
        {},
      ),
    ).toBe('incomplete')
    expect(
      verdictOf([finding('evaluation/failed'), finding('environment/package-differs')], 'drift', null, {}),
    ).toBe('not-reproduced')
    expect(verdictOf([finding('evaluation/failed')], 'content', null, {})).toBe('could-not-check')
  })
  test('says the same on both tracks', () => {
    expect(verdictOf([finding('code/dirty', 'warn')], null, null, {})).toBe('incomplete')
  })
  test('follows the levels of the policy', () => {
    const findings = [finding('environment/package-differs', 'warn')]
    expect(verdictOf(findings, 'drift', 'identical', { 'environment/package-differs': 'warn' })).toBe(
      'reproduced',
    )
    expect(levelOf('code/dirty', 'production', { 'code/dirty': { exploratory: 'off' } })).toBe('error')
    expect(levelOf('code/dirty', 'exploratory', { 'code/dirty': { exploratory: 'off' } })).toBe('off')
  })
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

describe('the cause', () => {
  const fields = { present: 18, required: 18 }
  test('names the environment and the result, and does not claim that the one made the other', () => {
    const findings = [
      finding('environment/package-differs', 'error', 'scikit-learn 1.2.1 → 1.3.0'),
      finding('evaluation/prediction-differs', 'error', '4 of 1,797 predictions flipped'),
    ]
    expect(causeOf({ verdict: 'not-reproduced', findings, agreement: 'different', fields })).toEqual({
      cause:
        'The rebuild is another environment (scikit-learn 1.2.1 → 1.3.0), and the result is another: 4 of 1,797 predictions flipped.',
      fix: 'mend environment/package-differs',
    })
  })
  test('says when the result came back although the environment did not', () => {
    const findings = [finding('environment/config-differs', 'error', 'OMP_NUM_THREADS added: 4')]
    expect(causeOf({ verdict: 'not-reproduced', findings, agreement: 'identical', fields }).cause).toBe(
      'The rebuild is another environment: OMP_NUM_THREADS added: 4; the results came back all the same.',
    )
  })
  test('counts what is missing and what is wrong', () => {
    const findings = [
      finding('seeds/value-missing', 'error', 'seeds missing'),
      finding('data/digest-mismatch', 'error', 'other bytes'),
    ]
    expect(causeOf({ verdict: 'incomplete', findings, agreement: null, fields }).cause).toBe(
      '1 required field is missing and 1 is wrong: seeds missing, ….',
    )
  })
})
