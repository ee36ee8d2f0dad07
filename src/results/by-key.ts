import { randomInt } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { grouped } from '../text/numbers.js'
import { ByteRows } from './byte-rows.js'
import { MAX_ROWS, ofSide, type Side } from './table.js'

/** Bytes of a record that is held to be joined by key. */
const LARGEST = 1024 ** 3
/** Looks at the index per row. Honest keys need two; who makes keys collide is refused. */
const LOOKS = 32
/** Rows between two looks at the world. */
const TURN = 1 << 16
/** Keys that are named. */
const NAMED = 3
const [LINE_FEED, CARRIAGE_RETURN, QUOTE, COMMA] = [10, 13, 34, 44]

/** What the rows of two files have in common. Keys and rows are bytes as Latin-1: see `textOf`. */
export interface Joined {
  /** Rows of the record, without the header. */
  rows: number
  /** A key that one of the files has twice. */
  twice?: { side: 'record' | 'replay'; key: string } | undefined
  missing: Keys
  extra: Keys
}

export interface Keys {
  count: number
  first: string[]
}

/** Cells are quoted: then a key is not a span of bytes, and this way is not to be had. */
export class Quoted extends Error {}

/**
 * Joins two CSV files by the cell of one column, which stands in the same place in both. The record's bytes
 * are held with an index over them; the replay's rows pass by. Only rows whose bytes differ are given to
 * `onDifference`. Memory: the record's bytes (at most 1 GiB) and 25 to 41 bytes for each of its rows.
 *
 * @throws Quoted, TableError
 */
export async function joinByKey(
  recordedFile: string,
  replayedFile: string,
  column: number,
  onDifference: (recorded: string, replayed: string) => void,
): Promise<Joined> {
  const recorded = await KeyIndex.of(recordedFile, column)
  const joined: Joined = { rows: recorded.count, missing: none(), extra: none() }
  if (recorded.twice !== undefined)
    return { ...joined, twice: { side: 'record', key: recorded.keyOf(recorded.twice) } }
  const used = new Uint8Array(recorded.count)
  const replayed = await ByteRows.open('replayed', replayedFile)
  const key = new KeySpan('replayed', column)
  const extra = new Set<string>()
  /** The key, if it came a second time. */
  const join = (): string | undefined => {
    const { buffer, start, end } = replayed
    key.find(buffer, start, end)
    const row = recorded.find(buffer, key)
    if (row >= 0) {
      if (used[row]) return recorded.keyOf(row)
      used[row] = 1
      if (!recorded.isSame(row, replayed)) onDifference(recorded.textOf(row), replayed.text())
      return undefined
    }
    const text = buffer.toString('latin1', key.start, key.end)
    if (extra.has(text)) return text
    extra.add(text)
    note(joined.extra, text)
    return undefined
  }
  try {
    await replayed.next() // The header.
    while (await replayed.next())
      do {
        const twice = join()
        if (twice !== undefined) return { ...joined, twice: { side: 'replay', key: twice } }
        if (replayed.rows > MAX_ROWS + 1) throw ofSide('replayed', `has more than ${grouped(MAX_ROWS)} rows`)
      } while (replayed.nextHere())
  } finally {
    await replayed.close()
  }
  for (let row = 0; row < recorded.count; row++) if (!used[row]) note(joined.missing, recorded.keyOf(row))
  return joined
}

const none = (): Keys => ({ count: 0, first: [] })

function note(keys: Keys, key: string): void {
  keys.count++
  if (keys.first.length < NAMED) keys.first.push(key)
}

/** Where the cell of a column lies in a row. One for all rows: two million small objects cost more than the join. */
class KeySpan {
  start = 0
  end = 0

  constructor(
    private readonly side: Side,
    private readonly column: number,
  ) {}

  find(bytes: Buffer, start: number, end: number): void {
    this.start = start
    let cells = this.column
    for (let at = start; at < end; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) throw new Quoted()
      if (byte !== COMMA) continue
      if (cells === 0) {
        this.end = at
        return
      }
      cells--
      this.start = at + 1
    }
    if (cells > 0) throw ofSide(this.side, 'is not CSV: a row has too few cells')
    this.end = end
  }
}

/** The rows of a file by the hash of their keys: open addressing, nothing but arrays of numbers. */
class KeyIndex {
  count = 0
  /** A row whose key another one has, too. */
  twice: number | undefined
  /**
   * Pairs of a row, from 1 (0: free), and the hash of its key: a look that fails costs no look at the bytes,
   * and what is looked at together lies together, since it is waiting for memory that the time goes into.
   */
  private readonly slots: Int32Array
  private readonly mask: number
  // Nobody can know beforehand which keys will collide.
  private readonly seed = randomInt(2 ** 31)
  private readonly key: KeySpan
  private looks = 0

  private constructor(
    private readonly bytes: Buffer,
    /** Pairs of where a row begins and ends. */
    private readonly spans: Uint32Array,
    column: number,
  ) {
    this.mask = 2 ** Math.ceil(Math.log2(spans.length * 0.75 + 2)) - 1
    this.slots = new Int32Array(2 * (this.mask + 1))
    this.key = new KeySpan('recorded', column)
  }

  static async of(file: string, column: number): Promise<KeyIndex> {
    if ((await stat(file)).size > LARGEST)
      throw ofSide(
        'recorded',
        `is larger than ${LARGEST / 1024 ** 3} GiB, and its rows are not in the same order`,
      )
    const bytes = await readFile(file)
    if (bytes.includes(QUOTE)) throw new Quoted()
    const index = new KeyIndex(bytes, spansIn(bytes), column)
    for (let row = 0; row < index.spans.length / 2 && index.twice === undefined; row++) {
      index.insert(row)
      if (row % TURN === 0) await setImmediate()
    }
    return index
  }

  keyOf(row: number): string {
    this.key.find(this.bytes, this.spans[2 * row]!, this.spans[2 * row + 1]!)
    return this.bytes.toString('latin1', this.key.start, this.key.end)
  }

  textOf(row: number): string {
    return this.bytes.toString('latin1', this.spans[2 * row], this.spans[2 * row + 1])
  }

  /** @returns the row that has the key, or −1 */
  find(bytes: Buffer, { start, end }: KeySpan): number {
    return this.slots[2 * this.slotOf(bytes, start, end, this.hash(bytes, start, end))]! - 1
  }

  isSame(row: number, { buffer, start, end }: ByteRows): boolean {
    const [from, to] = [this.spans[2 * row]!, this.spans[2 * row + 1]!]
    return to - from === end - start && this.bytes.compare(buffer, start, end, from, to) === 0
  }

  private insert(row: number): void {
    const { bytes, key } = this
    key.find(bytes, this.spans[2 * row]!, this.spans[2 * row + 1]!)
    const { start, end } = key
    const hash = this.hash(bytes, start, end)
    const slot = this.slotOf(bytes, start, end, hash)
    if (this.slots[2 * slot] !== 0) {
      this.twice = row
      return
    }
    this.slots[2 * slot] = row + 1
    this.slots[2 * slot + 1] = hash
    this.count++
  }

  /** The slot of the row that has the key, or a free one. */
  private slotOf(bytes: Buffer, start: number, end: number, hash: number): number {
    for (let slot = hash & this.mask; ; slot = (slot + 1) & this.mask) {
      const row = this.slots[2 * slot]! - 1
      if (row < 0) return slot
      if (this.slots[2 * slot + 1] === hash) {
        this.key.find(this.bytes, this.spans[2 * row]!, this.spans[2 * row + 1]!)
        const { start: from, end: to } = this.key
        if (to - from === end - start && this.bytes.compare(bytes, start, end, from, to) === 0) return slot
      }
      if (++this.looks > LOOKS * (this.spans.length + TURN))
        throw ofSide('recorded', 'has keys that collide as if it were meant')
    }
  }

  /** FNV-1a (Fowler, Noll, Vo) with a secret start, mixed as in MurmurHash3. */
  private hash(bytes: Buffer, start: number, end: number): number {
    let hash = this.seed
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    return hash ^ (hash >>> 13)
  }
}

/** Pairs of where the rows of a file without quotes begin and end, but for its header and empty lines. */
function spansIn(bytes: Buffer): Uint32Array {
  let lines = 1
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LINE_FEED) lines++
  if (lines > 2 * MAX_ROWS) throw ofSide('recorded', `has more than ${grouped(MAX_ROWS)} rows`)
  const spans = new Uint32Array(2 * lines)
  let used = -2
  for (let start = 0, at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== LINE_FEED) continue
    const end = at > start && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at
    if (end > start) {
      if (used >= 0) {
        spans[used] = start
        spans[used + 1] = end
      }
      used += 2
    }
    start = at + 1
  }
  return spans.subarray(0, Math.max(0, used))
}
