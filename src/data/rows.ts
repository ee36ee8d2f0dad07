import { parse } from 'csv-parse/sync'
import { plural } from '../text/numbers.js'

/** The first rows of a text table that differ, for a reader who asks "what changed in the data?". */

/** Bytes of a text that is compared by rows. */
export const TEXT_LARGEST = 64 * 1024 * 1024
const SHOWN = 3
/** Characters of a cell, and of a row around its first difference. */
const CELL_WIDTH = 40
const ROW_WIDTH = 60
/** Characters before the first difference of a row. */
const LEAD = 20
/** Characters of a row that is taken apart. */
const ROW_LARGEST = 64 * 1024

/** Whether bytes are a text table: no NUL byte in the first 8 KiB. */
export const isText = (bytes: Buffer): boolean => !bytes.subarray(0, 8192).includes(0)

/**
 * @returns words like `1 row differs; row 211: p2 3 → 9`, the columns named if the table has a
 * heading; rows are counted from 1 with the heading as row 1. undefined if the two are not text, or
 * larger than 64 MiB
 */
export function differingRows(before: Buffer, after: Buffer): string | undefined {
  if (!isText(before) || !isText(after) || Math.max(before.length, after.length) > TEXT_LARGEST)
    return undefined
  const [old, now] = [rowsOf(before), rowsOf(after)]
  let heading: Heading | undefined
  let differing = 0
  const shown: string[] = []
  for (let row = 1; ; row++) {
    const [was, is] = [old.next().value, now.next().value]
    if (was === undefined && is === undefined) break
    if (was === is) {
      if (row === 1) heading = headingOf(is!)
    } else if (++differing <= SHOWN)
      shown.push(`row ${row}: ${changedCells(heading, was, is) ?? change(was, is)}`)
  }
  if (differing === 0)
    return before.toString('utf8') === after.toString('utf8')
      ? 'only bytes that are not text differ'
      : 'only line endings differ, CRLF and LF'
  return `${plural(differing, 'row differs', 'rows differ')}; ${shown.join('; ')}`
}

/** One row at a time: a file of nothing but line ends has millions. */
function* rowsOf(bytes: Buffer): Generator<string, undefined> {
  const text = bytes.toString('utf8')
  let from = 0
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
    yield text.slice(from, end > from && text[end - 1] === '\r' ? end - 1 : end)
    from = end + 1
  }
  yield text.slice(from)
}

interface Heading {
  delimiter: string
  names: string[]
}

/** Names of columns: several, none of them a number. */
function headingOf(row: string): Heading | undefined {
  const delimiter = row.includes('\t') ? '\t' : ','
  const names = cellsOf(row, delimiter)
  return names.length > 1 && names.every((name) => Number.isNaN(Number(name || '0')))
    ? { delimiter, names }
    : undefined
}

/** None if the row is not CSV by itself, such as one of several lines of a quoted cell, or too long. */
function cellsOf(row: string, delimiter: string): string[] {
  if (row.length > ROW_LARGEST) return []
  try {
    return parse(row, { delimiter })[0] ?? []
  } catch {
    return []
  }
}

function changedCells(
  heading: Heading | undefined,
  before: string | undefined,
  after: string | undefined,
): string | undefined {
  if (!heading || before === undefined || after === undefined) return undefined
  const [old, now] = [cellsOf(before, heading.delimiter), cellsOf(after, heading.delimiter)]
  if (old.length !== heading.names.length || now.length !== heading.names.length) return undefined
  const changed = heading.names.flatMap((name, column) =>
    old[column] === now[column]
      ? []
      : [`${shorten(name)} ${shorten(old[column]!)} → ${shorten(now[column]!)}`],
  )
  if (changed.length === 0) return undefined
  const rest = changed.length - SHOWN
  return changed.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

const shorten = (text: string): string =>
  text === '' ? '(empty)' : text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH)}…` : text

/** Two rows around their first difference. */
function change(before: string | undefined, after: string | undefined): string {
  let same = 0
  while (before !== undefined && same < before.length && before[same] === after?.[same]) same++
  const from = Math.max(0, same - LEAD)
  const around = (row: string | undefined): string =>
    row === undefined
      ? '(no such row)'
      : (from > 0 ? '…' : '') + row.slice(from, from + ROW_WIDTH) + (row.length > from + ROW_WIDTH ? '…' : '')
  return `${around(before)} → ${around(after)}`
}
