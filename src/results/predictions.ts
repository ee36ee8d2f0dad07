import { matchColumns, type Columns } from './columns.js'
import { Pairing } from './pairing.js'
import { notComparable, type PredictionOptions, type PredictionResult } from './prediction-result.js'
import { openTable, TableError, type Table } from './table.js'
import { Tally } from './tally.js'

/**
 * Compares two CSV files of predictions whose bytes differ, row by row, joined by key. The files are
 * read side by side: rows in the same order are dropped at once, others wait for their partner. Cells
 * are compared as bytes first, and read as numbers only if these differ. Memory: the keys of one
 * file, and the rows that are out of place; at most 5,000,000 rows.
 */
export async function comparePredictions(
  recordedFile: string,
  replayedFile: string,
  options: PredictionOptions = {},
): Promise<PredictionResult> {
  const tables: Side[] = []
  const opened = async (name: Side['name'], file: string): Promise<Side> => {
    const side = { name, table: await naming(name, openTable(file)) }
    tables.push(side)
    return side
  }
  try {
    const recorded = await opened('recorded', recordedFile)
    const replayed = await opened('replayed', replayedFile)
    const columns = matchColumns(recorded.table.header, replayed.table.header, options)
    return await joinRows(recorded, replayed, { columns, options })
  } catch (error) {
    if (error instanceof TableError) return notComparable(0, error.message)
    throw error
  } finally {
    await Promise.all(tables.map(({ table }) => table.close()))
  }
}

interface Side {
  name: 'recorded' | 'replayed'
  table: Table
}

/** Says of which file an error is. */
async function naming<T>(side: Side['name'], work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof TableError ? new TableError(`the ${side} file ${error.message}`) : error
  }
}

async function joinRows(
  recorded: Side,
  replayed: Side,
  { columns, options }: { columns: Columns; options: PredictionOptions },
): Promise<PredictionResult> {
  const tally = new Tally(columns, options)
  const pairing = new Pairing(columns, (key, before, after) => tally.add(key, before, after))
  const next = ({ name, table }: Side) => naming(name, table.next())
  for (;;) {
    const [before, after] = await Promise.all([next(recorded), next(replayed)])
    if (!before && !after) break
    const problem = pairing.add(before, after)
    if (problem !== undefined) return notComparable(pairing.rows, problem)
  }
  const unpaired = pairing.unpaired()
  if (unpaired !== undefined) return notComparable(pairing.rows, unpaired)
  return pairing.rows === 0 ? notComparable(0, 'no rows') : tally.result(pairing.rows)
}
