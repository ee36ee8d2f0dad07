import { basename } from 'node:path/posix'
import { Unreadable, type Move, type RowFile } from './row-file.js'

/** An array of NumPy's format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export interface NpyArray {
  /** As `<f8`: byte order, kind and bytes of an element. */
  type: string
  shape: readonly number[]
  /** Where its elements begin. */
  offset: number
  /** Bytes of an element. */
  width: number
}

const MAGIC = Buffer.from('\u0093NUMPY', 'latin1')
const TYPE = /'descr':\s*'([<>|=]?[biufcSUV?]\d*)'/
const ORDER = /'fortran_order':\s*False/
const SHAPE = /'shape':\s*\(([\d,\sL]*)\)/

/**
 * Reads the header of an `.npy` file of version 1, 2 or 3.
 *
 * @throws Unreadable also if its elements are objects or structures, or not in C order, or not all there
 */
export function npyArray(bytes: Buffer): NpyArray {
  if (!bytes.subarray(0, 6).equals(MAGIC) || bytes.length < 12) throw new Unreadable('it is not an npy file')
  const long = bytes[6]! > 1
  const start = long ? 12 : 10
  const offset = start + (long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8))
  const header = bytes.toString('latin1', start, Math.min(offset, start + 4096))
  const type = TYPE.exec(header)?.[1]
  const shape = SHAPE.exec(header)?.[1]
  if (type === undefined || shape === undefined || !ORDER.test(header))
    throw new Unreadable('its elements are objects, structures or not in C order')
  const sizes = shape.split(',').flatMap((size) => (size.trim() === '' ? [] : [parseInt(size, 10)]))
  const size = Number(type.replace(/\D/g, '') || 1)
  const width = /U\d*$/.test(type) ? 4 * size : size
  const elements = sizes.reduce((product, one) => product * one, 1)
  if (bytes.length !== offset + elements * width) throw new Unreadable('its length is not that of its shape')
  return { type, shape: sizes, offset, width }
}

/**
 * Rows are those of the first axis. A list has one column, its own name; more axes have none that is read.
 *
 * @throws Unreadable
 */
export function npyRows(path: string, bytes: Buffer): RowFile {
  const array = npyArray(bytes)
  const [rows = 0, ...rest] = array.shape
  if (rows === 0) throw new Unreadable('it has no rows')
  const name = basename(path).replace(/\.npy$/i, '')
  const columns = rest.length === 0 ? [name] : []
  return {
    rows,
    columns,
    more: columns.length === 0,
    cells: () => npyCells(array, bytes),
    moved: ({ from, own }) => movedArray(array, bytes, own.get(name) ?? from),
  }
}

/** The array with the rows of these places. */
export function movedArray({ offset, shape }: NpyArray, bytes: Buffer, from: Move['from']): Buffer {
  const rowBytes = (bytes.length - offset) / shape[0]!
  const moved = Buffer.from(bytes)
  for (const [place, row] of from.entries())
    bytes.copy(moved, offset + place * rowBytes, offset + row * rowBytes, offset + (row + 1) * rowBytes)
  return moved
}

/** The elements of a list as text. */
export function npyCells({ type, shape, offset, width }: NpyArray, bytes: Buffer): string[] {
  const kind = type.replace(/[<>|=\d]/g, '')
  const big = type.startsWith('>')
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => {
    const at = offset + row * width
    return elementText(bytes.subarray(at, at + width), kind, big)
  })
}

function elementText(element: Buffer, kind: string, big: boolean): string {
  if (kind === 'S') {
    // Shorter texts are filled up with zeros.
    const end = element.indexOf(0)
    return element.toString('utf8', 0, end < 0 ? undefined : end)
  }
  const bytes = big ? Buffer.from(element).reverse() : element
  if (kind === 'U') {
    const points = Array.from({ length: element.length / 4 }, (_, i) =>
      big ? element.readUInt32BE(4 * i) : element.readUInt32LE(4 * i),
    )
    return points.map((point) => (point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '')).join('')
  }
  if (kind === 'f' && bytes.length === 8) return String(bytes.readDoubleLE())
  if (kind === 'f' && bytes.length === 4) return String(bytes.readFloatLE())
  if (kind === 'i' && bytes.length === 8) return String(bytes.readBigInt64LE())
  if (kind === 'i' && bytes.length <= 4) return String(bytes.readIntLE(0, bytes.length))
  if (kind === 'u' && bytes.length === 8) return String(bytes.readBigUInt64LE())
  if (kind === 'u' && bytes.length <= 4) return String(bytes.readUIntLE(0, bytes.length))
  return bytes.toString('hex')
}
