import { expect, test } from '@jest/globals'
import { lineageOf } from '../../src/provenance/lineage.js'

test('the lineage is what the record claims, and nothing in it has changed yet', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  expect(
    lineageOf({
      model: { version: '1.2.0', digest },
      run: { id: 'a' },
      code: { commit: 'c'.repeat(40) },
      data: [{ name: 'digits', version: 'v3', digest }, { path: 'test.csv' }, {}],
      environment: { hash: `env-v1:${digest}` },
      seeds: { split: 7, init: 'x' },
      evaluation: { metrics: { accuracy: 0.9721758486366165, f1: 0 } },
    }),
  ).toEqual({
    data: [
      { label: 'digits v3', digest, changed: false },
      { label: 'test.csv', digest: undefined, changed: false },
      { label: 'data', digest: undefined, changed: false },
    ],
    code: { commit: 'c'.repeat(40), changed: false },
    environment: { hash: `env-v1:${digest}`, changed: false },
    run: { label: 'run a', seeds: 'seeds split 7, init x' },
    model: { label: 'model 1.2.0', digest, changed: false },
    result: { label: 'accuracy 0.972176', changed: false },
  })
})

test('of an empty record nothing is made up', () => {
  expect(lineageOf({})).toEqual({
    data: [],
    code: undefined,
    environment: undefined,
    run: { label: 'run', seeds: 'no seeds' },
    model: { label: 'model', digest: undefined, changed: false },
    result: { label: 'result', changed: false },
  })
})

test('of very many data sets and seeds the first are kept', () => {
  const lineage = lineageOf({
    data: Array.from({ length: 200 }, (_, index) => ({ path: `${index}.csv` })),
    seeds: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`s${index}`, index])),
  })
  expect(lineage.data).toHaveLength(100)
  expect(lineage.run.seeds).toBe('seeds s0 0, s1 1, s2 2, s3 3, s4 4')
})
