import type { ByteRows } from './byte-rows.js'

/** Bytes below which it is not worth looking for an equal block. */
const SMALLEST = 4096
/** Rows that are compared one by one before blocks are tried again. */
const ROWS = 64

/** Takes two rows that stand in the same place and are not the same bytes; says whether they are a pair. */
export type OnDifference = (recorded: ByteRows, replayed: ByteRows) => boolean

/**
 * Walks two files of rows side by side: blocks of equal bytes are passed over, and only rows that differ are
 * looked at.
 *
 * @returns whether all rows are pairs in their places; if not, they have to be joined by key
 */
export async function inOrder(a: ByteRows, b: ByteRows, onDifference: OnDifference): Promise<boolean> {
  for (;;) {
    await Promise.all([a.fill(), b.fill()])
    if (passEqual(a, b)) continue
    for (let row = 0; row < ROWS; row++) {
      const [one, other] = [await a.next(), await b.next()]
      if (one !== other) return false
      if (!one) return true
      if (!a.sameRow(b) && !onDifference(a, b)) return false
    }
  }
}

/** Passes over the largest block of equal bytes that lies ahead, halving it until it is one. */
function passEqual(a: ByteRows, b: ByteRows): boolean {
  for (let size = Math.min(a.limit - a.at, b.limit - b.at); size >= SMALLEST; size >>= 1) {
    if (a.buffer.compare(b.buffer, b.at, b.at + size, a.at, a.at + size) !== 0) continue
    return b.advance(a.skip(size)).bytes > 0
  }
  return false
}
