import { ReprogateError } from '../../system/errors.js'

/**
 * One header of a tar as engines write it (ustar with PAX and GNU extensions). Names, link names and
 * PAX values are kept byte for byte as latin1 text: a file name need not be UTF-8, and file
 * capabilities are binary. A reader that decodes them makes different names, or different
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
  /** Seconds since 1970. */
  mtime: number
  /** Target of a link. */
  link: string
  /** `major:minor` of a device, else ''. */
  device: string
  /** PAX records of this entry. */
  pax: ReadonlyMap<string, string>
}

/** What headers before it say of an entry. */
export interface Extensions {
  pax: ReadonlyMap<string, string>
  /** Of GNU tar. */
  longName?: string | undefined
  longLink?: string | undefined
}

/** Bytes of a header. */
export const BLOCK = 512

const TYPES: Readonly<Record<string, TarHeader['type']>> = {
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

export const broken = (what: string) =>
  new ReprogateError('image/unreadable', `the image’s file tree cannot be read: ${what}`)

export const flagOf = (block: Buffer): string => String.fromCharCode(block[156]!)
export const contentSize = (block: Buffer): number => numberAt(block, 124, 12)

function textAt(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end === -1 || end > start + length ? start + length : end)
}

/** Octal text, or base 256 if the first bit is set. */
function numberAt(block: Buffer, start: number, length: number): number {
  if ((block[start]! & 0x80) === 0) {
    const digits = textAt(block, start, length).trim()
    if (!/^[0-7]*$/.test(digits)) throw broken('a header has text in place of a number')
    return digits === '' ? 0 : parseInt(digits, 8)
  }
  let value = block[start]! & 0x3f
  for (let i = start + 1; i < start + length; i++) value = value * 256 + block[i]!
  if (!Number.isSafeInteger(value)) throw broken('a number is out of range')
  return value
}

/** @throws ReprogateError `image/unreadable` */
export function checkSum(block: Buffer): void {
  let sum = 8 * 32
  for (let i = 0; i < 148; i++) sum += block[i]!
  for (let i = 156; i < BLOCK; i++) sum += block[i]!
  if (sum !== numberAt(block, 148, 8)) throw broken('a header’s checksum is wrong')
}

/** `<length> <key>=<value>\n`, repeated; the length counts itself. */
export function parsePax(data: string): Map<string, string> {
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

/** A kernel knows no larger user or group. */
function owner(id: number): number {
  if (id > 0xffffffff) throw broken('a number is out of range')
  return id
}

/** @throws ReprogateError `image/unreadable` */
export function parseHeader(block: Buffer, { pax, longName, longLink }: Extensions): TarHeader {
  const flag = flagOf(block)
  const type = TYPES[flag]
  if (type === undefined) throw broken(`an entry has the unknown type ${JSON.stringify(flag)}`)
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? textAt(block, 345, 155) : ''
  const name = textAt(block, 0, 100)
  const isLink = type === 'hardlink' || type === 'symlink'
  const isDevice = type === 'char' || type === 'block'
  return {
    path: pax.get('path') ?? longName ?? (prefix === '' ? name : `${prefix}/${name}`),
    type,
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: owner(integer(pax.get('uid'), numberAt(block, 108, 8))),
    gid: owner(integer(pax.get('gid'), numberAt(block, 116, 8))),
    size: type === 'file' ? integer(pax.get('size'), contentSize(block)) : 0,
    mtime: numberAt(block, 136, 12),
    link: isLink ? (pax.get('linkpath') ?? longLink ?? textAt(block, 157, 100)) : '',
    device: isDevice ? `${numberAt(block, 329, 8)}:${numberAt(block, 337, 8)}` : '',
    pax,
  }
}
