import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { resolve } from 'node:path'
import { recordedPlace, type Place } from '../../scripts/demo/place.js'
import { commandOf } from '../../scripts/demo/command.js'
import { judge, play } from '../../scripts/demo/run.js'
import { FROM_NOTHING } from '../../scripts/demo/from-nothing.js'
import { SCENARIOS } from '../../scripts/demo/scenarios.js'

const MINUTE = 60_000

/** The demo, a test a scenario: the built command on a real model, a real repository and a real engine. */
describe('the example', () => {
  let recorded: Place

  beforeAll(async () => {
    const { REPROGATE_TEST_BASE: base = '', REPROGATE_TEST_REGISTRY: registry = '' } = process.env
    const command = commandOf(resolve('dist/cli/index.js'), new AbortController().signal)
    recorded = await recordedPlace({ world: { base, registry }, command })
  }, 10 * MINUTE)
  afterAll(() => recorded?.leave(), MINUTE)

  test.each(
    [FROM_NOTHING, ...SCENARIOS].map((scenario) => [scenario.name, scenario.verdict, scenario] as const),
  )(
    '%s: %s',
    async (_name, verdict, scenario) => {
      const outcome = await play(scenario, recorded)
      expect(judge(scenario, outcome)).toEqual([])
      expect(outcome.report.verdict).toBe(verdict)
    },
    20 * MINUTE,
  )
})
