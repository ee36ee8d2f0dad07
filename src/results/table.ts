import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { parse } from 'csv-parse'
import { parse as parseRow } from 'csv-parse/sync'
import { grouped } from '../text/numbers.js'

export const MAX_ROWS = 5_000_000
/** Characters of one row: what a file without line breaks can make us hold. */
export const MAX_RECORD = 1024 * 1024

/** A file that is not a table, or too large; the message is the rest of a sentence about the file. */
export class TableError extends Error {}

export interface Table {
  header: string[]
  /** The next row, or undefined at the end. Cells are bytes as Latin-1: see `textOf`. */
  next(): Promise<string[] | undefined>
  close(): Promise<void>
}

export type Side = 'recorded' | 'replayed'

/** Says of which file an error is. */
export const ofSide = (side: Side, message: string): TableError =>
  new TableError(`the ${side} file ${message}`)

/** Cells are read as Latin-1, so that two different invalid UTF-8 texts are never taken for equal. */
export const textOf = (cell: string): string => Buffer.from(cell, 'latin1').toString('utf8')
export const cellOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/**
 * The cells of one row.
 *
 * @throws TableError if it is not CSV, or has another number of cells than the header
 */
export function cellsOfRow(row: string, width?: number): string[] {
  let cells: string[]
  try {
    cells = row.includes('"') ? parseRow(row)[0]! : row.split(',')
  } catch (error) {
    throw new TableError(`is not CSV: ${(error as Error).message}`)
  }
  if (width === undefined || cells.length === width) return cells
  throw new TableError(`is not CSV: a row has ${cells.length} cells and the header ${width}`)
}

/** @throws TableError if a name is there twice */
export function checkedHeader(header: string[]): string[] {
  const seen = new Set<string>()
  const twice = header.find((name) => seen.has(name) || !seen.add(name))
  if (twice === undefined) return header
  throw new TableError(`has two columns named \`${textOf(twice)}\``)
}

/**
 * Opens a CSV file (RFC 4180; also with a byte order mark, CRLF, empty lines) row by row. Memory is
 * bounded by one row of at most 1 MiB; more than 5,000,000 rows are an error.
 *
 * @throws TableError also from `next`
 */
export async function openTable(path: string): Promise<Table> {
  const parser = parse({
    encoding: 'latin1',
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  })
  const input = createReadStream(path, { start: await bomLength(path), highWaterMark: 1024 * 1024 })
  input.on('error', (error) => parser.destroy(error))
  input.pipe(parser)
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<string[]>
  let rows = 0
  const table: Table = {
    header: [],
    async next() {
      try {
        const { value, done } = await records.next()
        if (done) return undefined
        if (++rows > MAX_ROWS + 1) throw new TableError(`has more than ${grouped(MAX_ROWS)} rows`)
        return value
      } catch (error) {
        throw error instanceof TableError ? error : new TableError(`is not CSV: ${(error as Error).message}`)
      }
    },
    async close() {
      input.destroy()
      await records.return?.().catch(() => {})
    },
  }
  try {
    const header = await table.next()
    if (!header) throw new TableError('is empty')
    table.header = checkedHeader(header)
    return table
  } catch (error) {
    await table.close()
    throw error
  }
}

async function bomLength(path: string): Promise<number> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(3), 0, 3, 0)
    return bytesRead === 3 && buffer.equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
  } finally {
    await file.close()
  }
}
