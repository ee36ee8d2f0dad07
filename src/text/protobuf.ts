/** The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), without a schema. */

/** A field of a message: a number, or bytes that are a text or another message. */
export interface WireField {
  number: number
  value: number | Buffer
}

/** Bytes of the longest varint. */
const LONGEST_VARINT = 10

/**
 * The fields of a message in their order. What is cut off or is no message ends them, and is no exception.
 * Integers of more than 53 bits lose their last digits.
 */
export function* wireFields(bytes: Buffer): Generator<WireField> {
  let at = 0
  const varint = (): number | undefined => {
    let value = 0
    for (let index = 0; index < LONGEST_VARINT; index++) {
      const byte = bytes[at++]
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) return value
    }
    return undefined
  }
  while (at < bytes.length) {
    const key = varint()
    if (key === undefined) return
    const [number, type] = [Math.floor(key / 8), key % 8]
    if (type === 0) {
      const value = varint()
      if (value === undefined) return
      yield { number, value }
    } else if (type === 1 || type === 5) at += type === 1 ? 8 : 4
    else if (type === 2) {
      const length = varint()
      if (length === undefined || at + length > bytes.length) return
      yield { number, value: bytes.subarray(at, at + length) }
      at += length
    } else return
  }
}

/** Messages or texts of one field. */
export const wireBytes = (bytes: Buffer, wanted: number): Buffer[] =>
  [...wireFields(bytes)].flatMap(({ number, value }) =>
    number === wanted && typeof value !== 'number' ? [value] : [],
  )

/** The last text of one field; undefined if it is empty or not there. */
export const wireText = (bytes: Buffer, wanted: number): string | undefined =>
  wireBytes(bytes, wanted).at(-1)?.toString('utf8') || undefined

/** The last number of one field. */
export const wireNumber = (bytes: Buffer, wanted: number): number | undefined =>
  [...wireFields(bytes)]
    .flatMap(({ number, value }) => (number === wanted && typeof value === 'number' ? [value] : []))
    .at(-1)
