import { expect, test } from '@jest/globals'
import { recomputedCount, recomputedLines } from '../../src/report/recomputed.js'
import type { RecomputedMetric } from '../../src/verdict/evidence.js'

const of = { columns: ['y_true', 'y_pred'], rows: 2000, definition: 'accuracy' }

test.each<[string, Partial<RecomputedMetric>[]]>([
  [
    'accuracy 0.805 agrees with 2,000 predictions in p.csv (declared: accuracy of y_true, y_pred)',
    [{ ...of, outcome: 'agrees', printed: '0.805', value: '0.805', declared: true }],
  ],
  [
    'accuracy 0.85 is declared as accuracy of y_true, y_pred; 2,000 predictions in p.csv give 0.805',
    [{ ...of, outcome: 'differs', printed: '0.85', value: '0.805', declared: true }],
  ],
  [
    'accuracy 0.9071, f1 0.8817 follow from 2,000 predictions in p.csv (y_true, y_pred)',
    [
      { ...of, outcome: 'follows', printed: '0.9071', value: '0.9071' },
      { ...of, outcome: 'follows', metric: 'f1', printed: '0.8817', value: '0.8817' },
    ],
  ],
  [
    'r2 0.1853 follows as squared_correlation from 2,000 predictions in p.csv (r2 gives -0.417500)',
    [
      {
        ...{ ...of, outcome: 'follows', metric: 'r2', printed: '0.1853', definition: 'squared_correlation' },
        variant: true,
        usual: { definition: 'r2', value: '-0.4174999999' },
      },
    ],
  ],
  [
    'accuracy 0.91 fits 2,000 predictions in p.csv, but such numbers fit by chance too easily to say more',
    [{ ...of, outcome: 'consistent', printed: '0.91' }],
  ],
  [
    'ece 0.1848: none of the definitions known here gives it; declare one under `evaluation.definitions` in the policy',
    [{ outcome: 'definition unknown', metric: 'ece', printed: '0.1848' }],
  ],
  [
    'bleu 31.5: not computed again, needs the tokenizer and normalizer of the evaluation',
    [
      {
        ...{ outcome: 'cannot recompute', metric: 'bleu', printed: '31.5' },
        why: 'needs the tokenizer and normalizer of the evaluation',
      },
    ],
  ],
])('%s', (line, metrics) => {
  const full = metrics.map((one) => ({ metric: 'accuracy', printed: '', ...one }) as RecomputedMetric)
  expect(recomputedLines({ file: 'p.csv', metrics: full })).toEqual([line])
})

test('a file that cannot be read is said once', () => {
  const evidence = { file: 'p.npy', problem: 'is not CSV, TSV or JSON', metrics: [] }
  expect(recomputedLines(evidence)).toEqual(['p.npy is not CSV, TSV or JSON: no metric was computed again'])
  expect(recomputedCount(evidence)).toBeUndefined()
})

test('no outcome claims more than was found', () => {
  for (const outcome of ['consistent', 'definition unknown', 'cannot recompute'] as const)
    expect(recomputedLines({ file: 'p', metrics: [{ metric: 'm', printed: '1', outcome }] })[0]).not.toMatch(
      /wrong|fake|mismatch|differs|agrees|follows/,
    )
})
