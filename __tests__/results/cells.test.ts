import { describe, expect, test } from '@jest/globals'
import { compareCells, ulpDistance } from '../../src/results/cells.js'

describe('two cells', () => {
  test.each([
    ['cat', 'cat', 'equal'],
    ['cat', 'dog', 'flip'],
    ['3', '8', 'flip'],
    ['3', '3.0', 'equal'],
    ['3.0', '8.0', 'flip'],
    ['0.5', '0.50', 'equal'],
    ['0.5', '5e-1', 'equal'],
    [' 0.5', '0.5', 'equal'],
    ['0.5', '0.6', 'moved'],
    ['1', '0.9999', 'moved'],
    ['1.0', '1e0', 'equal'],
    ['nan', 'NaN', 'equal'],
    ['nan', '0.5', 'flip'],
    ['', '0.5', 'flip'],
    ['', 'nan', 'flip'],
    ['inf', 'Infinity', 'equal'],
    ['inf', '-inf', 'flip'],
    ['inf', '1e308', 'flip'],
    ['1.7e308', '-1.7e308', 'flip'],
    ['0', '-0', 'moved'],
    ['0.0', '-0.0', 'moved'],
    ['9007199254740992', '9007199254740993', 'flip'],
    ['9007199254740993', '9007199254740993.0', 'equal'],
    ['0x10', '16', 'flip'],
    ['1_0', '10', 'flip'],
    ['True', '1', 'flip'],
    ['constructor', 'toString', 'flip'],
    ['٣', '3', 'flip'],
    ['9'.repeat(100_000), '9'.repeat(100_000) + '0', 'flip'],
  ])('%.20s and %.20s', (a, b, kind) => {
    expect(compareCells(a, b).kind).toBe(kind)
  })

  test('how far it moved, in its unit and in doubles', () => {
    expect(compareCells('0.1', '0.10000000000000002')).toEqual({
      kind: 'moved',
      difference: 0.10000000000000002 - 0.1,
      ulps: 1,
      recorded: 0.1,
    })
  })

  // Neighbours by Python's `math.nextafter`.
  test.each([
    [1, 0.9999999999999999, 1],
    [0.1, 0.10000000000000002, 1],
    [0, -0, 0],
    [5e-324, -5e-324, 2],
    [1, 2, 2 ** 52],
    [1.5, 1.5, 0],
  ])('%d and %d are %d doubles apart', (a, b, ulps) => {
    expect(ulpDistance(a, b)).toBe(ulps)
    expect(ulpDistance(b, a)).toBe(ulps)
  })
})
