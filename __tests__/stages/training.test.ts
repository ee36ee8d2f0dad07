import { describe, expect, test } from '@jest/globals'
import type { EngineContext } from '../../src/engine/engine.js'
import type { Subject } from '../../src/stages/subject.js'
import { recordedSeed, trained, whyNotTrained } from '../../src/stages/training.js'

/** When the model is trained again, and why not. */

const RECORD = { model: { path: 'model.json', digest: `sha256:${'a'.repeat(64)}` }, run: { seconds: 60 } }
const subject = (
  replay: string,
  {
    training,
    record = RECORD,
    command = ['python3', 'train.py'] as string[] | undefined,
  }: {
    training?: Subject['training']
    record?: object
    command?: string[] | undefined
  } = {},
) =>
  ({
    plan: { training: { replay, command, model: 'model.json' }, limits: { training: 2 } },
    claims: { record },
    training,
  }) as unknown as Subject

test.each([
  ['never', {}, null],
  ['never', { training: { asked: true } }, undefined],
  ['when-small', {}, undefined],
  ['scheduled', { training: { scheduled: true } }, undefined],
] as const)('%s, %j', (replay, more, why) => {
  expect(whyNotTrained(subject(replay, more))).toBe(why)
})

describe('not', () => {
  test('on another event than a schedule: that is no finding', () => {
    expect(whyNotTrained(subject('scheduled'))).toEqual({ why: expect.stringContaining('schedule') })
  })
  test('if it took longer than the limit: that is none either', () => {
    const record = { ...RECORD, run: { seconds: 121 } }
    expect(whyNotTrained(subject('when-small', { record }))).toEqual({
      why: 'the run took 2 min 1 s, and `limits.training` is 2 minutes',
    })
  })
  test.each([
    ['run.seconds', 'when-small', { record: { ...RECORD, run: {} } }],
    ['model.digest', 'when-small', { record: { ...RECORD, model: { path: 'model.json' } } }],
    ['seeds', 'when-small', { command: ['python3', 'train.py', '--seed={seed}'] }],
  ])('without %s of the record, and the finding names the field', async (field, replay, more) => {
    const result = await trained({} as EngineContext, subject(replay, more), {}, undefined)
    expect(result?.findings).toMatchObject([{ rule: 'training/not-run', field }])
    expect(result?.evidence).toMatchObject({ outcome: 'not-run', replays: [] })
  })
  test('without a command', async () => {
    const about = subject('scheduled', { training: { scheduled: true } })
    const none = {
      ...about,
      plan: { ...about.plan, training: { ...about.plan.training, command: undefined } },
    }
    const result = await trained({} as EngineContext, none, {}, undefined)
    expect(result?.findings).toMatchObject([{ rule: 'training/not-run', field: 'run.command' }])
  })
})

test.each([
  [{ split: 7, train: 3 }, 3],
  [{ split: 'x', init: 5 }, 5],
  [{ split: 7 }, 7],
  [{ split: 'x' }, undefined],
  [undefined, undefined],
])('the recorded seed of %j is %j', (seeds, seed) => {
  expect(recordedSeed(subject('never', { record: { ...RECORD, seeds } }))).toBe(seed)
})
