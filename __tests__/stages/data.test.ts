import { expect, test } from '@jest/globals'
import { claimedBytes } from '../../src/stages/data.js'

test('a model that the evaluation trains is no input, whatever lies at its path', () => {
  expect(claimedBytes({ model: { path: 'model.pkl' } })).toMatchObject([
    { field: 'model', path: 'model.pkl' },
  ])
  expect(claimedBytes({ model: { path: 'model.pkl', from: 'evaluation' } })).toEqual([])
})
