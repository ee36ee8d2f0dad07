import { createHash } from 'node:crypto'

/** DVC's digests (dvc-data, `HashFile` and `Tree`). */

export const md5Of = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')

const LF = 10
const CR = 13

/** Line ends as they are on Unix and on Windows: `\r\n` to `\n`, and every `\n` to `\r\n`. */
function withLineEnds(bytes: Buffer, windows: boolean): Buffer {
  let newlines = 0
  for (const byte of bytes) if (byte === LF) newlines++
  const out = Buffer.allocUnsafe(bytes.length + (windows ? newlines : 0))
  let length = 0
  for (const [index, byte] of bytes.entries()) {
    if (byte === CR && bytes[index + 1] === LF) continue
    if (byte === LF && windows) out[length++] = CR
    out[length++] = byte
  }
  return out.subarray(0, length)
}

/**
 * The md5 of a file as it is, and of its text as Unix and as Windows write it: git may have changed the ends
 * of lines that DVC has read, and DVC 2 took `\n` for them itself. Bytes that are no text have one form.
 */
export function md5Forms(bytes: Buffer): [raw: string, unix: string, windows: string] {
  const raw = md5Of(bytes)
  if (bytes.subarray(0, 8000).includes(0) || !bytes.includes(LF)) return [raw, raw, raw]
  return [raw, md5Of(withLineEnds(bytes, false)), md5Of(withLineEnds(bytes, true))]
}

/** A text as Python's `json.dumps` writes it: everything outside of ASCII escaped, unit by unit. */
const pythonString = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** By code points, as Python sorts texts; UTF-8 has that order, UTF-16 has not. */
const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/**
 * The digest of a folder: `<md5>.dir`, of the JSON list of its files' md5 and paths.
 *
 * @param files by path relative to the folder, `/` between names
 */
export function dvcFolderDigest(files: ReadonlyMap<string, string>): string {
  const entries = [...files.keys()]
    .sort(byCodePoint)
    .map((path) => `{"md5": "${files.get(path)}", "relpath": ${pythonString(path)}}`)
  return `${md5Of(`[${entries.join(', ')}]`)}.dir`
}
