import { sortNumbers, type Pause } from '../pause.js'

/** Bytes of one piece of the texts: the longest row's text fits in one. */
const TEXT_PIECE = 4 * 1024 * 1024
/** Rows of one piece of the table. */
const ROWS_PIECE = 1 << 14
/** Where a row's text begins, in pieces laid end to end, and the length of its path. */
const HEAD = 6

/**
 * Millions of paths, each with a row of bytes, held as the bytes that they are: a string or an object
 * for each would take many times as much. Rows are appended, then sorted once, then looked up.
 *
 * A row takes the bytes of its path and of the texts behind it, `HEAD` and `width` bytes, and 4 bytes
 * once it is sorted.
 */
export class PathTable {
  private readonly texts: Buffer[] = []
  private readonly rows: Buffer[] = []
  private textEnd = TEXT_PIECE
  private count = 0

  /** @param width bytes of a row that are the caller's */
  constructor(private readonly width: number) {}

  get length(): number {
    return this.count
  }

  /** Bytes held: in rows, and in texts. */
  get bytes(): { rows: number; texts: number } {
    const [rows, texts] = [this.rows, this.texts].map((pieces) =>
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    )
    return { rows: rows!, texts: texts! }
  }

  /**
   * Appends a path, of at most 65,535 bytes, and what is kept behind it. Texts are latin1.
   *
   * @returns the row, zeroes to be filled in
   */
  append(path: string, tail = ''): number {
    const length = path.length + tail.length
    if (this.textEnd + length > TEXT_PIECE) {
      this.texts.push(Buffer.alloc(TEXT_PIECE))
      this.textEnd = 0
    }
    const text = this.texts.at(-1)!
    text.write(path, this.textEnd, 'latin1')
    text.write(tail, this.textEnd + path.length, 'latin1')
    if (this.count % ROWS_PIECE === 0) this.rows.push(Buffer.alloc(ROWS_PIECE * (HEAD + this.width)))
    const [rows, at] = this.place(this.count)
    rows.writeUInt32LE((this.texts.length - 1) * TEXT_PIECE + this.textEnd, at)
    rows.writeUInt16LE(path.length, at + 4)
    this.textEnd += length
    return this.count++
  }

  /** The caller's bytes of a row: a view. */
  row(number: number): Buffer {
    const [rows, at] = this.place(number)
    return rows.subarray(at + HEAD, at + HEAD + this.width)
  }

  path(number: number): string {
    const [text, start, length] = this.text(number)
    return text.toString('latin1', start, start + length)
  }

  /** What is kept behind a row's path: a view. */
  tail(number: number, from: number, to: number): Buffer {
    const [text, start, length] = this.text(number)
    return text.subarray(start + length + from, start + length + to)
  }

  /** Compares the paths of two rows, or of a row of another table, by bytes. */
  compare(a: number, b: number, other: PathTable = this): number {
    const [text, start, length] = this.text(a)
    const [otherText, otherStart, otherLength] = other.text(b)
    return text.compare(otherText, otherStart, otherStart + otherLength, start, start + length)
  }

  /** All rows in the order of their paths; of equal paths in the order in which they came. */
  sorted(pause: Pause): Promise<Uint32Array> {
    return sortNumbers(this.count, (a, b) => this.compare(a, b), pause)
  }

  /** How many rows of a sorted list come before this path, and of those with this path before this row. */
  before(sorted: Uint32Array, path: string, row = 0): number {
    const bytes = Buffer.from(path, 'latin1')
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const number = sorted[middle]!
      const [text, start, length] = this.text(number)
      const order = text.compare(bytes, 0, bytes.length, start, start + length) || number - row
      if (order < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  private place(number: number): [rows: Buffer, at: number] {
    return [this.rows[Math.floor(number / ROWS_PIECE)]!, (number % ROWS_PIECE) * (HEAD + this.width)]
  }

  private text(number: number): [text: Buffer, start: number, length: number] {
    const [rows, at] = this.place(number)
    const start = rows.readUInt32LE(at)
    return [this.texts[Math.floor(start / TEXT_PIECE)]!, start % TEXT_PIECE, rows.readUInt16LE(at + 4)]
  }
}
