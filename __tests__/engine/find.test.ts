import { describe, expect, test } from '@jest/globals'
import { findEngine } from '../../src/engine/find.js'
import { createRunner } from '../../src/system/process.js'

const run = createRunner(new AbortController().signal)

describe('findEngine', () => {
  test.each([
    ['no docker', { REPROGATE_DOCKER: '/nowhere/docker' }, /not installed/],
    ['a docker that fails', { REPROGATE_DOCKER: 'false' }, /gave no answer/],
    ['a docker that says something else', { REPROGATE_DOCKER: 'echo' }, /gave no answer/],
  ])('says what to do about %s', async (_, env, message) => {
    const found = findEngine(run, { PATH: process.env.PATH, ...env })
    await expect(found).rejects.toThrow(message)
    await expect(found).rejects.toMatchObject({
      code: 'engine/missing',
      remedy: expect.stringContaining('Install Docker'),
    })
  })

  test('a cancelled check is not a missing engine', async () => {
    const abort = new AbortController()
    abort.abort(new Error('cancelled'))
    await expect(findEngine(createRunner(abort.signal))).rejects.toThrow('cancelled')
  })
})
