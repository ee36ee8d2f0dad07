import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { grouped, plural } from '../text/numbers.js'
import { joinByKey, Quoted, type Joined, type Keys } from './by-key.js'
import { ByteRows } from './byte-rows.js'
import { matchColumns, type Columns } from './columns.js'
import { rowsIn, writeCsv } from './formats/index.js'
import { inOrder } from './in-order.js'
import { Pairing } from './pairing.js'
import {
  notComparable,
  quotedCell,
  quotedCells,
  type PredictionOptions,
  type PredictionResult,
} from './prediction-result.js'
import {
  cellsOfRow,
  checkedHeader,
  MAX_ROWS,
  ofSide,
  openTable,
  TableError,
  type Side,
  type Table,
} from './table.js'
import { Tally } from './tally.js'

/** Two files of predictions, by side, and how they are to be compared. */
interface Task {
  recorded: string
  replayed: string
  columns: Columns
  options: PredictionOptions
}

/**
 * Compares two files of predictions of any kind (CSV, TSV, JSON, JSON lines, npy, npz, samples of
 * lm-evaluation-harness and Inspect AI): what is not CSV is made so, in a folder that is removed. See
 * `compareTables`, `rowsIn`.
 */
export async function comparePredictions(
  recorded: string,
  replayed: string,
  options: PredictionOptions = {},
): Promise<PredictionResult> {
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-rows-'))
  const table = (side: Side, file: string) =>
    naming(side, async () => {
      const rows = await rowsIn(file)
      if (!rows) return file
      const made = join(folder, `${side}.csv`)
      await writeCsv(rows, made)
      return made
    })
  try {
    const before = await table('recorded', recorded)
    return await compareTables(before, await table('replayed', replayed), options)
  } catch (error) {
    if (error instanceof TableError) return notComparable(0, error.message)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Compares two CSV files of predictions whose bytes differ, row by row. Rows in the same places are compared
 * as bytes; if the order differs they are joined by key, over bytes as well. Cells are read only in rows
 * whose bytes differ, and numbers only in cells that do. Memory: 4 MiB in the same order, else see
 * `joinByKey`; with quoted cells, or columns in another order, see `Pairing`. At most 5,000,000 rows.
 */
async function compareTables(
  recorded: string,
  replayed: string,
  options: PredictionOptions,
): Promise<PredictionResult> {
  const headers = [await headerOf('recorded', recorded), await headerOf('replayed', replayed)] as const
  const task = { recorded, replayed, columns: matchColumns(...headers, options), options }
  // Equal bytes mean equal values only if the columns stand in the same order.
  if (task.columns.there.some((place, column) => place !== column)) return compareCellwise(task)
  return (await compareInOrder(task)) ?? (await compareByKey(task)) ?? (await compareCellwise(task))
}

/** Says of which file an error is. */
async function naming<T>(side: Side, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof TableError ? ofSide(side, error.message) : error
  }
}

async function headerOf(side: Side, file: string): Promise<string[]> {
  const rows = await ByteRows.open(side, file)
  try {
    if (!(await rows.next())) throw ofSide(side, 'is empty')
    return await naming(side, () => checkedHeader(cellsOfRow(rows.text())))
  } finally {
    await rows.close()
  }
}

const finished = (tally: Tally, rows: number): PredictionResult =>
  rows > 0 ? tally.result(rows) : notComparable(0, 'no rows')

/** null: the rows do not stand in the same places. */
async function compareInOrder({
  recorded,
  replayed,
  columns,
  options,
}: Task): Promise<PredictionResult | null> {
  const tally = new Tally(columns, options)
  const [a, b] = [await ByteRows.open('recorded', recorded), await ByteRows.open('replayed', replayed)]
  const cells = pairOfCells(columns)
  try {
    await Promise.all([a.next(), b.next()]) // The headers.
    const paired = await inOrder(a, b, () => {
      const [before, after] = cells(a.text(), b.text())
      const key = before[columns.key]!
      if (key !== after[columns.key]) return false
      tally.add(key, before, after)
      return true
    })
    if (a.rows > MAX_ROWS + 1) throw ofSide('recorded', `has more than ${grouped(MAX_ROWS)} rows`)
    return paired ? finished(tally, a.rows - 1) : null
  } finally {
    await Promise.all([a.close(), b.close()])
  }
}

/** null: there are quoted cells. */
async function compareByKey({
  recorded,
  replayed,
  columns,
  options,
}: Task): Promise<PredictionResult | null> {
  const tally = new Tally(columns, options)
  const cells = pairOfCells(columns)
  try {
    const joined = await joinByKey(recorded, replayed, columns.key, (one, other) => {
      const [before, after] = cells(one, other)
      tally.add(before[columns.key]!, before, after)
    })
    const problem = unpairedText(joined)
    return problem === undefined ? finished(tally, joined.rows) : notComparable(joined.rows, problem)
  } catch (error) {
    if (error instanceof Quoted) return null
    throw error
  }
}

/** Reads the cells of two rows. */
const pairOfCells =
  ({ names }: Columns) =>
  (recorded: string, replayed: string): [string[], string[]] => {
    const cells = (side: Side, row: string): string[] => {
      try {
        return cellsOfRow(row, names.length)
      } catch (error) {
        throw ofSide(side, (error as TableError).message)
      }
    }
    return [cells('recorded', recorded), cells('replayed', replayed)]
  }

/** Why rows were left over; undefined if none was. */
function unpairedText({ twice, missing, extra }: Joined): string | undefined {
  if (twice) return `${quotedCell(twice.key)} is there twice in the ${twice.side}`
  const only = ({ count, first }: Keys, where: string) =>
    count === 0 ? [] : `${plural(count, 'row')} only in the ${where}: ${quotedCells(first, count)}`
  const parts = [only(missing, 'record'), only(extra, 'replay')].flat()
  return parts.length > 0 ? parts.join('; ') : undefined
}

/** Row by row, cell by cell. */
async function compareCellwise({ recorded, replayed, columns, options }: Task): Promise<PredictionResult> {
  const tally = new Tally(columns, options)
  const pairing = new Pairing(columns, (key, before, after) => tally.add(key, before, after))
  const tables: Table[] = []
  const opened = async (side: Side, file: string) => {
    const table = await naming(side, () => openTable(file))
    tables.push(table)
    return () => naming(side, () => table.next())
  }
  try {
    const nextOf = [await opened('recorded', recorded), await opened('replayed', replayed)] as const
    for (;;) {
      const [before, after] = await Promise.all([nextOf[0](), nextOf[1]()])
      if (!before && !after) break
      const problem = pairing.add(before, after)
      if (problem !== undefined) return notComparable(pairing.rows, problem)
    }
  } finally {
    await Promise.all(tables.map((table) => table.close()))
  }
  const problem = pairing.unpaired()
  return problem === undefined ? finished(tally, pairing.rows) : notComparable(pairing.rows, problem)
}
