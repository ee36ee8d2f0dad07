import { grouped } from '../../text/numbers.js'
import { cellOf, MAX_RECORD, MAX_ROWS, TableError } from '../table.js'

/** The rows of a file of predictions that is no CSV. Cells are bytes as Latin-1: see `textOf`. */
export interface Rows {
  readonly header: readonly string[]
  readonly rows: Iterable<readonly string[]>
}

/** To add a format: a file here, and a line of `FORMATS_OF_ROWS`. */
export interface RowFormat {
  /** Bytes of a file: all of it is held, and text takes many times its bytes. */
  readonly largest: number
  /** By the first bytes: the name of a file proves nothing. */
  is(start: Buffer): boolean
  /** @throws TableError, also from `rows` */
  read(bytes: Buffer): Rows
}

const MAX_COLUMNS = 2000
const MAX_CELLS = 20_000_000

/** A file of text. */
export const LARGEST_TEXT = 64 * 1024 * 1024
/** A file of arrays or an archive. */
export const LARGEST_BINARY = 256 * 1024 * 1024

/** Objects as rows, in the columns of all of them; a cell that a row lacks is empty. At most 20,000,000 cells. */
export function rowsOfCells(given: Iterable<readonly (readonly [string, string])[]>): Rows {
  const rows: (readonly (readonly [string, string])[])[] = []
  const places = new Map<string, number>()
  let cells = 0
  for (const row of given) {
    rows.push(row)
    cells += row.length
    if (rows.length > MAX_ROWS || cells > MAX_CELLS)
      throw new TableError(`has more than ${grouped(MAX_ROWS)} rows or ${grouped(MAX_CELLS)} cells`)
    for (const [name] of row) {
      if (!places.has(name)) places.set(name, places.size)
      if (places.size > MAX_COLUMNS) throw new TableError(`has more than ${grouped(MAX_COLUMNS)} columns`)
    }
  }
  const cellsOf = (row: readonly (readonly [string, string])[]): string[] => {
    const cells = Array<string>(places.size).fill('')
    for (const [name, text] of row) cells[places.get(name)!] = cellOf(text)
    return cells
  }
  return {
    header: [...places.keys()].map(cellOf),
    rows: {
      *[Symbol.iterator]() {
        for (const row of rows) yield cellsOf(row)
      },
    },
  }
}

/** One row as CSV (RFC 4180). @throws TableError if it is longer than a row may be */
export function csvRow(cells: readonly string[]): string {
  // An empty line is no row.
  const only = cells.length === 1 && cells[0] === ''
  const row = only
    ? '""'
    : cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')
  if (row.length < MAX_RECORD) return `${row}\n`
  throw new TableError(`has a row of more than ${MAX_RECORD / 1024 ** 2} MiB`)
}
