import { quotedCells, type PredictionOptions } from './prediction-result.js'
import { cellOf, TableError, textOf } from './table.js'
import { quoted } from './words.js'

/** The columns of two tables, matched by name. */
export interface Columns {
  names: string[]
  /** For each column of the record, its number in the replay. */
  there: number[]
  key: number
  /** −1: none. */
  truth: number
  /** The first column that is neither key nor truth; −1: none. */
  decision: number
}

/**
 * Matches the headers of the record and the replay.
 *
 * @throws TableError if they have other columns, or lack one that is asked for
 */
export function matchColumns(recorded: string[], replayed: string[], options: PredictionOptions): Columns {
  // A header can name half a million columns: nothing is looked for one by one.
  const [places, placesThere] = [placesOf(recorded), placesOf(replayed)]
  const before = recorded.filter((name) => !placesThere.has(name))
  const after = replayed.filter((name) => !places.has(name))
  const difference = [
    ...(before.length > 0 ? [`only in the record: ${quotedCells(before)}`] : []),
    ...(after.length > 0 ? [`only in the replay: ${quotedCells(after)}`] : []),
  ]
  if (difference.length > 0) throw new TableError(`other columns, ${difference.join('; ')}`)
  const find = (name: string) => {
    const index = places.get(cellOf(name))
    if (index === undefined)
      throw new TableError(`no column ${quoted(name)} (there are ${quotedCells(recorded)})`)
    return index
  }
  const key = options.key === undefined ? 0 : find(options.key)
  const truth = options.truth === undefined ? -1 : find(options.truth)
  return {
    names: recorded.map(textOf),
    there: recorded.map((name) => placesThere.get(name)!),
    key,
    truth,
    decision: recorded.findIndex((_, index) => index !== key && index !== truth),
  }
}

const placesOf = (names: readonly string[]): Map<string, number> =>
  new Map(names.map((name, index) => [name, index]))
