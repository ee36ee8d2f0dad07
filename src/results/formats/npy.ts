import { grouped } from '../../text/numbers.js'
import { cellOf, MAX_RECORD, MAX_ROWS, TableError } from '../table.js'
import { LARGEST_BINARY, type RowFormat, type Rows } from './format.js'

/** An array of NumPy, by rows of its first axis. */
export interface NumpyArray {
  readonly length: number
  /** A number, a text, or a list of numbers for what has more axes. */
  cell(row: number): string
}

const MAGIC = Buffer.from('\u0093NUMPY', 'latin1')
const HEADER =
  /^\{'descr': '([<>|=]?)([biufSU])(\d{1,9})', 'fortran_order': (True|False), 'shape': \(([\d, ]{0,200})\), ?\}\s*$/

type Reader = (bytes: Buffer, at: number) => string

/** Shortest text that gives the same float32 again (IEEE 754: nine digits always do). */
export function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)))
    if (Object.is(Math.fround(Number(text)), value)) return floatText(Number(text))
  }
  // Zero with a sign, too, which `toPrecision` drops.
  return floatText(value === 0 ? value : Number(value.toPrecision(9)))
}

/** As Python prints it: a float that is whole keeps its point, zero its sign. */
const floatText = (value: number): string => {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value)
}

function float16(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

/** By kind and size of an item in bytes, little-endian. */
const NUMBERS: Readonly<Record<string, Reader>> = {
  b1: (bytes, at) => (bytes[at] ? 'True' : 'False'),
  i1: (bytes, at) => String(bytes.readInt8(at)),
  i2: (bytes, at) => String(bytes.readInt16LE(at)),
  i4: (bytes, at) => String(bytes.readInt32LE(at)),
  i8: (bytes, at) => String(bytes.readBigInt64LE(at)),
  u1: (bytes, at) => String(bytes.readUInt8(at)),
  u2: (bytes, at) => String(bytes.readUInt16LE(at)),
  u4: (bytes, at) => String(bytes.readUInt32LE(at)),
  u8: (bytes, at) => String(bytes.readBigUInt64LE(at)),
  f2: (bytes, at) => floatText(float16(bytes.readUInt16LE(at))),
  f4: (bytes, at) => float32Text(bytes.readFloatLE(at)),
  f8: (bytes, at) => floatText(bytes.readDoubleLE(at)),
}

/** Texts are padded with zeros to a fixed length. */
function unpadded(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--
  return text.slice(0, end)
}

const textReader = (kind: string, length: number): Reader =>
  kind === 'S'
    ? (bytes, at) => unpadded(bytes.toString('latin1', at, at + length))
    : (bytes, at) => {
        let text = ''
        for (let end = at + length * 4; at < end; at += 4) {
          const point = bytes.readUInt32LE(at)
          if (point > 0x10ffff) throw new TableError('holds a text that is none')
          text += String.fromCodePoint(point)
        }
        return cellOf(unpadded(text))
      }

/**
 * Reads an array (NumPy enhancement proposal 1, versions 1 to 3). Objects are never unpickled: they are an
 * error, as is a header that promises other bytes than there are.
 */
export function readNpy(bytes: Buffer): NumpyArray {
  if (!bytes.subarray(0, 6).equals(MAGIC) || bytes.length < 12)
    throw new TableError('is not an array of NumPy')
  const wide = bytes[6]! > 1
  const start = wide ? 12 : 10
  const end = start + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8))
  const header = bytes.toString('latin1', start, Math.min(end, start + 4096))
  if (/'descr': *'\|?O/.test(header)) throw new TableError('holds Python objects, which are never unpickled')
  const [, order, kind = '', size = '', fortran, shapeText = ''] = HEADER.exec(header) ?? []
  const read = NUMBERS[kind + size] ?? (/[SU]/.test(kind) ? textReader(kind, Number(size)) : undefined)
  if (!read || order === '>') throw new TableError('is an array of a type that is not read')
  const item = Number(size) * (kind === 'U' ? 4 : 1)
  const shape = shapeText.split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]))
  const length = shape[0] ?? 1
  const width = shape.slice(1).reduce((product, axis) => product * axis, 1)
  if (item === 0 || length * width * item !== bytes.length - end)
    throw new TableError('holds other bytes than its header says')
  if (length > MAX_ROWS) throw new TableError(`has more than ${grouped(MAX_ROWS)} rows`)
  if (width > MAX_RECORD) throw new TableError('has rows that are too long')
  if (fortran === 'True' && shape.length > 2) throw new TableError('is an array of an order that is not read')
  const place = (row: number, column: number) =>
    end + item * (fortran === 'True' ? column * length + row : row * width + column)
  if (shape.length < 2) return { length, cell: (row) => read(bytes, place(row, 0)) }
  const columns = [...Array(width).keys()]
  return { length, cell: (row) => `[${columns.map((column) => read(bytes, place(row, column))).join(', ')}]` }
}

/** Arrays beside one another, numbered by `row`: the place is the key. */
export function rowsOfArrays(arrays: ReadonlyMap<string, NumpyArray>): Rows {
  const [first] = arrays.values()
  if (!first) throw new TableError('has no arrays')
  for (const { length } of arrays.values())
    if (length !== first.length) throw new TableError('has arrays of different lengths')
  return {
    header: ['row', ...[...arrays.keys()].map(cellOf)],
    rows: {
      *[Symbol.iterator]() {
        for (let row = 0; row < first.length; row++)
          yield [String(row), ...[...arrays.values()].map((array) => array.cell(row))]
      },
    },
  }
}

export const npy: RowFormat = {
  largest: LARGEST_BINARY,
  is: (start) => start.subarray(0, 6).equals(MAGIC),
  read: (bytes) => rowsOfArrays(new Map([['value', readNpy(bytes)]])),
}
