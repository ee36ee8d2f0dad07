import { parse } from 'csv-parse'
import { Readable } from 'node:stream'
import { numberTextOf, parseTexts } from './json-texts.js'

/** A table of predictions by columns, every cell as text. */
export interface Frame {
  rows: number
  columns: ReadonlyMap<string, readonly string[]>
}

/** Bytes, rows, columns and cells of a table from which metrics are computed: all of it is held. */
export const FRAME_LARGEST = 64 * 1024 * 1024
export const TOO_LARGE = `is larger than ${FRAME_LARGEST / 1024 ** 2} MiB`
const MAX_ROWS = 1_000_000
const MAX_COLUMNS = 2000
const MAX_CELLS = 20_000_000
const MAX_RECORD = 1024 * 1024

/** The message is the rest of a sentence about the file. */
class FrameError extends Error {}

/**
 * Reads a table: CSV, TSV, JSON lines, a JSON array of objects, or a JSON object of columns, told by the
 * ending of its name. Nested objects are columns with dotted names; lists are kept as text.
 */
export async function readFrame(path: string, bytes: Buffer): Promise<Frame | { problem: string }> {
  try {
    if (bytes.length > FRAME_LARGEST) throw new FrameError(TOO_LARGE)
    const text = new TextDecoder('utf-8').decode(bytes)
    if (text.startsWith('version https://git-lfs'))
      throw new FrameError('is a pointer to bytes that are not here')
    const [ending] = /\.[a-z]+$/i.exec(path) ?? ['']
    switch (ending.toLowerCase()) {
      case '.json':
        return fromJson(parseJson(text))
      case '.jsonl':
      case '.ndjson':
        return fromObjects(
          text
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map(parseJson),
        )
      case '.csv':
      case '.tsv':
        return await fromCsv(bytes, delimiterOf(text))
      default:
        throw new FrameError('is not CSV, TSV or JSON')
    }
  } catch (error) {
    if (error instanceof FrameError) return { problem: error.message }
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return parseTexts(text)
  } catch (error) {
    throw new FrameError(`is not JSON: ${(error as Error).message}`)
  }
}

/** Whatever the first line has most of. */
function delimiterOf(text: string): string {
  const line = text.slice(0, text.indexOf('\n') >>> 0).slice(0, MAX_RECORD)
  const count = (one: string) => line.split(one).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

async function fromCsv(bytes: Buffer, delimiter: string): Promise<Frame> {
  const options = { bom: true, delimiter, skip_empty_lines: true, max_record_size: MAX_RECORD }
  const parser = Readable.from([bytes]).pipe(parse(options))
  const table = new Builder()
  let header: string[] | undefined
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (header) table.row(header.map((name, at) => [name, record[at]!]))
      else if (new Set(record).size < record.length) throw new FrameError('has two columns of one name')
      else header = record
    }
  } catch (error) {
    throw error instanceof FrameError ? error : new FrameError(`is not a table: ${(error as Error).message}`)
  }
  return table.frame()
}

function fromJson(root: unknown): Frame {
  if (Array.isArray(root)) return fromObjects(root)
  if (typeof root !== 'object' || root === null) throw new FrameError('is not a table')
  const entries = Object.entries(root)
  const lists = entries.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const [first] = lists
  if (first && typeof first[1][0] === 'object') return fromObjects(first[1])
  const columns = lists.filter(([, list]) => list.length === first?.[1].length)
  if (columns.length < 2) throw new FrameError('is not a table')
  const table = new Builder()
  for (const at of columns[0]![1].keys()) table.row(columns.map(([name, list]) => [name, cellText(list[at])]))
  return table.frame()
}

function fromObjects(rows: readonly unknown[]): Frame {
  const table = new Builder()
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new FrameError('has a row that is not an object')
    table.row(cellsOf(row))
  }
  return table.frame()
}

/** Levels of nested objects that are columns. */
const NESTED = 3

function cellsOf(row: object, prefix = '', depth = 0): [string, string][] {
  return Object.entries(row).flatMap(([key, value]: [string, unknown]): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && depth < NESTED
      ? cellsOf(value, `${prefix}${key}.`, depth + 1)
      : [[prefix + key, cellText(value)]],
  )
}

/** null is a missing cell; a list is text that no definition reads. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'object') return '[…]'
  return numberTextOf(value) ?? String(value as string | boolean)
}

/** Puts rows under columns; a cell that a row lacks is empty. */
class Builder {
  private readonly columns = new Map<string, string[]>()
  private rows = 0

  row(cells: readonly (readonly [string, string])[]): void {
    for (const [name, cell] of cells) {
      let column = this.columns.get(name)
      if (!column) this.columns.set(name, (column = []))
      while (column.length < this.rows) column.push('')
      column.push(cell)
    }
    this.rows++
    if (this.rows > MAX_ROWS || this.columns.size > MAX_COLUMNS || this.rows * this.columns.size > MAX_CELLS)
      throw new FrameError('has too many rows or columns to compute from')
  }

  frame(): Frame {
    if (this.rows === 0) throw new FrameError('has no rows')
    for (const column of this.columns.values()) while (column.length < this.rows) column.push('')
    return { rows: this.rows, columns: this.columns }
  }
}
