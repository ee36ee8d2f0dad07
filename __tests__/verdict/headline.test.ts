import { describe, expect, test } from '@jest/globals'
import type { CauseEvidence, EvaluationEvidence } from '../../src/verdict/evidence.js'
import type { Finding, StageName } from '../../src/verdict/finding.js'
import { foldModel, type StageRun } from '../../src/verdict/fold.js'
import { headlineOf, type Judged } from '../../src/verdict/headline.js'
import { levelOf, type RuleLevels } from '../../src/verdict/levels.js'
import type { RuleId } from '../../src/verdict/rules/index.js'
import type { Track } from '../../src/verdict/rules/rule.js'

const finding = (rule: RuleId, stage: StageName, message: string): Finding => ({
  rule,
  stage,
  level: 'error',
  message,
  remedy: `Mend ${rule}.`,
})
const headline = (judged: Partial<Judged> & Pick<Judged, 'verdict'>) =>
  headlineOf({ findings: [], levels: {}, evidence: {}, ...judged })

const metric = (name: string, finite = true) => ({ name, agrees: true, finite })
const evaluation = (over: Partial<EvaluationEvidence>): EvaluationEvidence => ({
  command: ['x'],
  metrics: [metric('accuracy'), metric('f1')],
  replays: [1, 1],
  ...over,
})
const predictions = (rows: number) => ({ rows, flips: 0, moved: 0, first: [] })

const PACKAGE = finding('environment/package-differs', 'environment', 'scikit-learn 1.2.1 → 1.3.0')
const FLIPS = finding('evaluation/prediction-differs', 'evaluation', '4 of 1,797 predictions flipped')

describe('not reproduced', () => {
  test('names the environment and the result, and does not claim that the one made the other', () => {
    expect(headline({ verdict: 'not-reproduced', findings: [PACKAGE, FLIPS] })).toEqual({
      cause:
        'The rebuilt environment differs (scikit-learn 1.2.1 → 1.3.0), and so does the result: 4 of 1,797 predictions flipped.',
      fix: 'Mend environment/package-differs.',
      told: [PACKAGE, FLIPS],
    })
  })
  test('says that the results matched only if they were compared', () => {
    const cause = (evidence: Judged['evidence']) =>
      headline({ verdict: 'not-reproduced', findings: [PACKAGE], evidence }).cause
    expect(cause({ agreement: 'identical' })).toBe(
      'The rebuilt environment differs (scikit-learn 1.2.1 → 1.3.0); the results still matched.',
    )
    expect(cause({})).toBe('The rebuilt environment differs: scikit-learn 1.2.1 → 1.3.0.')
    expect(cause({ agreement: 'nondeterministic' })).not.toContain('matched')
  })
  test('tells a single difference as a sentence', () => {
    const alone = finding('evaluation/nondeterministic', 'evaluation', 'two identical replays disagree')
    expect(headline({ verdict: 'not-reproduced', findings: [alone] })).toEqual({
      cause: 'Two identical replays disagree.',
      fix: 'Mend evaluation/nondeterministic.',
      told: [alone],
    })
  })
})

describe('incomplete', () => {
  const missing = finding('seeds/value-missing', 'provenance', 'seed `split` is missing')
  const wrong = finding('data/digest-mismatch', 'data', 'data/test.csv does not match its recorded digest')
  test('counts what is missing and what is wrong; its table tells them all', () => {
    expect(headline({ verdict: 'incomplete', findings: [missing, wrong] })).toEqual({
      cause: '1 required field is missing and 1 is wrong. The first: seed `split` is missing.',
      fix: 'Mend seeds/value-missing.',
      told: [],
    })
    expect(headline({ verdict: 'incomplete', findings: [wrong, wrong] }).cause).toMatch(
      /^2 recorded facts are wrong\. /,
    )
  })
  test('tells one fact as it is, and leaves a path as it is written', () => {
    expect(headline({ verdict: 'incomplete', findings: [wrong] })).toEqual({
      cause: 'data/test.csv does not match its recorded digest.',
      fix: 'Mend data/digest-mismatch.',
      told: [],
    })
    expect(headline({ verdict: 'incomplete', findings: [missing] }).cause).toBe('Seed `split` is missing.')
  })
})

describe('reproduced', () => {
  const cause = (evidence: Judged['evidence']) => headline({ verdict: 'reproduced', evidence }).cause
  test('mentions what was compared, and nothing else', () => {
    const identical = (over: Partial<EvaluationEvidence>) =>
      cause({ agreement: 'identical', evaluation: evaluation(over) })
    expect(identical({ predictions: predictions(1797) })).toBe(
      'Rebuilt and evaluated again: all 1,797 predictions and 2 metrics came back, bit for bit.',
    )
    expect(identical({})).toBe('Rebuilt and evaluated again: all 2 metrics came back, bit for bit.')
    expect(identical({ metrics: [metric('a'), metric('b', false)] })).toBe(
      'Rebuilt and evaluated again: the only metric came back, bit for bit.',
    )
    expect(identical({ metrics: [], predictions: predictions(9) })).toBe(
      'Rebuilt and evaluated again: all 9 predictions came back, bit for bit.',
    )
  })
  test('does not count numbers that agree with themselves whatever was computed', () => {
    const text = cause({ agreement: 'identical', evaluation: evaluation({ metrics: [metric('a', false)] }) })
    expect(text).toContain('none of them a finite number')
    expect(text).not.toContain('metric')
  })
  test('claims no more than the grade', () => {
    const graded = (agreement: NonNullable<Judged['evidence']['agreement']>) =>
      cause({ agreement, evaluation: evaluation({ predictions: predictions(1797) }) })
    expect(graded('identical-values')).toContain('came back; only order or format differs.')
    expect(graded('within-tolerance')).toContain('came back within the tolerances.')
    expect(graded('equivalent')).toContain(
      ': accuracy over 1,797 predictions is equivalent to the recorded one, within the declared margin.',
    )
  })
  test('tells a risk that the policy does not allow, with its fix', () => {
    const risk = finding('environment/private-key', 'environment', 'the build generated a private key')
    const judged = headline({
      verdict: 'reproduced',
      findings: [risk],
      levels: { 'environment/private-key': 'error' },
      evidence: { agreement: 'identical', evaluation: evaluation({}) },
    })
    expect(judged.cause).toMatch(/^Rebuilt .* bit for bit\. But the build generated a private key\.$/)
    expect(judged).toMatchObject({ fix: 'Mend environment/private-key.', told: [risk] })
  })
})

describe('could not check', () => {
  test('says why nothing was compared', () => {
    const fields = { present: 16, required: 16 }
    expect(
      headline({ verdict: 'could-not-check', evidence: { fields }, waiting: 'nobody asked for it' }),
    ).toEqual({
      cause: 'The record is complete. Nobody asked for it.',
      told: [],
    })
    expect(
      headline({ verdict: 'could-not-check', evidence: { fields: { present: 3, required: 16 } } }),
    ).toEqual({
      cause: 'Nothing was compared.',
      told: [],
    })
  })
})

describe('an error by the policy', () => {
  const ran = (name: StageName, findings: Finding[] = []): StageRun => ({
    name,
    seconds: 0,
    outcome: { findings, summary: 'as recorded', evidence: { fields: { present: 16, required: 16 } } },
  })
  const folded = (rule: RuleId, track: Track, levels: RuleLevels) => {
    const made = { ...finding(rule, 'provenance', `${rule} of digits`), level: levelOf(rule, track, levels) }
    const runs: StageRun[] = [
      ran('provenance', [made]),
      ran('data'),
      { name: 'environment', seconds: 0, outcome: { notRun: 'nobody asked for it' } },
      { name: 'evaluation', seconds: 0, outcome: { notRun: 'nobody asked for it' } },
    ]
    return foldModel({ name: 'digits', track, levels, record: 'provenance.yml' }, runs)
  }

  test.each(['data/licence-missing', 'record/unknown-key'] as const)(
    '%s is told with its fix, and the record is never called complete',
    (rule) => {
      for (const [track, level] of [
        ['production', 'error'],
        ['exploratory', 'error'],
        ['exploratory', { exploratory: 'error' }],
      ] as const) {
        const model = folded(rule, track, { [rule]: level })
        expect(model).toMatchObject({
          decision: 'fail',
          cause: `${rule} of digits.`,
          fix: `Mend ${rule}.`,
        })
        // It stays in the table, with its field and its line.
        expect(model.findings.map(({ headline }) => headline)).toEqual([undefined])
      }
    },
  )
  test('as a warning it leaves the record complete', () => {
    expect(folded('data/licence-missing', 'exploratory', {}).cause).toBe(
      'The record is complete. Nobody asked for it.',
    )
  })
})

describe('a cause', () => {
  const cause = (over: Partial<CauseEvidence>): CauseEvidence => ({
    ...{ shown: 'alone', image: 'pinned', factors: [], also: [], tried: [], moving: [] },
    ...{ differences: 9, replays: [], seconds: 1 },
    ...over,
  })
  const learn = {
    ...{ kind: 'package' as const, name: 'pkg:pypi/scikit-learn', pinned: '1.2.1', rebuilt: '1.3.0' },
    fix: 'Pin it.',
  }
  const judged = (evidence: CauseEvidence) =>
    headline({ verdict: 'not-reproduced', findings: [PACKAGE, FLIPS], evidence: { cause: evidence } })

  test('that was proven from both sides is told with the result, and its fix comes first', () => {
    const { cause: text, fix, told } = judged(cause({ factors: [learn] }))
    expect(text).toMatch(
      /^4 of 1,797 predictions flipped: scikit-learn 1\.2\.1 → 1\.3\.0 alone accounts for it\./,
    )
    expect({ fix, told }).toEqual({ fix: 'Pin it.', told: [PACKAGE, FLIPS] })
  })
  test.each(['among', 'not-listed', 'not-repeatable', 'unexplained'] as const)(
    'that was not found (%s) is named nowhere as one',
    (shown) => {
      const { cause: text, fix } = judged(cause({ shown, factors: shown === 'among' ? [learn] : [] }))
      expect(text).toMatch(/^The rebuilt environment differs/)
      expect(text).not.toContain('alone accounts')
      expect(fix).toBe('Mend environment/package-differs.')
    },
  )
  test('of an evaluation that fails in the rebuild is told, too', () => {
    const failed = finding('evaluation/failed', 'evaluation', 'the evaluation ended with exit code 1')
    const { cause: text } = headline({
      verdict: 'could-not-check',
      findings: [failed],
      evidence: { cause: cause({ factors: [learn] }) },
    })
    expect(text).toMatch(/^The evaluation ended with exit code 1: scikit-learn/)
  })
})
