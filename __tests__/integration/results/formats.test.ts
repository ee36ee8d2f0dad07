import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonWith } from '../../../scripts/world/python.js'
import { run } from '../../../scripts/world/system.js'
import { rowsIn } from '../../../src/results/formats/index.js'
import { comparePredictions } from '../../../src/results/predictions.js'

/** Arrays that NumPy wrote, and what NumPy itself prints of them. */

jest.setTimeout(600_000)

const WRITE = `
import sys, numpy as np
folder = sys.argv[1]
rng = np.random.default_rng(7)
edges = [0.0, -0.0, np.nan, np.inf, -np.inf, 1.0, 0.1]
arrays = {}
for kind in ('f2', 'f4', 'f8'):
    arrays[kind] = np.concatenate([np.array(edges, kind), rng.standard_normal(993).astype(kind)])
for kind in ('i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8'):
    info = np.iinfo(kind)
    arrays[kind] = rng.integers(info.min, info.max, 1000, kind, endpoint=True)
arrays['b'] = rng.random(1000) < 0.5
arrays['U'] = np.array(['', 'é', 'a,"b"', '\\U0001f600'] * 250)
np.savez(folder + '/stored.npz', **arrays)
np.savez_compressed(folder + '/packed.npz', **arrays)
np.save(folder + '/matrix.npy', np.asfortranarray(arrays['f8'].reshape(250, 4)))
with open(folder + '/printed.txt', 'w') as out:
    for name, array in arrays.items():
        for value in array:
            text = float.hex(float(value)) if name[0] == 'f' else str(value)
            out.write(name + ' ' + text.encode().hex() + '\\n')
with open(folder + '/matrix.csv', 'w') as out:
    out.write('row,value\\n')
    for row, values in enumerate(arrays['f8'].reshape(250, 4)):
        out.write(f'{row},"[' + ', '.join(repr(float(v)) for v in values) + ']"\\n')
np.save(folder + '/objects.npy', np.array([{}], object))
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprogate-numpy-'))
  await writeFile(join(folder, 'write.py'), WRITE)
  await run([await pythonWith('metrics'), join(folder, 'write.py'), folder])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const HEX = /^(-?)0x([01])\.?([0-9a-f]*)p([+-]\d+)$/
const NAMED: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity }

/** The number that a text of Python holds, also one of `float.hex`. */
function numberOf(text: string): number {
  const [, sign, whole, fraction = '', exponent] = HEX.exec(text) ?? []
  if (whole === undefined) return NAMED[text] ?? Number(text)
  const mantissa = Number(whole) + (fraction === '' ? 0 : parseInt(fraction, 16) / 16 ** fraction.length)
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** Number(exponent)
}

const bitsOf = (value: number): string => Buffer.from(Float64Array.of(value).buffer).toString('hex')

test('every number and text is the one that NumPy prints', async () => {
  const { header, rows } = (await rowsIn(join(folder, 'stored.npz')))!
  const cells = [...rows]
  const printed = (await readFile(join(folder, 'printed.txt'), 'utf8')).trim().split('\n')
  expect(printed).toHaveLength(13_000)
  for (const [at, line] of printed.entries()) {
    const [name = '', hex = ''] = line.split(' ')
    const cell = cells[at % 1000]![header.indexOf(name)]!
    const text = Buffer.from(hex, 'hex')
    if (!name.startsWith('f')) {
      expect(cell).toBe(text.toString('latin1'))
      continue
    }
    // The text of a float32 is the shortest of that float, not of the double.
    const value = name === 'f4' ? Math.fround(numberOf(cell)) : numberOf(cell)
    expect(`${name} ${at} ${cell} ${bitsOf(value)}`).toBe(
      `${name} ${at} ${cell} ${bitsOf(numberOf(text.toString()))}`,
    )
  }
})

test('a compressed archive, and an array of the other order, hold the same', async () => {
  const compared = (one: string, other: string) => comparePredictions(join(folder, one), join(folder, other))
  expect(await compared('stored.npz', 'packed.npz')).toMatchObject({
    grade: 'identical-values',
    comparison: { rows: 1000 },
  })
  expect(await compared('matrix.csv', 'matrix.npy')).toMatchObject({
    grade: 'identical-values',
    comparison: { rows: 250 },
  })
  expect((await compared('matrix.csv', 'objects.npy')).comparison.problem).toContain('never unpickled')
})
