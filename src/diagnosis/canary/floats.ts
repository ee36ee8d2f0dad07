import { deflateSync, gzipSync, unzipSync } from 'node:zlib'
import { delimitedText } from './delimited.js'
import { binaryNumbers, NO_NUMBERS, textNumbers, type ModelNumbers, type NumberRun } from './number-places.js'
import { npyArray } from './npy.js'
import { UNPACKED_LARGEST, unzipped, zipped } from './npz.js'
import { Unreadable } from './row-file.js'
import { endingOf } from './row-files.js'

const FLOATS = /^[<>|=]?[fc]/

function npyNumbers(bytes: Buffer): ModelNumbers {
  const { type, offset, width } = npyArray(bytes)
  if (!FLOATS.test(type)) return NO_NUMBERS
  return binaryNumbers(bytes, [{ start: offset, width, count: (bytes.length - offset) / width }], true)
}

function npzNumbers(bytes: Buffer): ModelNumbers {
  const members = unzipped(bytes)
  const numbers = [...members].map(([name, member]) => [name, npyNumbers(member)] as const)
  const packed = (altered: (numbers: ModelNumbers) => Buffer): Buffer =>
    zipped(new Map(numbers.map(([name, one]) => [name, one.count === 0 ? members.get(name)! : altered(one)])))
  return {
    count: numbers.reduce((sum, [, { count }]) => sum + count, 0),
    decisive: true,
    zeroed: () => packed((one) => one.zeroed()),
    scrambled: (draw) => packed((one) => one.scrambled(draw)),
  }
}

/** Bytes of each float that safetensors knows: https://github.com/huggingface/safetensors#format */
const SAFETENSOR_FLOATS: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2 },
  ...{ F8_E4M3: 1, F8_E5M2: 1 },
}
const HEADER_LARGEST = 100 * 1024 * 1024

function safetensorsNumbers(bytes: Buffer): ModelNumbers {
  const length = bytes.length < 8 ? Infinity : Number(bytes.readBigUInt64LE())
  if (length > Math.min(HEADER_LARGEST, bytes.length - 8)) throw new Unreadable('its header is cut short')
  let header: unknown
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + length))
  } catch {
    throw new Unreadable('its header is not JSON')
  }
  const runs = Object.values(header as object).flatMap((tensor: unknown): NumberRun[] => {
    const { dtype = '', data_offsets: offsets } = tensor as { dtype?: string; data_offsets?: unknown }
    const width = Object.hasOwn(SAFETENSOR_FLOATS, dtype) ? SAFETENSOR_FLOATS[dtype]! : 0
    if (width === 0 || !Array.isArray(offsets)) return []
    const [start, end] = offsets.map((offset) => 8 + length + Number(offset))
    if (start === undefined || end === undefined || !(start <= end && end <= bytes.length))
      throw new Unreadable('a tensor is not in the file')
    return [{ start, width, count: Math.floor((end - start) / width) }]
  })
  return binaryNumbers(bytes, runs, true)
}

const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)|-?(?:NaN|Infinity|\d[\d.eE+-]*)|true|false/g

/** Of JSON, only what is written as a float: whole numbers are sizes, places and classes. */
function jsonNumbers(bytes: Buffer): ModelNumbers {
  const text = bytes.toString('latin1')
  const places: [number, number][] = []
  let values = 0
  for (const { 0: token, 1: colon, index } of text.matchAll(JSON_TOKEN)) {
    if (colon === ':') continue
    values++
    if (/^-?\d.*[.eE]|NaN|Infinity/.test(token) && !token.startsWith('"'))
      places.push([index, index + token.length])
  }
  return textNumbers(text, places, 2 * places.length >= values)
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i

/** Of a table of training examples, every cell that is a number. */
function delimitedNumbers(path: string, bytes: Buffer): ModelNumbers {
  const { text, rows, columns, cell } = delimitedText(path, bytes)
  const places = rows.flatMap(({ cells }) =>
    columns.flatMap((_, column): [number, number][] => {
      const [start, end] = [cells[2 * column]!, cells[2 * column + 1]!]
      return NUMBER.test(cell(text.slice(start, end)).trim()) ? [[start, end]] : []
    }),
  )
  return textNumbers(text, places, 2 * places.length >= rows.length * columns.length)
}

/** Floats of so many bytes, so many in a row, and how large they are: chance makes no such run. */
const RUNS = [
  { width: 8, least: 8, largest: 1e6, read: (bytes: Buffer, at: number) => bytes.readDoubleLE(at) },
  { width: 4, least: 16, largest: 1e4, read: (bytes: Buffer, at: number) => bytes.readFloatLE(at) },
] as const
const SMALLEST = 1e-6

/** Runs of floats in a file of unknown format. What no run holds is left as it is. */
function foundNumbers(bytes: Buffer): ModelNumbers {
  const taken = new Uint8Array(bytes.length)
  const runs: NumberRun[] = []
  for (const { width, least, largest, read } of RUNS)
    for (let shift = 0; shift < width; shift++) {
      let count = 0
      for (let at = shift; at <= bytes.length; at += width) {
        const size = at + width <= bytes.length && taken[at] === 0 ? Math.abs(read(bytes, at)) : NaN
        if (size > SMALLEST && size < largest) {
          count++
          continue
        }
        const start = at - count * width
        if (count >= least) {
          runs.push({ start, width, count })
          taken.fill(1, start, at)
        }
        count = 0
      }
    }
  return binaryNumbers(bytes, runs, false)
}

type Reader = (path: string, bytes: Buffer) => ModelNumbers

/** What models are made of, by the ending of their names. A new format is a line. */
const READERS: Readonly<Record<string, Reader>> = {
  npy: (_, bytes) => npyNumbers(bytes),
  npz: (_, bytes) => npzNumbers(bytes),
  safetensors: (_, bytes) => safetensorsNumbers(bytes),
  json: (_, bytes) => jsonNumbers(bytes),
  csv: delimitedNumbers,
  tsv: delimitedNumbers,
}

/** What a compressed file begins with, and how it is compressed again. */
const PACKED = [
  { magic: /^\x1f\x8b/, pack: gzipSync },
  { magic: /^\x78[\x01\x5e\x9c\xda]/, pack: deflateSync },
] as const

/** Of a file that is compressed as a whole, as gzip and joblib do, the numbers inside; undefined of any other. */
function packedNumbers(path: string, bytes: Buffer): ModelNumbers | undefined {
  const packed = PACKED.find(({ magic }) => magic.test(bytes.toString('latin1', 0, 2)))
  if (!packed) return undefined
  let inside: Buffer
  try {
    inside = unzipSync(bytes, { maxOutputLength: UNPACKED_LARGEST })
  } catch {
    return undefined
  }
  const numbers = plainNumbers(path.replace(/\.gz$/i, ''), inside)
  return {
    ...numbers,
    zeroed: () => packed.pack(numbers.zeroed()),
    scrambled: (draw) => packed.pack(numbers.scrambled(draw)),
  }
}

/** The numbers of a file of a model: by its format, else what looks like floats in its bytes. */
export const modelNumbers = (path: string, bytes: Buffer): ModelNumbers =>
  packedNumbers(path, bytes) ?? plainNumbers(path, bytes)

function plainNumbers(path: string, bytes: Buffer): ModelNumbers {
  const read = READERS[endingOf(path)]
  if (!read) return foundNumbers(bytes)
  try {
    return read(path, bytes)
  } catch (error) {
    if (error instanceof Unreadable) return foundNumbers(bytes)
    throw error
  }
}
