import { jsonSpan, jsonText, type JsonSpan } from './json-spans.js'
import { textRowFile, Unreadable, type RowFile, type TextRow } from './row-file.js'

/** Arrays of one document that may be the rows, longest first. */
const CANDIDATES = 8
/** Cells of a table, those that rows lack included. */
const MOST_CELLS = 20_000_000

/**
 * JSON lines: every line that is not blank is an object.
 *
 * @throws Unreadable
 */
export function jsonLinesRows(bytes: Buffer): RowFile {
  const text = bytes.toString('latin1')
  const objects: JsonSpan[] = []
  let start = 0
  while (start < text.length) {
    const end = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start)
    if (text.slice(start, end).trim() !== '') objects.push(jsonSpan(text, start, end))
    start = end + 1
  }
  return rowsOfObjects(text, objects)
}

/**
 * A JSON document: each array of objects in it may be the rows; the rest of the document stays.
 *
 * @throws Unreadable
 */
export function jsonDocumentRows(bytes: Buffer): RowFile[] {
  const text = bytes.toString('latin1')
  const arrays: JsonSpan[][] = []
  const visit = ({ members = [], elements = [] }: JsonSpan): void => {
    if (elements.length > 0 && elements.every((one) => one.members)) arrays.push(elements)
    for (const { value } of members) visit(value)
    for (const element of elements) visit(element)
  }
  visit(jsonSpan(text))
  return arrays
    .sort((a, b) => b.length - a.length)
    .slice(0, CANDIDATES)
    .map((objects) => rowsOfObjects(text, objects))
}

function rowsOfObjects(text: string, objects: readonly JsonSpan[]): RowFile {
  if (objects.length === 0) throw new Unreadable('it has no rows')
  const columns = new Map<string, number>()
  for (const { members } of objects) {
    if (!members) throw new Unreadable('a line is not an object')
    for (const { name } of members) if (!columns.has(name)) columns.set(name, columns.size)
  }
  if (objects.length * columns.size > MOST_CELLS) throw new Unreadable('it has too many cells')
  const rows = objects.map(({ start, end, members }): TextRow => {
    const cells = new Array<number>(2 * columns.size).fill(-1)
    for (const { name, value } of members!) {
      const column = columns.get(name)!
      ;[cells[2 * column], cells[2 * column + 1]] = [value.start, value.end]
    }
    return { start, end, cells }
  })
  return { ...textRowFile({ text, columns: [...columns.keys()], rows, cell: jsonText }), more: true }
}
