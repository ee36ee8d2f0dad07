import { open, type FileHandle } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { setImmediate } from 'node:timers/promises'
import { MAX_RECORD, TableError } from '../table.js'
import { archives } from './archives.js'
import { csvRow, LARGEST_TEXT, type RowFormat, type Rows } from './format.js'
import { json } from './json.js'
import { npy } from './npy.js'

/** Bytes of the CSV that is made of it. */
const LARGEST_MADE = 4 * 1024 ** 3
const FIRST = 64 * 1024
const TURN = 1 << 14

/** Tab-separated: the first line has tabs and no comma. Quotes are as in CSV. */
const tsv: RowFormat = {
  largest: LARGEST_TEXT,
  is(start) {
    const [header = ''] = start.toString('latin1').split('\n', 1)
    return header.includes('\t') && !header.includes(',')
  },
  read(bytes) {
    const options = { bom: true, delimiter: '\t', skip_empty_lines: true, max_record_size: MAX_RECORD }
    try {
      const [header = [], ...rows] = parse(bytes, { ...options, encoding: 'latin1' })
      return { header, rows }
    } catch (error) {
      throw new TableError(`is not a table: ${(error as Error).message}`)
    }
  },
}

/** The first whose bytes match; what none knows is read as CSV. */
const FORMATS_OF_ROWS: readonly RowFormat[] = [npy, archives, json, tsv]

/**
 * The rows of a file that is not CSV, told by its content; at most 64 MiB of text, 256 MiB of arrays.
 *
 * @returns undefined for CSV
 * @throws TableError
 */
export async function rowsIn(path: string): Promise<Rows | undefined> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const start = await firstBytes(file, Math.min(size, FIRST))
    const format = FORMATS_OF_ROWS.find((one) => one.is(start))
    if (!format) return undefined
    if (size > format.largest) throw new TableError(`is larger than ${format.largest / 1024 ** 2} MiB`)
    return format.read(await firstBytes(file, size))
  } finally {
    await file.close()
  }
}

async function firstBytes(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  let read = 0
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/** How many rows there are. @throws TableError */
export function countRows({ rows }: Rows): number {
  let count = 0
  const each = rows[Symbol.iterator]()
  while (each.next().done !== true) count++
  return count
}

/**
 * Writes rows as CSV, at most 4 GiB.
 *
 * @param path where no file is yet
 * @throws TableError
 */
export async function writeCsv({ header, rows }: Rows, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  let written = 0
  let block = [csvRow(header)]
  const flush = async () => {
    const bytes = Buffer.from(block.join(''), 'latin1')
    written += bytes.length
    if (written > LARGEST_MADE)
      throw new TableError(`is larger than ${LARGEST_MADE / 1024 ** 3} GiB as a table`)
    await file.writeFile(bytes)
    block = []
    await setImmediate()
  }
  try {
    let length = 0
    for (const cells of rows) {
      const row = csvRow(cells)
      block.push(row)
      length += row.length
      if (length > MAX_RECORD || block.length > TURN) {
        await flush()
        length = 0
      }
    }
    await flush()
  } finally {
    await file.close()
  }
}
