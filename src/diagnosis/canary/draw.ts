import { createHash } from 'node:crypto'

/** Random numbers that nobody can guess who does not know the nonce; the same for the same nonce. */
export interface Draw {
  /** A whole number from 0, less than `limit`, which is at most 2³². */
  below(limit: number): number
  /** A uniform random order of 0 … n−1. */
  order(n: number): number[]
}

/** SHA-256 of the nonce and a counter, four bytes at a time. */
export function drawFrom(nonce: string): Draw {
  let block = Buffer.alloc(0)
  let used = 0
  let count = 0
  const word = (): number => {
    if (used === block.length) {
      block = createHash('sha256').update(`${nonce}:${count++}`).digest()
      used = 0
    }
    used += 4
    return block.readUInt32LE(used - 4)
  }
  const below = (limit: number): number => Math.floor((word() / 2 ** 32) * limit)
  return {
    below,
    order(n) {
      const order = Array.from({ length: n }, (_, i) => i)
      // Fisher and Yates.
      for (let i = n - 1; i > 0; i--) {
        const j = below(i + 1)
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      return order
    },
  }
}
