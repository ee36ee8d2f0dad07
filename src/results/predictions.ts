import type { Tolerance } from '../policy/schema.js'
import type { PredictionComparison } from '../verdict/report.js'
import { compareCells } from './cells.js'
import { allowedFor, own } from './metrics.js'
import type { Discordance } from './statistics.js'
import { cellOf, openTable, TableError, textOf, type Table } from './table.js'

export type Grade = 'identical' | 'identical-values' | 'within-tolerance' | 'different' | 'not-comparable'

export interface PredictionResult {
  grade: Grade
  comparison: PredictionComparison
  /** How often each side was right where the other was not; where the truth is known and the same in both. */
  discordance?: Discordance
}

export interface PredictionOptions {
  /** Column that identifies a row; default: the first. */
  key?: string | undefined
  /** Column with the right answer. The decision is then the first column that is neither key nor truth. */
  truth?: string | undefined
  /** By column, as for metrics. */
  tolerance?: Readonly<Record<string, Tolerance>>
}

const FIRST = 20
const ALSO = 8
const SHOWN = 200
const NAMED = 3

type RowDifference = PredictionComparison['first'][number]
const clip = (cell: string): string => {
  const text = textOf(cell.slice(0, SHOWN * 4))
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
const naming = (keys: readonly string[]): string =>
  keys
    .slice(0, NAMED)
    .map((key) => `\`${clip(key)}\``)
    .join(', ') + (keys.length > NAMED ? ', …' : '')
const rowsText = (count: number): string => `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`

export const notComparable = (rows: number, problem: string): PredictionResult => ({
  grade: 'not-comparable',
  comparison: { rows, flips: 0, moved: 0, first: [], problem },
})

/** What equal bytes say; `rows` is all that is known of them. */
export const identical = (rows: number): PredictionResult => ({
  grade: 'identical',
  comparison: { rows, flips: 0, moved: 0, first: [] },
})

/**
 * Compares two CSV files of predictions whose bytes differ, row by row, joined by key. The files are
 * read side by side: rows in the same order are dropped at once, others wait for their partner. Cells
 * are compared as bytes first, and read as numbers only where these differ. Memory: the keys of one
 * file, and the rows that are out of place; at most 5,000,000 rows.
 */
export async function comparePredictions(
  recordedFile: string,
  replayedFile: string,
  options: PredictionOptions = {},
): Promise<PredictionResult> {
  const tables: Table[] = []
  const opened = async (file: string, side: string) => {
    const table = await named(side, openTable(file))
    tables.push(table)
    return table
  }
  try {
    const recorded = await opened(recordedFile, 'recorded')
    const replayed = await opened(replayedFile, 'replayed')
    const columns = matchColumns(recorded.header, replayed.header, options)
    return await join(recorded, replayed, columns, options)
  } catch (error) {
    if (error instanceof TableError) return notComparable(0, error.message)
    throw error
  } finally {
    await Promise.all(tables.map((table) => table.close()))
  }
}

const named = async <T>(side: string, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw error instanceof TableError ? new TableError(`the ${side} file ${error.message}`) : error
  }
}

interface Columns {
  names: string[]
  /** For each column of the record, where it is in the replay. */
  there: number[]
  key: number
  truth: number
  decision: number
}

function matchColumns(recorded: string[], replayed: string[], options: PredictionOptions): Columns {
  const only = (a: string[], b: string[]) => a.filter((name) => !b.includes(name))
  const [before, after] = [only(recorded, replayed), only(replayed, recorded)]
  if (before.length > 0 || after.length > 0) {
    const parts = [
      ...(before.length > 0 ? [`only in the record: ${naming(before)}`] : []),
      ...(after.length > 0 ? [`only in the replay: ${naming(after)}`] : []),
    ]
    throw new TableError(`other columns, ${parts.join('; ')}`)
  }
  const find = (name: string) => {
    const index = recorded.indexOf(cellOf(name))
    if (index < 0) throw new TableError(`no column \`${name}\` (there are ${naming(recorded)})`)
    return index
  }
  const key = options.key === undefined ? 0 : find(options.key)
  const truth = options.truth === undefined ? -1 : find(options.truth)
  return {
    names: recorded.map(textOf),
    there: recorded.map((name) => replayed.indexOf(name)),
    key,
    truth,
    decision: recorded.findIndex((_, index) => index !== key && index !== truth),
  }
}

async function join(
  recorded: Table,
  replayed: Table,
  columns: Columns,
  options: PredictionOptions,
): Promise<PredictionResult> {
  const seen = new Set<string>()
  const waiting = { recorded: new Map<string, string[]>(), replayed: new Map<string, string[]>() }
  const tally = createTally(columns, options)
  const keyThere = columns.there[columns.key]!
  let rows = 0
  for (;;) {
    const [before, after] = await Promise.all([
      named('recorded', recorded.next()),
      named('replayed', replayed.next()),
    ])
    if (!before && !after) break
    if (before) {
      rows++
      const key = before[columns.key]!
      if (seen.has(key)) return notComparable(rows, `\`${clip(key)}\` is there twice in the record`)
      seen.add(key)
      waiting.recorded.set(key, before)
    }
    if (after) {
      const key = after[keyThere]!
      if (waiting.replayed.has(key))
        return notComparable(rows, `\`${clip(key)}\` is there twice in the replay`)
      waiting.replayed.set(key, after)
    }
    for (const key of new Set([before?.[columns.key], after?.[keyThere]])) {
      if (key === undefined) continue
      const [a, b] = [waiting.recorded.get(key), waiting.replayed.get(key)]
      if (!a || !b) continue
      tally.add(key, a, b)
      waiting.recorded.delete(key)
      waiting.replayed.delete(key)
    }
  }
  const missing = [...waiting.recorded.keys()]
  const extra = [...waiting.replayed.keys()]
  const twice = extra.find((key) => seen.has(key))
  if (twice !== undefined) return notComparable(rows, `\`${clip(twice)}\` is there twice in the replay`)
  if (missing.length > 0 || extra.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`${rowsText(missing.length)} only in the record: ${naming(missing)}`] : []),
      ...(extra.length > 0 ? [`${rowsText(extra.length)} only in the replay: ${naming(extra)}`] : []),
    ]
    return notComparable(rows, parts.join('; '))
  }
  return rows === 0 ? notComparable(0, 'no rows') : tally.result(rows)
}

/** Counts what differs, and keeps the first rows that do. */
function createTally(columns: Columns, { truth, tolerance = {} }: PredictionOptions) {
  const flipped: RowDifference[] = []
  const moved: RowDifference[] = []
  const count = { flips: 0, moved: 0, beyond: 0 }
  let largest: PredictionComparison['largest']
  let truthChanged = false
  const discordance = { samples: 0, onlyRecorded: 0, onlyReplayed: 0 }
  const toleranceOf = columns.names.map((name) => own(tolerance, name))
  const same = (a: string, b: string) => compareCells(a, b).kind === 'equal'

  return {
    add(key: string, before: string[], after: string[]) {
      if (truth !== undefined && columns.decision >= 0) {
        const [right, there] = [before[columns.truth]!, after[columns.there[columns.truth]!]!]
        truthChanged ||= !same(right, there)
        const was = same(before[columns.decision]!, right)
        const is = same(after[columns.there[columns.decision]!]!, right)
        discordance.samples++
        if (was && !is) discordance.onlyRecorded++
        if (is && !was) discordance.onlyReplayed++
      }
      const changed: { column: number; flip: boolean; size: number }[] = []
      for (const [column, place] of columns.there.entries()) {
        const [a, b] = [before[column]!, after[place]!]
        if (a === b) continue
        const cell = compareCells(a, b)
        if (cell.kind === 'equal') continue
        if (cell.kind === 'flip') {
          changed.push({ column, flip: true, size: 0 })
          continue
        }
        const size = Math.abs(cell.difference)
        changed.push({ column, flip: false, size })
        if (size > allowedFor(cell.recorded, toleranceOf[column])) count.beyond++
        if (!largest || size > Math.abs(largest.difference))
          largest = {
            key: clip(key),
            column: columns.names[column]!,
            difference: cell.difference,
            ulps: cell.ulps,
          }
      }
      if (changed.length === 0) return
      const flip = changed.some((cell) => cell.flip)
      count[flip ? 'flips' : 'moved']++
      const list = flip ? flipped : moved
      if (list.length === FIRST) return
      changed.sort((a, b) => Number(b.flip) - Number(a.flip) || b.size - a.size)
      const [main, ...also] = changed.map(({ column }) => ({
        column: clip(cellOf(columns.names[column]!)),
        recorded: clip(before[column]!),
        replayed: clip(after[columns.there[column]!]!),
      }))
      list.push({ key: clip(key), ...main!, also: also.slice(0, ALSO) })
    },
    result(rows: number): PredictionResult {
      const grade: Grade =
        count.flips > 0 || count.beyond > 0
          ? 'different'
          : count.moved > 0
            ? 'within-tolerance'
            : 'identical-values'
      return {
        grade,
        comparison: {
          rows,
          flips: count.flips,
          moved: count.moved,
          ...(largest && { largest }),
          first: [...flipped, ...moved].slice(0, FIRST),
        },
        ...(discordance.samples > 0 && !truthChanged && { discordance }),
      }
    },
  }
}
