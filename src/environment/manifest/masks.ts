import { createHash } from 'node:crypto'
import type { Masking, Treatment } from './normalise.js'

/*
 * What is masked, nobody compares: it could hold text for the evaluation. So only what has the form that
 * honest builds give it is masked; anything else is compared as it is.
 */

/** Largest file whose content is masked; a larger one is compared byte for byte. */
export const MASKED_CAP = 16 * 1024 * 1024

const lines = (content: Buffer, each: (line: string) => string): Buffer =>
  Buffer.from(content.toString('latin1').split('\n').map(each).join('\n'), 'latin1')

/** As crypt(5) has it: a method, its parameters, salt and hash. */
const PASSWORD = /^\$[\w./$,=+-]{1,255}$/

/** Field 3 is the day of the last change, field 2 a salted password, `!` or `*`. */
const shadowLine = (line: string): string => {
  const fields = line.split(':')
  if (fields.length < 3) return line
  if (PASSWORD.test(fields[1]!)) fields[1] = 'P'
  if (/^\d{0,6}$/.test(fields[2]!)) fields[2] = ''
  return fields.join(':')
}

const DATE = /^ ?[\d-]{8,10}[ T][\d:.]{5,15}( ?[A-Z]{1,5})?$/
const PACKAGED = /^Packaged: ?[\d-]{8,10}[ T][\d:.]{5,15}( ?[A-Z]{1,5})?; ?[\w. -]{0,64}\r?$/

/** `Built: R 4.2.2; ; 2026-11-18 09:12:03 UTC; unix`, `Packaged: 2026-11-18 09:12:03 UTC; builder` */
const descriptionLine = (line: string): string => {
  if (PACKAGED.test(line)) return 'Packaged:'
  if (!line.startsWith('Built:')) return line
  const fields = line.split(';')
  if (DATE.test(fields[2] ?? '')) fields[2] = ''
  return fields.join(';')
}

/** Bytes of the name of a certificate: Debian's are names of files. */
const LONGEST_ALIAS = 255
const SHA1 = 20

/**
 * The sorted digests of the certificates in a Java keystore; null if it is not a keystore of this kind.
 * Format: JKS, `sun.security.provider.JavaKeyStore`: magic, version, count, then per entry a tag, an
 * alias, a date, and for a certificate (tag 2) its type and its bytes; at the end a SHA-1 of all.
 */
function keystoreDigests(content: Buffer): Buffer | null {
  try {
    if (content.readUInt32BE(0) !== 0xfeedfeed || content.readUInt32BE(4) !== 2) return null
    const digests: string[] = []
    let at = 12
    for (let entries = content.readUInt32BE(8); entries > 0; entries--) {
      if (content.readUInt32BE(at) !== 2) return null
      at += 4
      if (content.readUInt16BE(at) > LONGEST_ALIAS) return null
      at += 2 + content.readUInt16BE(at) + 8
      at += 2 + content.readUInt16BE(at)
      const length = content.readUInt32BE(at)
      at += 4
      if (at + length > content.length) return null
      digests.push(
        createHash('sha256')
          .update(content.subarray(at, at + length))
          .digest('hex'),
      )
      at += length
    }
    return content.length === at + SHA1 ? Buffer.from(digests.sort().join('\n')) : null
  } catch {
    return null
  }
}

/** Where a package was linked from. */
const FOLDER = /^(?:[A-Za-z]:)?[\w./\\ ~+@%-]{0,255}$/
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\]:,]|[a-z]+|\s+/gy
/** Line ends and indentation, or a blank behind a sign. */
const LAYOUT = /^(?:\r?\n {0,64}| )$/

function condaRecord(content: Buffer): Buffer {
  try {
    const text = content.toString()
    const record = JSON.parse(text) as { link?: { source?: unknown } }
    const { link } = record
    if (!isLaidOut(text, JSON.stringify(record))) return content
    if (link && typeof link === 'object') {
      if (typeof link.source === 'string' && !FOLDER.test(link.source)) return content
      record.link = { ...link, source: '' }
    }
    return Buffer.from(JSON.stringify(record))
  } catch {
    return content
  }
}

/** Whether a text is this JSON in a plain layout: no key is there twice, and nothing hides in white space. */
function isLaidOut(text: string, compact: string): boolean {
  const parts: string[] = []
  let length = 0
  for (const [token] of text.trimEnd().matchAll(JSON_TOKEN)) {
    length += token.length
    if (/^\s/.test(token)) {
      if (!LAYOUT.test(token)) return false
    } else parts.push(/^["\d-]/.test(token) ? JSON.stringify(JSON.parse(token)) : token)
  }
  return length === text.trimEnd().length && text.length - length < 2 && parts.join('') === compact
}

/** Magic number, flags, time and size: `flags`, `time` and `size` are dropped. */
const PYC_HEADER = 16

const MASKS: Record<Masking, (content: Buffer) => Buffer> = {
  pyc: (content) =>
    content.length < PYC_HEADER
      ? content
      : Buffer.concat([content.subarray(0, 4), content.subarray(PYC_HEADER)]),
  shadow: (content) => lines(content, shadowLine),
  keystore: (content) => keystoreDigests(content) ?? content,
  'r-description': (content) => lines(content, descriptionLine),
  conda: condaRecord,
}

/** Whether a file's content has to be at hand, at once, to be made comparable. */
export const isMasked = (treatment: Treatment | null): treatment is Masking =>
  treatment !== null && treatment in MASKS

/** The bytes that stand for a file's content in the hash. */
export const maskContent = (treatment: Masking, content: Buffer): Buffer => MASKS[treatment](content)
