import { describe, expect, test } from '@jest/globals'
import { explained, explainedSchema, hasDifference, seenReportSchema } from '../../src/verdict/explained.js'
import { machineDifferences } from '../../src/verdict/machine.js'
import type { ModelReport } from '../../src/verdict/report.js'
import { renderExplained } from '../../src/report/explained.js'
import {
  ATTACKS,
  failedModel,
  notReproducedModel,
  reportOf,
  reproducedModel,
  unseededModel,
} from '../report/fixtures.js'

const COMMIT = 'a'.repeat(40)
const seen = (model: ModelReport) =>
  seenReportSchema.parse(JSON.parse(JSON.stringify(reportOf([model], { commit: COMMIT }))))
const explain = (there: ModelReport, here: ModelReport, commit = COMMIT) => {
  const report = seen(there)
  return explainedSchema.parse(explained(report, report.models, reportOf([here], { commit })))
}

describe('what a search for the cause of a report comes to', () => {
  test('nothing to explain in a report that differs in nothing', () => {
    const report = seen(reproducedModel)
    expect(report.models.map(hasDifference)).toEqual([false])
    expect(explained(report, report.models).models[0]).toMatchObject({ outcome: 'nothing-to-explain' })
  })
  test('a difference that is not here is not explained, and what is otherwise is told', () => {
    const { models } = explain(notReproducedModel, reproducedModel, 'b'.repeat(40))
    expect(models[0]).toMatchObject({
      outcome: 'not-seen-here',
      says: expect.stringContaining('was not seen on this machine'),
    })
    expect(models[0]!.otherwise.join('\n')).toMatch(
      /^commit: aaaaaaa in the report, bbbbbbb here\nenvironment: .*in the report, not here/,
    )
    expect(models[0]).not.toHaveProperty('fix')
  })
  test('without a search it is not explained, and nobody says that it is', () => {
    expect(explain(notReproducedModel, notReproducedModel).models[0]).toMatchObject({
      outcome: 'not-explained',
      otherwise: [],
    })
  })
  test('no result here: it could not be checked', () => {
    expect(explain(unseededModel, failedModel).models[0]).toMatchObject({ outcome: 'could-not-check' })
  })
})

test('machines differ in what both of them say', () => {
  expect(machineDifferences({ cpu: 'A', cores: 2, engine: '1' }, { cpu: 'B', cores: 2 })).toEqual([
    'CPU: A in the report, B here',
  ])
})

test('nothing of a report is obeyed by a runner or a terminal', () => {
  for (const text of ATTACKS) {
    const hostile = {
      ...notReproducedModel,
      evidence: { ...notReproducedModel.evidence, machine: { cpu: text.slice(0, 200) } },
    }
    const here = { ...reproducedModel, evidence: { ...reproducedModel.evidence, machine: { cpu: 'Ours' } } }
    expect(renderExplained(explain(hostile, here), { colour: false })).not.toMatch(
      /^\s*(?:::|##\[)|\u001b|\u202e/m,
    )
  }
})
