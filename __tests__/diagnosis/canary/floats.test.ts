import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { unzipSync } from 'fflate'
import { deflateSync, gzipSync, unzipSync as unpack } from 'node:zlib'
import { drawFrom } from '../../../src/diagnosis/canary/draw.js'
import { modelNumbers } from '../../../src/diagnosis/canary/floats.js'
import { doubles, npy, npz, safetensors } from './files.js'

/** The numbers of a model, and nothing else, become 0. */

const zeroed = (path: string, bytes: Buffer | string) => {
  const { count, decisive, zeroed: make } = modelNumbers(path, Buffer.from(bytes))
  return { count, decisive, bytes: make() }
}

const numbersIn = (bytes: Buffer) => modelNumbers('m.pkl', bytes).count

describe('every number of the model', () => {
  test('npy: floats, not whole numbers', () => {
    expect(zeroed('w.npy', npy('<f8', [2], doubles(1, -2)))).toEqual({
      count: 2,
      decisive: true,
      bytes: npy('<f8', [2], doubles(0, 0)),
    })
    expect(zeroed('n.npy', npy('<i4', [1], Buffer.from([1, 0, 0, 0]))).count).toBe(0)
  })

  test('npz: each member by its type', () => {
    const steps = npy('<i4', [1], Buffer.from([3, 0, 0, 0]))
    const { count, bytes } = zeroed('m.npz', npz({ w: npy('<f8', [1], doubles(7)), steps }))
    const after = unzipSync(bytes)
    expect(count).toBe(1)
    expect(Buffer.from(after['w.npy']!)).toEqual(npy('<f8', [1], doubles(0)))
    expect(Buffer.from(after['steps.npy']!)).toEqual(steps)
  })

  test('safetensors: tensors of floats', () => {
    const header = {
      __metadata__: { format: 'pt' },
      w: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] },
      n: { dtype: 'I64', shape: [1], data_offsets: [4, 12] },
    }
    const file = (data: number[]) => safetensors(header, Buffer.from(data))
    const after = zeroed('m.safetensors', file([1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0]))
    expect(after).toEqual({ count: 2, decisive: true, bytes: file([0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]) })
  })

  test.each([
    ['a tensor outside', safetensors({ w: { dtype: 'F32', data_offsets: [0, 400] } }, Buffer.alloc(4))],
    ['a header that is cut short', Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1])],
    ['a header that is not JSON', safetensors({}, Buffer.alloc(0)).subarray(0, 9)],
  ])('safetensors with %s: only what looks like floats', (_, bytes) => {
    expect(modelNumbers('m.safetensors', bytes)).toMatchObject({ count: 0, decisive: false })
  })

  test('JSON: what is written as a float', () => {
    const text = '{"w": [1.5, -2e3, 0.1], "1.5": NaN, "classes": 3, "name": "v1.0 \\" 2.5"}'
    expect(zeroed('m.json', text)).toEqual({
      count: 4,
      decisive: true,
      bytes: Buffer.from('{"w": [0.0, 0.0, 0.0], "1.5": 0.0, "classes": 3, "name": "v1.0 \\" 2.5"}'),
    })
  })

  test('JSON of words with a version proves nothing', () => {
    expect(
      modelNumbers('m.json', Buffer.from('{"version": 1.0, "good": ["fine", "kind", "warm"]}')),
    ).toMatchObject({
      count: 1,
      decisive: false,
    })
  })

  test('CSV: cells that are numbers', () => {
    expect(zeroed('train.csv', 'id,x,label\na,1,-2.5\nb,3e1,x\n').bytes.toString()).toBe(
      'id,x,label\na,0.0,0.0\nb,0.0,x\n',
    )
  })

  test('floats in an unknown format, at any alignment; other bytes stay', () => {
    const values = Array.from({ length: 12 }, (_, i) => (i + 1) / 7)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.boolean(), (before, single) => {
        const floats = single
          ? Buffer.from(Float32Array.from([...values, ...values]).buffer)
          : doubles(...values)
        const head = Buffer.concat([Buffer.from(before), Buffer.alloc(8, 0xff)])
        const { bytes, decisive } = zeroed('m.pkl', Buffer.concat([head, floats, Buffer.from('tail')]))
        expect(decisive).toBe(false)
        expect(bytes).toEqual(Buffer.concat([head, Buffer.alloc(floats.length), Buffer.from('tail')]))
      }),
    )
  })

  test.each([
    ['gzip', gzipSync],
    ['zlib, as joblib writes it', deflateSync],
  ])('inside %s', (_, pack) => {
    const inside = (numbers: number[]) => Buffer.concat([Buffer.alloc(9, 0xff), doubles(...numbers)])
    const packed = pack(inside(Array.from({ length: 9 }, () => 0.5)))
    const { count, decisive, bytes } = zeroed('m.pkl', packed)
    expect({ count, decisive }).toEqual({ count: 9, decisive: false })
    expect(unpack(bytes)).toEqual(inside(Array.from({ length: 9 }, () => 0)))
    expect(numbersIn(packed.subarray(0, 9))).toBe(0)
  })

  test('text holds no floats', () => {
    const text = 'the quick brown fox jumps over the lazy dog 0123456789 '.repeat(50)
    expect(modelNumbers('README', Buffer.from(text)).count).toBe(0)
  })
})

describe('exchanged numbers', () => {
  test('are the same numbers, some with another sign', () => {
    const values = Array.from({ length: 40 }, (_, i) => i + 1)
    const after = modelNumbers('w.npy', npy('<f8', [40], doubles(...values))).scrambled(drawFrom('a'))
    const found = Array.from({ length: 40 }, (_, i) => after.readDoubleLE(after.length - 320 + 8 * i))
    expect(found.map(Math.abs).sort((a, b) => a - b)).toEqual(values)
    expect(found).not.toEqual(values)
    expect(found.some((x) => x < 0)).toBe(true)
    const json = modelNumbers('m.json', Buffer.from('[1.5, -2.5, 3.5]')).scrambled(drawFrom('b'))
    expect((JSON.parse(json.toString()) as number[]).map(Math.abs).sort()).toEqual([1.5, 2.5, 3.5])
  })
})
