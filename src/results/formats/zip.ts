import { inflateRawSync } from 'node:zlib'
import { Decompress } from 'fzstd'
import { grouped } from '../../text/numbers.js'

/**
 * The entries of a ZIP archive, by its central directory (APPNOTE.TXT 6.3.10), read in memory. Node 20 has
 * no Zstandard, which Inspect compresses with; so there is a reader of our own, and `fzstd`.
 */

/** Entries of an archive. */
const MOST_ENTRIES = 100_000
/** Bytes before the end in which its record can be: its own 22, and the longest comment. */
const END_REACH = 22 + 65_535

const SIGNATURE = { end: 0x06054b50, entry: 0x02014b50, local: 0x04034b50 } as const
const STORED = 0
const DEFLATED = 8
const ZSTANDARD = 93

/** What is wrong with an archive; the rest of a sentence about the file. */
class BadArchive extends Error {}

interface Entry {
  method: number
  packed: number
  size: number
  /** Of the local header. */
  offset: number
}

export interface Archive {
  names: string[]
  /** The bytes of an entry, or what is wrong with them; undefined: there is no such entry. */
  read(name: string): Buffer | { problem: string } | undefined
}

/**
 * @param bytes of the whole archive
 * @param cap bytes of one entry, unpacked
 */
export function openArchive(bytes: Buffer, cap: number): Archive | { problem: string } {
  return guarded(() => {
    const entries = entriesOf(bytes)
    return {
      names: [...entries.keys()],
      read: (name) => {
        const entry = entries.get(name)
        return entry && guarded(() => unpacked(bytes, entry, cap))
      },
    }
  })
}

/** Damaged archives let readers run past the end, and decoders throw what they like. */
function guarded<T>(work: () => T): T | { problem: string } {
  try {
    return work()
  } catch (error) {
    if (error instanceof BadArchive) return { problem: error.message }
    return { problem: 'is a damaged archive' }
  }
}

function entriesOf(bytes: Buffer): Map<string, Entry> {
  const end = endOf(bytes)
  const count = bytes.readUInt16LE(end + 10)
  const start = bytes.readUInt32LE(end + 16)
  if (count === 0xffff || start === 0xffffffff) throw new BadArchive('is a ZIP64 archive, which is not read')
  if (count > MOST_ENTRIES) throw new BadArchive(`has more than ${grouped(MOST_ENTRIES)} entries`)
  const entries = new Map<string, Entry>()
  let at = start
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== SIGNATURE.entry) throw new BadArchive('has a damaged directory')
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field))
    const title = bytes.toString('utf8', at + 46, at + 46 + name!)
    if (entries.has(title)) throw new BadArchive('has two entries of one name')
    entries.set(title, {
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    })
    at += 46 + name! + extra! + comment!
  }
  refuseOverlaps([...entries.values()], start)
  return entries
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - END_REACH); at--)
    if (bytes.readUInt32LE(at) === SIGNATURE.end) return at
  throw new BadArchive('is not a ZIP archive, or was cut off')
}

/** Entries that share their bytes unpack to many times the archive. */
function refuseOverlaps(entries: readonly Entry[], directory: number): void {
  const sorted = entries.toSorted((a, b) => a.offset - b.offset)
  for (const [index, { offset, packed }] of sorted.entries()) {
    // A local header has 30 bytes at least.
    const next = sorted[index + 1]?.offset ?? directory
    if (offset + 30 + packed > next) throw new BadArchive('has entries that overlap')
  }
}

function unpacked(bytes: Buffer, { method, packed, size, offset }: Entry, cap: number): Buffer {
  if (size > cap) throw new BadArchive(`has an entry of more than ${cap / 1024 ** 2} MiB`)
  if (bytes.readUInt32LE(offset) !== SIGNATURE.local) throw new BadArchive('has a damaged entry')
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
  const data = bytes.subarray(start, start + packed)
  const content = decoded(data, method, size)
  if (content.length !== size) throw new BadArchive('has an entry of another length than it says')
  return content
}

function decoded(data: Buffer, method: number, size: number): Buffer {
  if (method === STORED) return data
  // One byte more than it says, so that a longer one is seen and no more of it is made.
  if (method === DEFLATED) return inflateRawSync(data, { maxOutputLength: size + 1 })
  if (method === ZSTANDARD) return unzstd(data, size)
  throw new BadArchive(`is compressed by method ${method}, which is not read`)
}

/** A window is held in memory whatever comes out of it; encoders use 8 MiB at most unless told. */
const LARGEST_WINDOW = 128 * 1024 * 1024

/** Bytes that a frame asks the decoder to hold (RFC 8878, 3.1.1.1). */
function windowOf(frame: Buffer): number {
  const descriptor = frame[4]!
  const single = (descriptor & 0x20) !== 0
  if (!single) {
    const [exponent, mantissa] = [frame[5]! >> 3, frame[5]! & 7]
    return 2 ** (10 + exponent) * (1 + mantissa / 8)
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!
  const flag = descriptor >> 6
  if (flag === 0) return frame[at]!
  if (flag === 1) return frame.readUInt16LE(at) + 256
  return flag === 2 ? frame.readUInt32LE(at) : Number(frame.readBigUInt64LE(at))
}

function unzstd(data: Buffer, size: number): Buffer {
  if (windowOf(data) > Math.max(size, LARGEST_WINDOW))
    throw new BadArchive('asks for more memory than it needs')
  const chunks: Uint8Array[] = []
  let length = 0
  const stream = new Decompress((chunk) => {
    length += chunk.length
    if (length > size) throw new BadArchive('has an entry of another length than it says')
    chunks.push(chunk.slice())
  })
  stream.push(data, true)
  return Buffer.concat(chunks)
}
