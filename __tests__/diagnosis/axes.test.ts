import { describe, expect, it } from '@jest/globals'
import { AXES, batchAxis, conditionsWith, kernelTries, NETWORK } from '../../src/diagnosis/axes.js'
import { SHIM } from '../../src/diagnosis/shim.js'
import { STANDARD } from '../../src/evaluation/conditions.js'

describe('the axes', () => {
  it('have names and words of their own, and each says what to do', () => {
    for (const field of ['id', 'name', 'words'] as const)
      expect(new Set(AXES.map((axis) => axis[field])).size).toBe(AXES.length)
    for (const { fix } of AXES) expect(fix).toMatch(/^[A-Z].*\.$/)
  })

  it('each set something over the standard conditions', () => {
    for (const { id, tries, steady } of [...AXES, NETWORK, batchAxis('BATCH')])
      for (const change of [...tries, ...(steady ? [steady] : [])])
        expect({ id, ...conditionsWith([change], '/tools') }).not.toEqual({
          id,
          ...conditionsWith([], '/tools'),
        })
  })

  it('use only parts that the shim has', () => {
    const parts = AXES.flatMap(({ tries, steady }) =>
      [...tries, ...(steady ? [steady] : [])].flatMap(({ shim }) => Object.keys(shim ?? {})),
    )
    for (const part of [...parts, 'loaded']) expect(SHIM).toContain(`if "${part}" in PARTS`)
  })

  it('know under which value OpenBLAS takes which kernels, also those of a newer processor', () => {
    const [openblas, other] = ['openblas', 'threads'].map((id) => AXES.find((axis) => axis.id === id)!)
    const tries = kernelTries(openblas!)
    expect(openblas!.tries[tries.get('SkylakeX')!]!.env).toEqual({ OPENBLAS_CORETYPE: 'SkylakeX' })
    expect(tries.get('Cooperlake')).toBe(tries.get('SkylakeX'))
    expect(kernelTries(other!).size).toBe(0)
  })

  it('give nobody the network unless it is asked for', () => {
    for (const { tries } of AXES) for (const change of tries) expect(change.network).toBeUndefined()
    expect(conditionsWith(NETWORK.tries, '/tools').network).toBe('bridge')
  })
})

describe('conditions', () => {
  it('are the standard ones if nothing is changed', () => {
    expect(conditionsWith([], '/tools')).toEqual({ ...STANDARD })
  })

  it('of several changes are all of them, and the image keeps its path', () => {
    const [order, clock, host] = ['file-order', 'clock', 'host-name'].map(
      (id) => AXES.find((axis) => axis.id === id)!.tries[0],
    )
    expect(conditionsWith([order!, clock!, host!], '/tools', '/app')).toMatchObject({
      hostname: 'another',
      tools: '/tools',
      env: { HOME: '/tmp', PYTHONPATH: '/reprogate:/app', REPROGATE_SHIM: 'order=reverse,clock=1000000000' },
    })
  })
})
