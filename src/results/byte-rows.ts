import { open, type FileHandle } from 'node:fs/promises'
import { MAX_RECORD, ofSide, type Side } from './table.js'

/** Bytes that are read at once. */
const BLOCK = 1024 * 1024
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const QUOTE = 34
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * The rows of a CSV file as spans of its bytes (RFC 4180: a line end inside quotes ends no row; CRLF and
 * empty lines are as in `openTable`). Memory: two blocks of 1 MiB, and one row of at most 1 MiB.
 */
export class ByteRows {
  buffer = Buffer.allocUnsafe(2 * BLOCK)
  /** Where the next row begins, and the end of what was read. */
  at = 0
  limit = 0
  /** The row that `next` found. */
  start = 0
  end = 0
  /** Rows so far. */
  rows = 0
  private ended = false

  private constructor(
    private readonly side: Side,
    private readonly file: FileHandle,
  ) {}

  static async open(side: Side, path: string): Promise<ByteRows> {
    const rows = new ByteRows(side, await open(path, 'r'))
    await rows.fill()
    if (rows.buffer.subarray(0, Math.min(3, rows.limit)).equals(BYTE_ORDER_MARK)) rows.at = 3
    return rows
  }

  close(): Promise<void> {
    return this.file.close()
  }

  /** Reads until a block lies ahead, or the file ends. */
  async fill(): Promise<void> {
    while (!this.ended && this.limit - this.at < BLOCK) await this.readBlock()
  }

  private async readBlock(): Promise<void> {
    if (this.buffer.length - this.limit < BLOCK) {
      const ahead = this.limit - this.at
      this.buffer.copyWithin(0, this.at, this.limit)
      this.at = 0
      this.limit = ahead
    }
    const { bytesRead } = await this.file.read(this.buffer, this.limit, BLOCK, null)
    this.limit += bytesRead
    this.ended = bytesRead === 0
  }

  /** Whether there was another row; it is from `start` to `end`, without its line end. */
  async next(): Promise<boolean> {
    for (;;) {
      if (this.nextHere()) return true
      if (this.ended) return false
      if (this.limit - this.at > MAX_RECORD)
        throw ofSide(this.side, `is not CSV: a row of more than ${MAX_RECORD / 1024 ** 2} MiB`)
      await this.readBlock()
    }
  }

  /** The next row, if all of it was read. */
  nextHere(): boolean {
    const { buffer, limit } = this
    while (this.at < limit) {
      let inside = false
      let feed = this.at
      for (; feed < limit; feed++) {
        const byte = buffer[feed]
        if (byte === QUOTE) inside = !inside
        else if (byte === LINE_FEED && !inside) break
      }
      if (feed === limit && !this.ended) return false
      if (inside) throw ofSide(this.side, 'is not CSV: a quote that never ends')
      this.start = this.at
      this.end = feed > this.at && buffer[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed
      this.at = Math.min(feed + 1, limit)
      if (this.end === this.start) continue
      this.rows++
      return true
    }
    return false
  }

  /** The bytes of the row are those of another's. */
  sameRow(other: ByteRows): boolean {
    const length = this.end - this.start
    if (length !== other.end - other.start) return false
    const [a, b, i, j] = [this.buffer, other.buffer, this.start, other.start]
    for (let at = 0; at < length; at++) if (a[i + at] !== b[j + at]) return false
    return true
  }

  /** The row's bytes as Latin-1: see `textOf`. */
  text(): string {
    return this.buffer.toString('latin1', this.start, this.end)
  }

  /** Goes on after the whole rows of the next `size` bytes. @returns how many bytes and rows these are */
  skip(size: number): { bytes: number; rows: number } {
    const { buffer, at } = this
    let inside = false
    let start = at
    let rows = 0
    for (let here = at; here < at + size; here++) {
      const byte = buffer[here]
      if (byte === QUOTE) inside = !inside
      else if (byte === LINE_FEED && !inside) {
        const empty = here === start || (here === start + 1 && buffer[start] === CARRIAGE_RETURN)
        if (!empty) rows++
        start = here + 1
      }
    }
    return this.advance({ bytes: start - at, rows })
  }

  advance(passed: { bytes: number; rows: number }): { bytes: number; rows: number } {
    this.at += passed.bytes
    this.rows += passed.rows
    return passed
  }
}
