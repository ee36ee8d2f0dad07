import { expect, test } from '@jest/globals'
import { renderTrained, trainedCode } from '../../src/report/training.js'
import type { ModelReport } from '../../src/verdict/report.js'
import { ATTACKS, otherDataModel, reportOf, reproducedModel, trainedModel } from './fixtures.js'

const render = (...models: ModelReport[]) => renderTrained(reportOf(models), { colour: false })

test('says what came of it, the spread, and how to fix it', () => {
  expect(render(trainedModel)).toMatch(
    /✔ the model was trained again: the same bytes\n {2}Over 5 seeds: accuracy 0\.9718 ±/,
  )
  expect(render(otherDataModel)).toMatch(
    /✖ the model was trained again, and differs; with data\/train\.csv[^]*\n {2}Fix: Train/,
  )
  expect(render(reproducedModel)).toContain('digits   not trained: ')
})

test('exit codes', () => {
  expect([trainedModel, otherDataModel, reproducedModel].map((one) => trainedCode(reportOf([one])))).toEqual([
    0, 1, 2,
  ])
  expect(trainedCode(reportOf([trainedModel, otherDataModel]))).toBe(1)
})

test('nothing that a training prints is obeyed by a runner or a terminal', () => {
  for (const why of ATTACKS) {
    const training = { outcome: 'failed', why, replays: [1] } as const
    const model = {
      ...trainedModel,
      evidence: { ...trainedModel.evidence, training: { ...training, replays: [1] } },
    }
    expect(render(model)).not.toMatch(/^\s*(?:::|##\[)|\u001b|\u202e/m)
  }
})
