import { delimitedRows } from './delimited.js'
import { jsonDocumentRows, jsonLinesRows } from './json-rows.js'
import { npyRows } from './npy.js'
import { npzRows } from './npz.js'
import { Unreadable, type RowFile } from './row-file.js'

type Reader = (path: string, bytes: Buffer) => RowFile[]

/** What data is made of, by the ending of its name. A new format is a line. */
const READERS: Readonly<Record<string, Reader>> = {
  csv: (path, bytes) => [delimitedRows(path, bytes)],
  tsv: (path, bytes) => [delimitedRows(path, bytes)],
  jsonl: (_, bytes) => [jsonLinesRows(bytes)],
  ndjson: (_, bytes) => [jsonLinesRows(bytes)],
  json: (_, bytes) => jsonDocumentRows(bytes),
  npy: (path, bytes) => [npyRows(path, bytes)],
  npz: (_, bytes) => npzRows(bytes),
}

/** The ending of a name, in small letters, without its dot. */
export const endingOf = (path: string): string => /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''

/** The tables that a file may be; none if its format is unknown or it is none of its format. */
export function rowFilesOf(path: string, bytes: Buffer): RowFile[] {
  try {
    return READERS[endingOf(path)]?.(path, bytes) ?? []
  } catch (error) {
    if (error instanceof Unreadable) return []
    throw error
  }
}
