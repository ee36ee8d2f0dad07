import { expect, test } from '@jest/globals'
import type { EngineContext } from '../../src/engine/engine.js'
import type { Replayed } from '../../src/evaluation/check.js'
import { computed } from '../../src/stages/canary.js'
import type { Subject } from '../../src/stages/subject.js'
import { ReprogateError } from '../../src/system/errors.js'

/** When results are asked whether they were computed. */

const subject = (track: string, canary: unknown = {}) =>
  ({ track, plan: { canary, limits: { canary: 10 } }, claims: { record: {} } }) as unknown as Subject
const context = {} as EngineContext
const replayed = (request: object = {}) =>
  ({ request, outcome: { metrics: {}, seconds: 1 }, steady: true }) as unknown as Replayed
const failing = (error: Error) =>
  replayed(
    Object.defineProperty({}, 'mounts', {
      get() {
        throw error
      },
    }),
  )

test.each([
  ['on the exploratory track', subject('exploratory'), replayed(), 'identical'],
  ['if nothing was replayed', subject('production'), undefined, 'identical'],
  ['if the results differ', subject('production'), replayed(), 'different'],
  ['if the results do not repeat themselves', subject('production'), replayed(), 'nondeterministic'],
  ['if nothing was compared', subject('production'), replayed(), null],
] as const)('not %s', async (_, about, run, agreement) => {
  expect(await computed(context, about, run, agreement)).toBeUndefined()
})

test('the policy can turn it off, and that is said', async () => {
  const result = await computed(context, subject('production', 'off'), replayed(), 'identical')
  expect(result).toEqual({ findings: [], evidence: { notRun: 'the policy has `canary: off`', replays: [] } })
})

test('an evaluation without predictions shows nothing', async () => {
  const result = await computed(context, subject('production'), replayed(), 'within-tolerance')
  expect(result?.evidence.notRun).toBe('the evaluation writes no predictions')
})

test('what cannot be made shows nothing; being cancelled and a bug are not hidden', async () => {
  const ask = (error: Error) => computed(context, subject('production'), failing(error), 'identical')
  expect((await ask(new ReprogateError('engine/failed', 'no container')))?.evidence.notRun).toBe(
    'no container',
  )
  await expect(ask(new ReprogateError('check/cancelled', 'cancelled'))).rejects.toThrow('cancelled')
  await expect(ask(new TypeError('a bug'))).rejects.toThrow('a bug')
})
