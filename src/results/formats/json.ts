import { createHash } from 'node:crypto'
import { numberTextOf, parseTexts } from '../recompute/json-texts.js'
import { TableError } from '../table.js'
import { LARGEST_TEXT, rowsOfCells, type RowFormat, type Rows } from './format.js'

type Cells = (readonly [string, string])[]
type Map_ = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Map_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Levels of nested objects that are columns; deeper ones are one text. */
const NESTED = 8
/** Levels of a list. */
const DEEPEST = 64

function parsed(text: string): unknown {
  try {
    return parseTexts(text)
  } catch (error) {
    throw new TableError(`is not JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

/** Numbers keep the text that they are printed with; a text on its own has no quotes; null is empty. */
function textOfJson(value: unknown, depth = 0): string {
  if (depth > DEEPEST) throw new TableError(`is nested more than ${DEEPEST} deep`)
  const number = numberTextOf(value)
  if (number !== undefined) return number
  if (Array.isArray(value)) return `[${value.map((one) => textOfJson(one, depth + 1)).join(', ')}]`
  if (isMap(value))
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${textOfJson(one, depth + 1)}`)
      .join(', ')}}`
  if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(value)
  return value === null || value === undefined ? (depth === 0 ? '' : 'null') : JSON.stringify(value)
}

function cellsOfObject(row: unknown, prefix = '', depth = 0): Cells {
  if (!isMap(row)) throw new TableError('has a row that is not an object')
  return Object.entries(row).flatMap(([key, value]): Cells =>
    isMap(value) && depth < NESTED
      ? cellsOfObject(value, `${prefix}${key}.`, depth + 1)
      : [[prefix + key, textOfJson(value)]],
  )
}

/** What is long and has to be the same: told by its digest. */
const digestOf = (value: unknown): string => createHash('sha256').update(textOfJson(value)).digest('hex')

const pick = (row: Map_, names: readonly string[]): Cells =>
  names.flatMap((name) => (row[name] === undefined ? [] : [[name, textOfJson(row[name])] as const]))

/** A line of `samples_*.jsonl` (lm-evaluation-harness 0.4): the same document comes once for each filter. */
function harnessRow(row: Map_): Cells | undefined {
  if (row.doc_id === undefined || !('resps' in row) || !('filtered_resps' in row)) return undefined
  const metrics = Array.isArray(row.metrics) ? row.metrics.filter((name) => typeof name === 'string') : []
  const filter = row.filter === undefined ? '' : ` ${textOfJson(row.filter)}`
  return [
    ['sample', textOfJson(row.doc_id) + filter],
    ...pick(row, ['filtered_resps', 'target', ...metrics, 'resps', 'doc_hash', 'prompt_hash', 'target_hash']),
  ]
}

/** A sample of a log of Inspect AI: what was asked, answered, and how that was scored. */
export function inspectRow(sample: unknown): Cells {
  if (!isMap(sample) || sample.id === undefined) throw new TableError('has a sample without an id')
  const scores = Object.entries(isMap(sample.scores) ? sample.scores : {})
  const { completion } = isMap(sample.output) ? sample.output : {}
  return [
    ['sample', `${textOfJson(sample.id)} ${textOfJson(sample.epoch ?? '')}`.trimEnd()],
    ...scores.flatMap(([name, score]): Cells =>
      isMap(score) ? pickAs(name, score, ['value', 'answer']) : [[name, textOfJson(score)]],
    ),
    ['target', textOfJson(sample.target)],
    ['completion', textOfJson(completion)],
    ['input', digestOf(sample.input)],
  ]
}

const pickAs = (prefix: string, row: Map_, names: readonly string[]): Cells =>
  pick(row, names).map(([name, text]) => [`${prefix}.${name}`, text])

const rowOf = (row: unknown): Cells => (isMap(row) ? harnessRow(row) : undefined) ?? cellsOfObject(row)

/** A list of objects, an object that has one or columns of the same length, or a log of Inspect AI. */
function rowsOfRoot(root: unknown): Rows {
  if (Array.isArray(root)) return rowsOfCells(root.map(rowOf))
  if (!isMap(root)) throw new TableError('is not a table')
  if (isMap(root.eval) && Array.isArray(root.samples)) return rowsOfCells(root.samples.map(inspectRow))
  const lists = Object.entries(root).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const [first] = lists
  if (first && isMap(first[1][0])) return rowsOfCells(first[1].map(rowOf))
  if (!first || lists.length < 2 || lists.some(([, list]) => list.length !== first[1].length))
    throw new TableError('is not a table')
  return rowsOfCells(
    first[1].map((_, at) => lists.map(([name, list]) => [name, textOfJson(list[at])] as const)),
  )
}

/** One line at a time: very many would not fit into memory at once. */
function* rowsOfLines(text: string): Generator<Cells> {
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed
    const line = text.slice(start, end)
    if (line.trim() !== '') yield rowOf(parsed(line))
    start = end + 1
  }
}

/** JSON lines if the first line is whole and another follows; else one JSON text. */
function readJsonRows(bytes: Buffer): Rows {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const [first = '', ...others] = text.split('\n', 2)
  const whole = first.trimStart().startsWith('{') && first.trimEnd().endsWith('}')
  if (!whole) return rowsOfRoot(parsed(text))
  if (others.some((line) => line.trim() !== '')) return rowsOfCells(rowsOfLines(text))
  const root = parsed(text)
  const rows = isMap(root) && Object.values(root).some(Array.isArray) && !harnessRow(root)
  return rows ? rowsOfRoot(root) : rowsOfCells([rowOf(root)])
}

/** No cell of CSV begins so. */
export const json: RowFormat = {
  largest: LARGEST_TEXT,
  is: (start) => /^(?:\u00ef\u00bb\u00bf)?\s*(?:\{\s*"|\[\s*\{)/.test(start.toString('latin1')),
  read: readJsonRows,
}

/** One entry of an archive of samples. */
export const sampleRow = (bytes: Buffer): Cells => inspectRow(parsed(bytes.toString('utf8')))
