import { createHash } from 'node:crypto'
import type { Masking, Treatment } from './normalise.js'

/** Largest file whose content is masked; a larger one is compared byte for byte. */
export const MASKED_CAP = 16 * 1024 * 1024

const lines = (content: Buffer, each: (line: string) => string): Buffer =>
  Buffer.from(content.toString('latin1').split('\n').map(each).join('\n'), 'latin1')

/** Field 3 is the day of the last change, field 2 a salted password, `!` or `*`. */
const shadowLine = (line: string): string => {
  const fields = line.split(':')
  if (fields.length < 3) return line
  if (fields[1]!.startsWith('$')) fields[1] = 'P'
  fields[2] = ''
  return fields.join(':')
}

/** `Built: R 4.2.2; ; 2026-11-18 09:12:03 UTC; unix`, `Packaged: 2026-11-18 09:12:03 UTC; builder` */
const descriptionLine = (line: string): string => {
  if (line.startsWith('Packaged:')) return 'Packaged:'
  if (!line.startsWith('Built:')) return line
  const fields = line.split(';')
  if (fields.length > 2) fields[2] = ''
  return fields.join(';')
}

/**
 * The sorted digests of the certificates in a Java keystore; null if it is not a keystore of this kind.
 * Format: JKS, `sun.security.provider.JavaKeyStore`: magic, version, count, then per entry a tag, an
 * alias, a date, and for a certificate (tag 2) its type and its bytes.
 */
function keystoreDigests(content: Buffer): Buffer | null {
  try {
    if (content.readUInt32BE(0) !== 0xfeedfeed || content.readUInt32BE(4) !== 2) return null
    const digests: string[] = []
    let at = 12
    for (let entries = content.readUInt32BE(8); entries > 0; entries--) {
      if (content.readUInt32BE(at) !== 2) return null
      at += 4
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
    return Buffer.from(digests.sort().join('\n'))
  } catch {
    return null
  }
}

function condaRecord(content: Buffer): Buffer {
  try {
    const record = JSON.parse(content.toString()) as Record<string, unknown>
    if (record.link && typeof record.link === 'object') record.link = { ...record.link, source: '' }
    return Buffer.from(JSON.stringify(record))
  } catch {
    return content
  }
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
