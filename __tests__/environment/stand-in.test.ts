import { expect, test } from '@jest/globals'
import { goneFinding } from '../../src/environment/findings.js'

const rules = (request: Parameters<typeof goneFinding>[2]) =>
  goneFinding('it is gone', 'manifest', request).map(({ rule }) => rule)

test('a manifest stands in for an image that the base knew, and is the pin of a record that never had one', () => {
  const image = `r/x@sha256:${'a'.repeat(64)}`
  expect(rules({ image, manifestKnown: true })).toEqual(['environment/image-gone'])
  expect(rules({ image, manifestKnown: false })).toEqual(['environment/manifest-unknown'])
  expect(rules({ manifestKnown: true })).toEqual([])
  expect(rules({ manifestKnown: false })).toEqual(['environment/manifest-unknown'])
})
