/**
 * Rows of the tables of an SQLite file (sqlite.org/fileformat2.html), read as data. SQLite itself would
 * evaluate what a stranger's file defines (views, generated columns), and can be led in circles: here every
 * page is read once. No index, no journal, no table without row ids.
 */

/** What is wrong with a file, as the rest of a sentence about it. */
export class NotSqlite extends Error {}

export type SqliteValue = string | number | null
export type SqliteRow = Readonly<Record<string, SqliteValue>>

const MAGIC = 'SQLite format 3\0'
const FILE_HEADER = 100
const [INTERIOR, LEAF] = [0x05, 0x0d]
/** Levels of a tree; a file of 2^32 pages has fewer. */
const DEEPEST = 20
const LARGEST_ROW = 16 * 1024 * 1024
const ENCODINGS = ['utf8', 'utf8', 'utf16le', 'utf16be'] as const

interface Table {
  root: number
  columns: string[]
  /** The column that is the row's number, and is not stored. */
  rowid: string | undefined
}

export class SqliteFile {
  private readonly pageSize: number
  /** Bytes of a page that hold data. */
  private readonly usable: number
  private readonly encoding: (typeof ENCODINGS)[number]
  private readonly tables: Map<string, Table>

  /** @throws NotSqlite */
  constructor(private readonly bytes: Buffer) {
    if (bytes.length < FILE_HEADER || bytes.subarray(0, 16).toString('latin1') !== MAGIC)
      throw new NotSqlite('is not an SQLite file')
    const size = bytes.readUInt16BE(16)
    this.pageSize = size === 1 ? 65536 : size
    if (this.pageSize < 512) throw new NotSqlite('has pages of an impossible size')
    this.usable = this.pageSize - bytes[20]!
    if (this.usable < 480) throw new NotSqlite('has pages of an impossible size')
    this.encoding = ENCODINGS[bytes.readUInt32BE(56)] ?? 'utf8'
    const schema: Table = {
      root: 1,
      columns: ['type', 'name', 'tbl_name', 'rootpage', 'sql'],
      rowid: undefined,
    }
    this.tables = new Map()
    for (const { type, name, rootpage, sql } of this.rowsOf(schema))
      if (
        type === 'table' &&
        typeof name === 'string' &&
        typeof rootpage === 'number' &&
        typeof sql === 'string'
      )
        this.tables.set(name, { root: rootpage, ...columnsIn(sql) })
  }

  has(table: string): boolean {
    return this.tables.has(table)
  }

  /**
   * The rows of a table; none if there is no such table.
   *
   * @throws NotSqlite for a table that is damaged
   */
  rows(table: string): Iterable<SqliteRow> {
    const found = this.tables.get(table)
    return found === undefined ? [] : this.rowsOf(found)
  }

  private *rowsOf({ root, columns, rowid }: Table): Generator<SqliteRow> {
    const seen = new Set<number>()
    for (const { id, payload } of this.cells({ number: root, depth: 0, seen })) {
      const values = this.values(payload)
      const row = Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null]))
      yield rowid === undefined ? row : { ...row, [rowid]: id }
    }
  }

  /** @param seen pages of the table: one that comes again is a circle */
  private page(number: number, seen: Set<number>): Buffer {
    const start = (number - 1) * this.pageSize
    if (number < 1 || seen.has(number) || start + this.pageSize > this.bytes.length)
      throw new NotSqlite('is damaged')
    seen.add(number)
    return this.bytes.subarray(start, start + this.pageSize)
  }

  private *cells({ number, depth, seen }: { number: number; depth: number; seen: Set<number> }): Generator<{
    id: number
    payload: Buffer
  }> {
    if (depth > DEEPEST) throw new NotSqlite('is damaged')
    const page = this.page(number, seen)
    const header = number === 1 ? FILE_HEADER : 0
    const type = page[header]
    if (type !== LEAF && type !== INTERIOR) throw new NotSqlite('is damaged')
    const count = page.readUInt16BE(header + 3)
    const pointers = header + (type === LEAF ? 8 : 12)
    if (pointers + 2 * count > page.length) throw new NotSqlite('is damaged')
    /** Cells do not overlap: together they are no longer than their page. */
    let left = this.pageSize
    for (let index = 0; index < count; index++) {
      const at = page.readUInt16BE(pointers + 2 * index)
      if (at + 4 > page.length) throw new NotSqlite('is damaged')
      if (type === INTERIOR) yield* this.cells({ number: page.readUInt32BE(at), depth: depth + 1, seen })
      else {
        const cell = this.leafCell(page, at, seen)
        left -= cell.local
        if (left < 0) throw new NotSqlite('is damaged')
        yield cell
      }
    }
    if (type === INTERIOR)
      yield* this.cells({ number: page.readUInt32BE(header + 8), depth: depth + 1, seen })
  }

  private leafCell(page: Buffer, at: number, seen: Set<number>) {
    const length = varint(page, at)
    const id = varint(page, length.next)
    const local = this.localBytes(length.value)
    const start = id.next
    if (length.value < 0 || length.value > LARGEST_ROW || start + local > page.length)
      throw new NotSqlite('is damaged')
    const parts = [page.subarray(start, start + local)]
    let missing = length.value - local
    let next = missing > 0 && start + local + 4 <= page.length ? page.readUInt32BE(start + local) : 0
    while (missing > 0) {
      const overflow = this.page(next, seen)
      const part = overflow.subarray(4, 4 + Math.min(missing, this.usable - 4))
      parts.push(part)
      missing -= part.length
      next = overflow.readUInt32BE(0)
    }
    return { id: id.value, local, payload: parts.length === 1 ? parts[0]! : Buffer.concat(parts) }
  }

  /** How much of a row is in its own page (fileformat2, "Cell Payload Overflow Pages"). */
  private localBytes(length: number): number {
    const most = this.usable - 35
    if (length <= most) return length
    const least = Math.floor(((this.usable - 12) * 32) / 255) - 23
    const some = least + ((length - least) % (this.usable - 4))
    return some <= most ? some : least
  }

  private values(payload: Buffer): SqliteValue[] {
    const header = varint(payload, 0)
    const values: SqliteValue[] = []
    let body = header.value
    for (let at = header.next; at < header.value;) {
      const { value: type, next } = varint(payload, at)
      at = next
      const size = sizeOf(type)
      if (type < 0 || body < 0 || body + size > payload.length) throw new NotSqlite('is damaged')
      values.push(this.valueIn(type, payload.subarray(body, body + size)))
      body += size
    }
    return values
  }

  /** A blob is null: no table that is read here has one. */
  private valueIn(type: number, bytes: Buffer): SqliteValue {
    if (type >= 13 && type % 2 === 1) return this.text(bytes)
    if (type === 7) return bytes.readDoubleBE()
    if (type === 8 || type === 9) return type - 8
    if (type === 6) return Number(bytes.readBigInt64BE())
    return type >= 1 && type <= 5 ? bytes.readIntBE(0, bytes.length) : null
  }

  private text(bytes: Buffer): string {
    if (this.encoding !== 'utf16be') return bytes.toString(this.encoding)
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
  }
}

/** Bytes of a value, by its serial type. */
const INTEGERS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0]
const sizeOf = (type: number): number => INTEGERS[type] ?? Math.floor((type - 12) / 2)

/** A big-endian varint of up to nine bytes, of which the ninth has eight bits; signed, as a row's number is. */
function varint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0n
  for (let index = 0; index < 9; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) throw new NotSqlite('is damaged')
    value = index === 8 ? (value << 8n) | BigInt(byte) : (value << 7n) | BigInt(byte & 0x7f)
    if (byte < 0x80 || index === 8) return { value: Number(BigInt.asIntN(64, value)), next: at + index + 1 }
  }
  throw new NotSqlite('is damaged')
}

const CONSTRAINT = /^(?:constraint|primary|unique|check|foreign)\b/i

/** Names of columns in the text that made a table, and the one that is the row's number. */
function columnsIn(sql: string): Pick<Table, 'columns' | 'rowid'> {
  const parts = topLevelParts(sql.slice(sql.indexOf('(') + 1))
  const definitions = parts.filter((part) => !CONSTRAINT.test(part))
  const columns = definitions
    .map((part) => /^(?:"([^"]*)"|`([^`]*)`|\[([^\]]*)\]|([^\s(]+))/.exec(part))
    .map((name) => name?.slice(1).find((one) => one !== undefined) ?? '')
  const integers = columns.filter((name, index) =>
    /^integer\b/i.test(
      definitions[index]!.slice(definitions[index]!.indexOf(name) + name.length).replace(/^["`\]\s]+/, ''),
    ),
  )
  const key = parts
    .map((part) => /primary\s+key\s*\(\s*["`[]?(\w+)["`\]]?\s*\)/i.exec(part)?.[1])
    .find((name) => name !== undefined)
  const inline = columns.find((_, index) => /\bprimary\s+key\b/i.test(definitions[index]!))
  return { columns, rowid: integers.find((name) => name === (key ?? inline)) }
}

/** Splits at the commas that are in no bracket and no quotes, up to the closing bracket. */
function topLevelParts(text: string): string[] {
  const parts: string[] = []
  let [depth, start, quote] = [0, 0, '']
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (`"'\``.includes(character)) quote = character
    else if (character === '(') depth++
    else if (character === ')' && depth-- === 0) return [...parts, text.slice(start, index).trim()]
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...parts, text.slice(start).trim()]
}
