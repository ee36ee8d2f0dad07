import { expect, test } from '@jest/globals'
import { isToExplain } from '../../src/stages/cause.js'
import type { EvaluationResult, Replayed } from '../../src/evaluation/check.js'
import type { Products } from '../../src/stages/stage.js'
import type { Found } from '../../src/verdict/finding.js'

const RAN = { steady: true, outcome: { metrics: {}, seconds: 1 } } as unknown as Replayed
const FAILED = { steady: true, outcome: { finding: {} } } as unknown as Replayed
const IMAGES = { images: {} } as unknown as Products
const metric: Found = { rule: 'evaluation/metric-differs', message: 'moved' }
const rows: Found = { rule: 'evaluation/prediction-differs', message: 'flipped' }

const explained = (
  agreement: EvaluationResult['agreement'],
  findings: Found[] = [rows],
  {
    images,
    replayed = RAN,
    predictions = true,
  }: { images?: Products; replayed?: Replayed; predictions?: boolean } = {},
) => {
  const evidence = { predictions: predictions ? {} : undefined } as EvaluationResult['evidence']
  return isToExplain(replayed, { agreement, findings, evidence }, images ?? {})
}

test('a result that differs is explained, and one that agrees is not', () => {
  expect(explained('different')).toBe(true)
  expect(explained('not-comparable')).toBe(true)
  expect(explained('nondeterministic')).toBe(true)
  for (const agreement of ['identical', 'within-tolerance', 'equivalent', 'inconclusive', null] as const)
    expect(explained(agreement)).toBe(false)
})

test('a number that does not follow from predictions that came back needs another environment to be explained', () => {
  expect(explained('different', [metric])).toBe(false)
  expect(explained('different', [metric], { images: IMAGES })).toBe(true)
  expect(explained('different', [metric], { predictions: false })).toBe(true)
})

test('a failure is explained only if the environment differs', () => {
  expect(explained(null, [], { replayed: FAILED })).toBe(false)
  expect(explained(null, [], { replayed: FAILED, images: IMAGES })).toBe(true)
})
