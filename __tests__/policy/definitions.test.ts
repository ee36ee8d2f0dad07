import { expect, test } from '@jest/globals'
import { modelSchema } from '../../src/policy/schema.js'

const withDefinition = (definition: unknown) =>
  modelSchema.safeParse({ record: 'provenance.yml', evaluation: { definitions: { accuracy: definition } } })
    .success

test('a metric is one of the definitions, of columns by name', () => {
  expect(withDefinition({ is: 'accuracy', truth: 'label', predicted: 'pred' })).toBe(true)
  expect(withDefinition({ is: 'pass_at_k', k: 1, score: 'passed', group: 'task_id' })).toBe(true)
  expect(withDefinition({ is: 'acuracy' })).toBe(false)
  expect(withDefinition({ is: 'accuracy', column: 'label' })).toBe(false)
  expect(withDefinition({ is: 'ndcg', k: 0 })).toBe(false)
})
