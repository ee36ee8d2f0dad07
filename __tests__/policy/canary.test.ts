import { expect, test } from '@jest/globals'
import { limitsSchema, modelSchema } from '../../src/policy/schema.js'

const accepts = (canary: unknown) =>
  modelSchema.safeParse({ record: 'provenance.yml', evaluation: { canary } }).success

test('replays on altered inputs are on; they can be turned off, or told about the data', () => {
  expect(accepts(undefined)).toBe(true)
  expect(accepts('off')).toBe(true)
  expect(accepts({ key: 'user', truth: 'label', inputs: ['key', 'truth'] })).toBe(true)
  expect(accepts('on')).toBe(false)
  expect(accepts(false)).toBe(false)
  expect(accepts({ inputs: ['model'] })).toBe(false)
  expect(limitsSchema.parse({}).canary).toBe(10)
})
