import { describe, expect, test } from '@jest/globals'
import { canaryReplays, canarySentence, canaryStatements, contradictions } from '../../src/verdict/canary.js'
import type { CanaryEvidence } from '../../src/verdict/evidence.js'

type Parts = Partial<CanaryEvidence>
const of = (parts: Parts): CanaryEvidence => ({ replays: [], ...parts })
const rows = (
  outcome: 'follow' | 'partly' | 'not-shown',
  followed: number,
  stayed = 0,
  why?: string,
): Parts => ({
  rows: { outcome, telling: 96, followed, stayed, ...(why !== undefined && { why }) },
})
const model = (
  outcome: 'depends' | 'read' | 'unchanged' | 'not-shown',
  changed = 0,
  why?: string,
): Parts => ({
  model: { outcome, altered: 'zero-numbers', changed, of: 190, ...(why !== undefined && { why }) },
})
const truth = (outcome: 'unused' | 'used' | 'copied'): Parts => ({
  truth: { column: 'label', outcome, equal: 184, of: 190, expected: 103.4 },
})

describe('what is said, and no more', () => {
  test.each<[Parts, string]>([
    [
      rows('follow', 96),
      'The predictions follow the rows: on 96 of 96 rows that could tell, the answer moved with the row to another key (at least 96.9 %, 95 % confidence).',
    ],
    [
      rows('partly', 84),
      'The predictions follow the rows in part: on 84 of 96 rows that could tell, the answer moved with the row to another key.',
    ],
    [
      rows('not-shown', 0, 96, 'the answers stay with the key'),
      'Not shown that the predictions follow the rows: the answers stay with the key.',
    ],
    [
      model('depends', 62),
      'The predictions depend on the model: with all its numbers set to zero, 62 of 190 changed.',
    ],
    [
      model('read'),
      'The evaluation reads the model: with all its numbers set to zero, it fails. That the predictions depend on it is not shown.',
    ],
    [
      model('unchanged'),
      '190 of 190 predictions stayed the same although every number of the model was zero.',
    ],
    [
      truth('copied'),
      '184 of 190 answers equal the column label, which was permuted at random (103 would by chance).',
    ],
    [truth('unused'), 'The predictions do not use the column label, the right answers.'],
    [
      { notRun: 'the policy has `canary: off`' },
      'Not shown that the results follow from data and model: the policy has `canary: off`.',
    ],
  ])('%j', (parts, words) => {
    expect(canaryStatements(of(parts))).toEqual([words])
  })

  test.each<[Parts, string]>([
    [
      { ...rows('follow', 96), ...model('depends', 62) },
      'On altered inputs, the predictions follow the rows (96 of 96) and depend on the model (62 of 190).',
    ],
    [
      { ...rows('follow', 96), ...model('depends', 62), ...truth('used') },
      'On altered inputs, the predictions follow the rows (96 of 96), depend on the model (62 of 190) and change with the right answers.',
    ],
    [
      { ...rows('follow', 96), ...model('read') },
      'On altered inputs, the predictions follow the rows (96 of 96). Not shown: that they depend on the model (it fails on a broken one).',
    ],
    [
      {
        ...rows('not-shown', 0, 0, 'only 4 rows could tell'),
        ...model('not-shown', 0, 'nearly all answers are the same'),
      },
      'Not shown: that the predictions follow the rows (only 4 rows could tell); that they depend on the model (nearly all answers are the same).',
    ],
  ])('in one sentence: %j', (parts, words) => {
    expect(canarySentence(of(parts))).toBe(words)
  })
})

test('only answers that did not move, or that follow dealt-out right answers, contradict', () => {
  expect(contradictions(of({ ...rows('partly', 50), ...model('read'), ...truth('used') }))).toEqual([])
  expect(contradictions(of({ ...rows('not-shown', 0, 96), ...model('depends', 1) }))).toEqual([])
  expect(contradictions(of({ ...rows('not-shown', 0, 96), ...model('unchanged') }))).toEqual([
    '190 of 190 predictions stayed the same although every number of the model was zero, and 96 of 96 stayed with their key when the rows were exchanged',
  ])
  expect(contradictions(of(truth('copied')))).toHaveLength(1)
})

test('every replay is a line', () => {
  expect(
    canaryReplays(
      of({
        replays: [
          { altered: 'rows', changed: 76, of: 96, seconds: 1.26 },
          { altered: 'zero-bytes', failed: 'fails (exit code 1)', seconds: 0.3 },
        ],
      }),
    ),
  ).toEqual([
    'rows exchanged: 76 of 96 answers changed (1.3 s)',
    'every byte of the model 0: the evaluation fails (exit code 1) (0.3 s)',
  ])
})
