import type { Readable } from 'node:stream'
import { ReprogateError } from '../../system/errors.js'

/**
 * A reader for the tar streams that engines write (ustar with PAX and GNU extensions). Names, link
 * names and PAX values are kept byte for byte as latin1 text: a file name need not be UTF-8, and
 * file capabilities are binary. A reader that decodes them makes different names, or different
 * capabilities, look the same.
 *
 * Format: POSIX.1-2001 pax, https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */
export interface TarHeader {
  path: string
  type: 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo'
  mode: number
  uid: number
  gid: number
  size: number
  /** Target of a link. */
  link: string
  /** `major:minor` of a device, else ''. */
  device: string
  /** PAX records of this entry. */
  pax: ReadonlyMap<string, string>
}

/** Takes the bytes of one entry; every chunk is a view that is only valid during the call. */
export interface TarSink {
  data(chunk: Buffer): void
  end(): void
}

const BLOCK = 512
/** Of one extended header: names, links and attributes of one file. */
const HEADER_CAP = 1024 * 1024
const TYPES: Record<string, TarHeader['type']> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}
const NO_PAX: ReadonlyMap<string, string> = new Map()

const broken = (what: string) =>
  new ReprogateError(
    'environment/tar-broken',
    `The image’s file tree cannot be read: ${what}`,
    'Try again; if it stays so, the image or the engine is damaged.',
  )

function field(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end === -1 || end > start + length ? start + length : end)
}

/** Octal text, or base 256 where the first bit is set. */
function number(block: Buffer, start: number, length: number): number {
  if ((block[start]! & 0x80) === 0) {
    const digits = field(block, start, length).trim()
    if (!/^[0-7]*$/.test(digits)) throw broken('a header holds no number where one belongs')
    return digits === '' ? 0 : parseInt(digits, 8)
  }
  let value = block[start]! & 0x3f
  for (let i = start + 1; i < start + length; i++) value = value * 256 + block[i]!
  if (!Number.isSafeInteger(value)) throw broken('a number is out of range')
  return value
}

function checksumOk(block: Buffer): boolean {
  let sum = 8 * 32
  for (let i = 0; i < 148; i++) sum += block[i]!
  for (let i = 156; i < BLOCK; i++) sum += block[i]!
  return sum === number(block, 148, 8)
}

/** `<length> <key>=<value>\n`, repeated; the length counts itself. */
function parsePax(data: string): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(' ', at)
    const length = Number(data.slice(at, space))
    const equals = data.indexOf('=', space)
    const end = at + length
    if (space === -1 || !Number.isInteger(length) || end > data.length || equals < at || equals >= end) {
      throw broken('an extended header is malformed')
    }
    records.set(data.slice(space + 1, equals), data.slice(equals + 1, end - 1))
    at = end
  }
  return records
}

/** Latin1 text that spells an integer. */
function integer(value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const parsed = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(parsed)) throw broken('a number is out of range')
  return parsed
}

/** Parses a tar as it is pushed; `onEntry` gives the sink for the entry's bytes. Holds one header at most. */
export function tarParser(onEntry: (header: TarHeader) => TarSink | null) {
  const header = Buffer.alloc(BLOCK)
  let filled = 0
  let remaining = 0
  let padding = 0
  let sink: TarSink | null = null
  let ended = false
  let pax: ReadonlyMap<string, string> = NO_PAX
  let longName: string | undefined
  let longLink: string | undefined

  const extended = (size: number, done: (text: string) => void): TarSink => {
    if (size > HEADER_CAP) throw broken('an extended header is too large')
    let data = ''
    return {
      data: (chunk) => {
        data += chunk.toString('latin1', 0, chunk.length)
      },
      end: () => done(data),
    }
  }

  const open = (block: Buffer): void => {
    if (!checksumOk(block)) throw broken('a header’s checksum is wrong')
    const flag = String.fromCharCode(block[156]!)
    const size = number(block, 124, 12)
    const start = (next: TarSink | null, length: number) => {
      sink = next
      remaining = length
      padding = (BLOCK - (length % BLOCK)) % BLOCK
      if (remaining === 0) close()
    }
    if (flag === 'x')
      return start(
        extended(size, (data) => (pax = parsePax(data))),
        size,
      )
    if (flag === 'L')
      return start(
        extended(size, (data) => (longName = data.replace(/\0.*$/s, ''))),
        size,
      )
    if (flag === 'K')
      return start(
        extended(size, (data) => (longLink = data.replace(/\0.*$/s, ''))),
        size,
      )
    if (flag === 'g') return start(null, size)

    const type = TYPES[flag]
    if (type === undefined) throw broken(`an entry has the unknown type ${JSON.stringify(flag)}`)
    const magic = block.toString('latin1', 257, 263)
    const prefix = magic === 'ustar\0' ? field(block, 345, 155) : ''
    const name = field(block, 0, 100)
    const isDevice = type === 'char' || type === 'block'
    const entry: TarHeader = {
      path: pax.get('path') ?? longName ?? (prefix === '' ? name : `${prefix}/${name}`),
      type,
      mode: number(block, 100, 8) & 0o7777,
      uid: integer(pax.get('uid'), number(block, 108, 8)),
      gid: integer(pax.get('gid'), number(block, 116, 8)),
      size: type === 'file' ? integer(pax.get('size'), size) : 0,
      link:
        type === 'hardlink' || type === 'symlink'
          ? (pax.get('linkpath') ?? longLink ?? field(block, 157, 100))
          : '',
      device: isDevice ? `${number(block, 329, 8)}:${number(block, 337, 8)}` : '',
      pax,
    }
    pax = NO_PAX
    longName = longLink = undefined
    start(onEntry(entry), entry.size)
  }

  const close = (): void => {
    const done = sink
    sink = null
    done?.end()
  }

  return {
    push(chunk: Buffer): void {
      for (let at = 0; at < chunk.length && !ended;) {
        if (remaining > 0) {
          const take = Math.min(remaining, chunk.length - at)
          sink?.data(take === chunk.length ? chunk : chunk.subarray(at, at + take))
          remaining -= take
          at += take
          if (remaining === 0) close()
        } else if (padding > 0) {
          const take = Math.min(padding, chunk.length - at)
          padding -= take
          at += take
        } else {
          const take = Math.min(BLOCK - filled, chunk.length - at)
          chunk.copy(header, filled, at, at + take)
          filled += take
          at += take
          if (filled < BLOCK) continue
          filled = 0
          if (header.every((byte) => byte === 0)) ended = true
          else open(header)
        }
      }
    },
    /** @throws ReprogateError `environment/tar-broken` when the stream stopped before the tar did */
    end(): void {
      if (!ended) throw broken('it ends before its end')
    },
  }
}

/** Parses a whole stream. */
export async function readTar(
  stream: Readable,
  onEntry: (header: TarHeader) => TarSink | null,
): Promise<void> {
  const parser = tarParser(onEntry)
  for await (const chunk of stream) parser.push(chunk as Buffer)
  parser.end()
}
