import { describe, expect, test } from '@jest/globals'
import { isUnmoved, isUnprobed, renderProbe } from '../../src/report/probe.js'
import type { ProbeEvidence } from '../../src/verdict/evidence.js'
import { ATTACKS, modelOf, reproducedModel, reportOf, unseededModel } from './fixtures.js'

const probed = (...axes: ProbeEvidence['axes']) =>
  modelOf({ evaluation: { evidence: { agreement: 'identical', probe: { axes, seconds: 12 } } } })
const render = (...models: Parameters<typeof reportOf>[0]) => renderProbe(reportOf(models), { colour: false })

type Axis = ProbeEvidence['axes'][number]
const SAME: Axis = { name: 'hash seed', effect: 'same', text: 'same' }
const MOVES: Axis = {
  name: 'threads',
  effect: 'moves',
  text: '4 of 1,797 predictions flipped',
  fix: 'Set `ENV OMP_NUM_THREADS=1` in the Dockerfile.',
}

describe('a probe', () => {
  test('has a line for each axis, and the fix below those that move the results', () => {
    expect(render(probed(SAME, MOVES))).toBe(
      [
        'digits   2 axes in 12 s',
        '',
        '  ✔ hash seed  same',
        '  ✖ threads    4 of 1,797 predictions flipped',
        '               fix: Set ENV OMP_NUM_THREADS=1 in the Dockerfile.',
        '',
      ].join('\n'),
    )
  })
  test('says of an evaluation that does not repeat itself nothing else', () => {
    expect(render(unseededModel)).toContain('digits   does not repeat itself')
  })
  test('that could not be made says why', () => {
    expect(render(reproducedModel)).toContain('digits   not probed')
  })
  test('prints nothing that a runner or a terminal obeys', () => {
    for (const text of ATTACKS)
      expect(render(probed({ name: 'threads', effect: 'fails', text }))).not.toMatch(
        /^\s*(?:::|##\[)|\u001b|\u202e/m,
      )
  })
})

test('what a probe comes to', () => {
  expect(isUnmoved(probed(SAME))).toBe(true)
  expect(isUnmoved(probed(SAME, MOVES))).toBe(false)
  expect(isUnmoved(unseededModel)).toBe(false)
  expect([probed(SAME), unseededModel, reproducedModel].map(isUnprobed)).toEqual([false, false, true])
})
