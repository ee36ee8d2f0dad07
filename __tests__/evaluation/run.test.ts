import { expect, test } from '@jest/globals'
import { runOnce } from '../../src/evaluation/run.js'
import type { ReplayRequest } from '../../src/evaluation/request.js'

test('nothing is recorded in an image that holds what cannot be covered', async () => {
  const covers = { folders: [], files: [], open: ['/etc/mtab'] }
  // Neither engine nor workspace is asked for anything.
  const run = runOnce(undefined as never, { covers } as unknown as ReplayRequest)
  await expect(run).rejects.toMatchObject({
    code: 'evaluation/image-uncovered',
    message: 'the image has /etc/mtab, which is not compared and cannot be kept from the evaluation',
    remedy: expect.stringMatching(/Remove it from the image/),
  })
})
