import { basename } from 'node:path/posix'
import type { PredictionTable } from './answers.js'
import type { InputFile } from './inputs.js'
import type { RowFile } from './row-file.js'
import { endingOf, rowFilesOf } from './row-files.js'

/** A file whose rows are moved, and whose they are. */
interface Part {
  path: string
  rows: RowFile
  /** For every place, the number of its key. */
  keyAt: readonly number[]
  /** Columns whose cells stay with the key: the key itself, and those that name its own file. */
  stays: readonly string[]
  truth: string | undefined
}

/** How the rows of the data can be exchanged among their keys. */
export interface RowExchange {
  keys: readonly string[]
  parts: readonly Part[]
  /** A file for every key, if keys are names of files: their contents are exchanged. */
  named: readonly InputFile[]
  /** The right answers, by the number of the key. */
  truth: { column: string; cells: readonly string[] } | undefined
  /** Files that stay as they are. */
  unmoved: readonly string[]
  /** Columns of the data, which are no answers if predictions repeat them. */
  columns: ReadonlySet<string>
  /** Something besides keys and right answers is moved. */
  content: boolean
}

export interface ColumnNames {
  key: string | undefined
  truth: string | undefined
}

/** A table, and the column in which it has every key of the predictions once. */
interface Keyed {
  path: string
  rows: RowFile
  column: string
  cells: readonly string[]
}

/**
 * Finds where the keys of the predictions are in the data: in a column, in names of files, or nowhere,
 * and then in the order of the rows.
 *
 * @returns undefined if they are in none of them
 */
export function exchangeOf(
  files: readonly InputFile[],
  predictions: PredictionTable,
  names: ColumnNames,
): RowExchange | undefined {
  const tables = files.flatMap((file) =>
    rowFilesOf(file.path, file.bytes).map((rows) => ({ path: file.path, rows })),
  )
  const keyed = tables.flatMap((table) => keyedBy(table, predictions.keys, names.key) ?? [])
  const first = keyed.find(({ column }) => column === names.key) ?? keyed[0]
  const keys = first?.cells ?? keysElsewhere(files, tables, predictions.keys)
  if (!keys) return undefined
  const named = filesByKey(files, keys)
  const number = new Map(keys.map((key, at) => [key, at]))
  const parts = new Map<string, Part>()
  for (const { path, rows, column, cells } of keyed) {
    if (parts.has(path) || cells.length !== keys.length || !cells.every((key) => number.has(key))) continue
    const keyAt = cells.map((key) => number.get(key)!)
    const stays = [column, ...ownNames(rows, keyAt, named)]
    parts.set(path, { path, rows, keyAt, stays, truth: undefined })
  }
  for (const { path, rows } of tables)
    if (!parts.has(path) && rows.rows === keys.length && (!first || /^np[yz]$/.test(endingOf(path))))
      parts.set(path, { path, rows, keyAt: keys.map((_, at) => at), stays: [], truth: undefined })
  return described([...parts.values()], { keys, named, files, predictions, names })
}

function described(
  found: readonly Part[],
  {
    keys,
    named,
    files,
    predictions,
    names,
  }: Pick<RowExchange, 'keys' | 'named'> & {
    files: readonly InputFile[]
    predictions: PredictionTable
    names: ColumnNames
  },
): RowExchange {
  const parts = found.map((part) => ({ ...part, truth: truthColumn(part, keys, predictions, names.truth) }))
  const moved = new Set([...parts.map(({ path }) => path), ...named.map(({ path }) => path)])
  const withTruth = parts.find(({ truth }) => truth !== undefined)
  return {
    keys,
    parts,
    named,
    truth: withTruth && {
      column: withTruth.truth!,
      cells: byKey(withTruth, withTruth.rows.cells(withTruth.truth!)),
    },
    unmoved: files.map(({ path }) => path).filter((path) => !moved.has(path)),
    columns: new Set(parts.flatMap(({ rows }) => rows.columns)),
    content:
      named.length > 0 ||
      parts.some(
        ({ rows, stays, truth }) =>
          rows.more || rows.columns.some((name) => name !== truth && !stays.includes(name)),
      ),
  }
}

/** The cells of a column of the data, by the number of the key; undefined if no file that is moved has it. */
export function columnByKey({ parts }: RowExchange, column: string): readonly string[] | undefined {
  const part = parts.find(({ rows }) => rows.columns.includes(column))
  return part && byKey(part, part.rows.cells(column))
}

function byKey({ keyAt }: Part, cells: readonly string[]): string[] {
  const ordered = new Array<string>(cells.length)
  for (const [place, key] of keyAt.entries()) ordered[key] = cells[place]!
  return ordered
}

/** The column of keys: the named one, else the first that has every key of the predictions, and none twice. */
function keyedBy(
  { path, rows }: { path: string; rows: RowFile },
  wanted: readonly string[],
  name: string | undefined,
): Keyed | undefined {
  if (rows.rows < wanted.length) return undefined
  const columns = [...rows.columns.filter((one) => one === name), ...rows.columns]
  for (const column of columns) {
    const cells = rows.cells(column)
    const set = new Set(cells)
    if (set.size === cells.length && wanted.every((key) => set.has(key))) return { path, rows, column, cells }
  }
  return undefined
}

/** Keys that no column has: names of files, or numbers of rows from 0 or 1. */
function keysElsewhere(
  files: readonly InputFile[],
  tables: readonly { rows: RowFile }[],
  keys: readonly string[],
): readonly string[] | undefined {
  if (filesByKey(files, keys).length > 0) return keys
  if (!tables.some(({ rows }) => rows.rows === keys.length)) return undefined
  const counted = [0, 1].map((first) => keys.map((_, at) => String(at + first)))
  const set = new Set(keys)
  return counted.find((numbers) => numbers.every((one) => set.has(one)))
}

/** How a key may name a file. */
const NAMINGS: readonly ((file: InputFile) => string)[] = [
  ({ path }) => path,
  ({ below }) => below,
  ({ path }) => basename(path),
  ({ path }) => basename(path).replace(/\.[^.]*$/, ''),
]

/** A file for every key, all of one kind; none if a key names no file, or two do. */
function filesByKey(files: readonly InputFile[], keys: readonly string[]): InputFile[] {
  const wanted = new Set(keys)
  for (const naming of NAMINGS) {
    const fitting = files.filter((file) => wanted.has(naming(file)))
    const found = new Map(fitting.map((file) => [naming(file), file]))
    const kinds = new Set(fitting.map(({ path }) => endingOf(path)))
    if (found.size === keys.length && fitting.length === keys.length && kinds.size === 1)
      return keys.map((key) => found.get(key)!)
  }
  return []
}

/** Columns in which every row names the file of its own key. */
function ownNames(rows: RowFile, keyAt: readonly number[], named: readonly InputFile[]): string[] {
  if (named.length === 0) return []
  return rows.columns.filter((column) => {
    const cells = rows.cells(column)
    return NAMINGS.some((naming) => cells.every((cell, place) => naming(named[keyAt[place]!]!) === cell))
  })
}

/**
 * The column of right answers: the named one, else the one that has, key by key, what predictions
 * repeat under that name.
 */
function truthColumn(
  part: Part,
  keys: readonly string[],
  { frame, keys: answered }: PredictionTable,
  name: string | undefined,
): string | undefined {
  const { rows, stays } = part
  if (name === undefined) return undefined
  const columns = rows.columns.filter((column) => !stays.includes(column))
  if (columns.includes(name)) return name
  const repeated = frame.columns.get(name)
  if (!repeated || new Set(repeated).size < 2) return undefined
  const number = new Map(keys.map((key, at) => [key, at]))
  return columns.find((column) => {
    const cells = byKey(part, rows.cells(column))
    return repeated.every((cell, row) => cells[number.get(answered[row]!)!] === cell)
  })
}

/**
 * The data with the rows exchanged: key i keeps its name and gets everything of key `from[i]`, and the
 * right answer of key `truth[i]`; by default that of its new row.
 */
export function exchanged(
  { parts, named }: RowExchange,
  from: readonly number[],
  truth: readonly number[] | undefined,
): Map<string, Buffer> {
  const altered = new Map<string, Buffer>()
  for (const { path, rows, keyAt, stays, truth: column } of parts) {
    const placeOf = new Array<number>(keyAt.length)
    for (const [place, key] of keyAt.entries()) placeOf[key] = place
    const own = new Map<string, readonly number[]>(
      stays.map((name) => [name, keyAt.map((_, place) => place)]),
    )
    if (column !== undefined && truth)
      own.set(
        column,
        keyAt.map((key) => placeOf[truth[key]!]!),
      )
    altered.set(path, rows.moved({ from: keyAt.map((key) => placeOf[from[key]!]!), own }))
  }
  for (const [key, { path }] of named.entries()) altered.set(path, named[from[key]!]!.bytes)
  return altered
}
