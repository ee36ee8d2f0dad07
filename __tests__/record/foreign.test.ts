import { expect, test } from '@jest/globals'
import { openDraft } from '../../src/record/draft.js'
import type { Context } from '../../src/system/context.js'

test.each([
  'dvc.lock',
  'README.md',
  'mlflow.db#run=1',
  'mlflow:https://tracking.example#run=1',
  'results/results_2026.json',
])('what another tool wrote is not written over: %s', async (path) => {
  // Nothing of the context is touched before it is refused.
  await expect(openDraft({} as Context, path)).rejects.toMatchObject({
    code: 'record/foreign',
    message: `${path} is what another tool wrote, and is not written over`,
  })
})
