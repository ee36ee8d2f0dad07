import { createHash } from 'node:crypto'
import { isDecimal } from '../text/numbers.js'

/**
 * What a table or a file of metrics says, whatever its order of rows and columns, its line ends, its
 * separators, quotes and spelling of numbers, and whether it is CSV or JSON.
 */

/** Cells of a row, sorted: columns may stand in any order. */
type Row = string

interface Rows {
  /** The names of the columns, if they are known to be names. */
  header?: Row | undefined
  rows: Row[]
}

/** Recorded answers, to be known again by what they say. */
export interface AnswerRows {
  /** Bytes of the answers as they are kept. */
  bytes: number
  /** Lines that a table of them has. */
  lines: number
  /** With names of the columns and without. */
  digests: readonly string[]
}

/** Fewer rows without names of columns could be something else by chance. */
const TELLING_ROWS = 8
const LINE_END = /\r\n?|\n/
const SEPARATOR = /[,;\t| ]+/

/** undefined: they say nothing, or are no text. */
export function answerRows(bytes: Buffer): AnswerRows | undefined {
  const found = rowsIn(bytes.toString('utf8'))
  if (found === undefined || found.rows.length === 0) return undefined
  const { header, rows } = found
  const bare = header !== undefined && rows.length >= TELLING_ROWS ? [digestOf({ rows })] : []
  return { bytes: bytes.length, lines: rows.length + 1, digests: [digestOf(found), ...bare] }
}

/** Whether a text says what one of the answers says, and nothing else. */
export function saysTheSame(text: string, answers: readonly AnswerRows[]): boolean {
  const isJson = /^\s*[[{]/.test(text.slice(0, 64))
  if (!isJson && !answers.some(({ lines }) => hasLines(text, lines))) return false
  const found = rowsIn(text)
  if (found === undefined || found.rows.length === 0) return false
  const digest = digestOf(found)
  return answers.some(({ digests }) => digests.includes(digest))
}

/** Whether a text can be a table of so many lines, empty ones apart; without splitting it. */
function hasLines(text: string, lines: number): boolean {
  const end = text.includes('\n') ? '\n' : '\r'
  let count = 1
  for (let at = text.indexOf(end); at !== -1 && count <= 4 * lines + 8; at = text.indexOf(end, at + 1))
    count++
  return count >= lines - 1 && count <= 4 * lines + 8
}

function rowsIn(text: string): Rows | undefined {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(LINE_END)
    .filter((line) => line.trim() !== '')
  const [first = ''] = lines
  if (/^\s*[[{]/.test(first)) {
    const value = parsed(text.replace(/^\uFEFF/, '')) ?? jsonLines(lines)
    return value === undefined ? undefined : rowsOfJson(value)
  }
  const [header, ...rows] = lines.map((line) => rowOf(line.split(SEPARATOR)))
  return { header, rows }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function jsonLines(lines: readonly string[]): unknown[] | undefined {
  const values: unknown[] = []
  for (const line of lines) {
    const value = parsed(line)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value !== 'object'
const isObject = (value: unknown): value is Record<string, unknown> =>
  !isPlain(value) && !Array.isArray(value)

/** As data frames are written: a list of rows, columns of values, or values by name. */
function rowsOfJson(value: unknown): Rows | undefined {
  if (Array.isArray(value)) return rowsOfList(value)
  if (!isObject(value)) return undefined
  const entries = Object.entries(value)
  const columns = entries.map(([, column]) => (isObject(column) ? Object.values(column) : column))
  const [first] = columns
  if (Array.isArray(first) && columns.every((one) => Array.isArray(one) && one.length === first.length))
    return {
      header: rowOf(entries.map(([name]) => name)),
      rows: first.map((_, index) => rowOf(columns.map((column) => textOf((column as unknown[])[index])))),
    }
  return { rows: flattened(value, '', 0) }
}

function rowsOfList(list: readonly unknown[]): Rows {
  const [first] = list
  return {
    header: isObject(first) ? rowOf(Object.keys(first)) : undefined,
    rows: list.map((row) => rowOf((isPlain(row) ? [row] : Object.values(row as object)).map(textOf))),
  }
}

/** `{"f1": {"macro": 0.5}}` → `f1.macro`, `0.5` */
function flattened(value: Record<string, unknown>, before: string, depth: number): Row[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    isObject(inner) && depth < 8
      ? flattened(inner, `${before}${name}.`, depth + 1)
      : [rowOf([before + name, textOf(inner)])],
  )
}

/** What is nested in a cell says nothing: it can be as deep as somebody likes. */
const textOf = (value: unknown): string => (isPlain(value) ? String(value) : '')

const rowOf = (cells: readonly string[]): Row =>
  cells
    .map(cellOf)
    .filter((cell) => cell !== '')
    .sort()
    .join('\u001f')

function cellOf(text: string): string {
  const bare = text.trim().replace(/^(["'])(.*)\1$/s, '$2')
  return isDecimal(bare) ? String(Number(bare)) : bare
}

const digestOf = ({ header, rows }: Rows): string => {
  const hash = createHash('sha256')
  for (const row of [...(header === undefined ? [] : [header]), ...rows].sort()) hash.update(`${row}\n`)
  return hash.digest('hex')
}
