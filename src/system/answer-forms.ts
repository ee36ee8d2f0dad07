import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { saysTheSame, type AnswerRows } from './answer-rows.js'

/**
 * Recorded answers in another form: compressed, in an archive, encoded as text, reordered, or as JSON.
 * The decoders are a bounded list: what is encoded in a way of somebody's own cannot be known.
 */

/** Bytes of answers that are looked for in other forms, of a file that may hold them, and of all that comes out of it. */
export const FORMS_LARGEST = 32 * 1024 ** 2
const DECODED_LARGEST = 4 * FORMS_LARGEST
/** Encodings inside one another. */
const DEEPEST = 4
/** Files of one archive. */
const MEMBERS = 4096
/** Bytes by which a file is known to be text, or of which format it is. */
export const HEAD = 512
/** How much smaller than the answers a compressed form can be, and how much larger any form. */
const [SMALLER, LARGER, SPARE] = [256, 12, 64 * 1024]

/** What a content decodes to; nothing if it has not this encoding. */
type Decoder = (content: Buffer, largest: number) => Iterable<Buffer>

type Inflate = (content: Buffer, options: { maxOutputLength: number; finishFlush: number }) => Buffer

/** Also what is cut off at the end: an evaluation could read it all the same. */
const inflated =
  (inflate: Inflate): Decoder =>
  (content, maxOutputLength) => {
    try {
      return [inflate(content, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH })]
    } catch {
      return []
    }
  }

const isGzip = (head: Buffer): boolean => head.length > 2 && head.readUInt16BE(0) === 0x1f8b
/** RFC 1950: method 8, and a check. */
const isZlib = (head: Buffer): boolean =>
  head.length > 2 && (head[0]! & 0x8f) === 8 && head.readUInt16BE(0) % 31 === 0
const isZip = (head: Buffer): boolean => head.length > 4 && head.readUInt32LE(0) === 0x04034b50
const isTar = (head: Buffer): boolean => head.toString('latin1', 257, 262) === 'ustar'
const isUtf16 = (head: Buffer): boolean => head.length > 2 && [0xfffe, 0xfeff].includes(head.readUInt16BE(0))
const isText = (head: Buffer): boolean => !head.subarray(0, HEAD).includes(0)

/** By what a content of the encoding begins with. */
const BINARY: readonly (readonly [is: (head: Buffer) => boolean, decode: Decoder])[] = [
  [isGzip, inflated(gunzipSync)],
  [isZlib, inflated(inflateSync)],
  [isZip, zipMembers],
  [isTar, tarMembers],
  [
    isUtf16,
    (content) => [
      Buffer.from(new TextDecoder(content[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(content)),
    ],
  ],
]

/** Whether a file can hold the answers, by its size. */
export const hasFittingSize = (size: number, answers: readonly AnswerRows[]): boolean =>
  size <= FORMS_LARGEST && answers.some(({ bytes }) => size >= bytes / SMALLER)

/** Whether a file can hold the answers, by its size and its first bytes. */
export function mayHold(head: Buffer, size: number, answers: readonly AnswerRows[]): boolean {
  if (!hasFittingSize(size, answers)) return false
  if (BINARY.some(([is]) => is(head))) return true
  return isText(head) && answers.some(({ bytes }) => size <= bytes * LARGER + SPARE)
}

/** Whether a content is one of the answers in any of the forms that are known. */
export function isAnswerForm(content: Buffer, answers: readonly AnswerRows[]): boolean {
  const waiting = [{ content, depth: 0 }]
  let left = DECODED_LARGEST
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (!mayHold(next.content.subarray(0, HEAD), next.content.length, answers)) continue
    const text = isText(next.content) ? next.content.toString('utf8') : undefined
    if (text !== undefined && saysTheSame(text, answers)) return true
    if (next.depth === DEEPEST) continue
    for (const decoded of decode(next.content, text, Math.min(left, FORMS_LARGEST))) {
      left -= decoded.length
      if (left <= 0) return false
      waiting.push({ content: decoded, depth: next.depth + 1 })
    }
  }
  return false
}

function* decode(content: Buffer, text: string | undefined, largest: number): Generator<Buffer> {
  for (const [is, decoder] of BINARY) if (is(content)) yield* decoder(content, largest)
  if (text !== undefined && /^[\w+/=\s-]+$/.test(text.slice(0, HEAD))) yield* encoded(text)
}

/** Base64, also as it stands in addresses, and digits of base 16. */
function* encoded(text: string): Generator<Buffer> {
  const dense = text.replace(/\s+/g, '')
  if (/^[\da-f]+$/i.test(dense)) yield Buffer.from(dense, 'hex')
  if (/^[\w+/-]+={0,2}$/.test(dense)) yield Buffer.from(dense, 'base64')
}

/** Format: APPNOTE.TXT 4.3; the directory at the end says where files are. */
function* zipMembers(content: Buffer, largest: number): Generator<Buffer> {
  const end = content.lastIndexOf('PK\u0005\u0006', undefined, 'latin1')
  if (end === -1 || end + 20 > content.length) return
  let at = content.readUInt32LE(end + 16)
  for (let count = 0; count < MEMBERS; count++) {
    if (at + 46 > content.length || content.readUInt32LE(at) !== 0x02014b50) return
    const [method, size, local] = [
      content.readUInt16LE(at + 10),
      content.readUInt32LE(at + 20),
      content.readUInt32LE(at + 42),
    ]
    if (local + 30 <= content.length) {
      const start = local + 30 + content.readUInt16LE(local + 26) + content.readUInt16LE(local + 28)
      const bytes = content.subarray(start, start + size)
      if (method === 0) yield bytes
      if (method === 8) yield* inflated(inflateRawSync)(bytes, largest)
    }
    at += 46 + content.readUInt16LE(at + 28) + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32)
  }
}

function* tarMembers(content: Buffer): Generator<Buffer> {
  for (let [at, count] = [0, 0]; at + 512 <= content.length && count < MEMBERS; count++) {
    const size = parseInt(content.toString('latin1', at + 124, at + 136), 8)
    if (!(size >= 0)) return
    yield content.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
}
