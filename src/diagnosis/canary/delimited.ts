import { decoded, textRowFile, Unreadable, type RowFile, type TextRow, type TextRows } from './row-file.js'

const QUOTE = '"'
const BOM = '\u00ef\u00bb\u00bf'
const DELIMITERS = [',', ';', '\t', '|'] as const

/**
 * The cells of CSV or TSV with a header. A quote opens only at the start of a cell, and is written twice inside;
 * what is between quotes is text. Cells are kept as they are written, and so are a byte order mark,
 * line ends, blank lines and a missing last line end. Reads each byte once.
 *
 * @throws Unreadable if a row has another number of cells than the header, or there is no row
 */
export function delimitedText(path: string, bytes: Buffer): TextRows {
  const text = bytes.toString('latin1')
  const start = text.startsWith(BOM) ? BOM.length : 0
  const [header, ...rows] = linesOf(text, start, /\.tsv$/i.test(path) ? '\t' : delimiterOf(text))
  if (!header || rows.length === 0) throw new Unreadable('it has no rows')
  const columns = Array.from({ length: header.cells.length / 2 }, (_, column) =>
    unquoted(text.slice(header.cells[2 * column], header.cells[2 * column + 1])),
  )
  if (rows.some(({ cells }) => cells.length !== header.cells.length))
    throw new Unreadable('a row has another number of cells than the header')
  if (new Set(columns).size < columns.length) throw new Unreadable('two columns have one name')
  return { text, columns, rows, cell: unquoted }
}

export const delimitedRows = (path: string, bytes: Buffer): RowFile => textRowFile(delimitedText(path, bytes))

/** Whatever the first line has most of. */
function delimiterOf(text: string): string {
  const line = text.slice(0, text.indexOf('\n') >>> 0)
  const count = (one: string) => line.split(one).length
  return DELIMITERS.reduce<string>((best, one) => (count(one) > count(best) ? one : best), ',')
}

/** Lines that are not blank, with the places of their cells. */
function linesOf(text: string, from: number, delimiter: string): TextRow[] {
  const lines: TextRow[] = []
  let at = from
  while (at < text.length) {
    const line: TextRow & { cells: number[] } = { start: at, end: at, cells: [] }
    for (;;) {
      const end = cellEnd(text, at, delimiter)
      const last = text[end] !== delimiter
      line.end = last && text[end] === '\n' && end > at && text[end - 1] === '\r' ? end - 1 : end
      line.cells.push(at, line.end)
      at = end + 1
      if (last) break
    }
    if (line.end > line.start) lines.push(line)
  }
  return lines
}

/** The delimiter, line end or end of the text that ends a cell. */
function cellEnd(text: string, start: number, delimiter: string): number {
  let at = start
  if (text[at] === QUOTE) {
    at++
    while (at < text.length && (text[at] !== QUOTE || text[at + 1] === QUOTE))
      at += text[at] === QUOTE ? 2 : 1
  }
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++
  return Math.min(at, text.length)
}

const unquoted = (raw: string): string => {
  const text = decoded(raw)
  return text.length > 1 && text.startsWith(QUOTE) && text.endsWith(QUOTE)
    ? text.slice(1, -1).replaceAll('""', QUOTE)
    : text
}
