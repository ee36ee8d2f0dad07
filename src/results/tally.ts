import type { PredictionComparison } from '../verdict/evidence.js'
import { compareCells } from './cells.js'
import type { Columns } from './columns.js'
import type { ResultsGrade } from './grades.js'
import { own } from './own.js'
import { shownCell, shownText, type PredictionOptions, type PredictionResult } from './prediction-result.js'
import { allowedFor, type Tolerance } from './tolerance.js'

type RowDifference = PredictionComparison['first'][number]

/** Rows that are shown. */
const FIRST = 20
/** Other cells of a shown row. */
const ALSO = 8

/** A cell that differs. */
interface ChangedCell {
  column: number
  flip: boolean
  /** By how much a number moved; 0 for a flip. */
  size: number
}

const sameCell = (a: string, b: string): boolean => compareCells(a, b).kind === 'equal'

/** Counts what differs between paired rows, and keeps the first rows that do. */
export class Tally {
  private flips = 0
  private moved = 0
  /** Cells that moved by more than their tolerance. */
  private beyond = 0
  private largest: PredictionComparison['largest']
  private readonly flippedRows: RowDifference[] = []
  private readonly movedRows: RowDifference[] = []
  /** How often each side alone was right. */
  private readonly right = { onlyRecorded: 0, onlyReplayed: 0 }
  private truthChanged = false
  /** By column. */
  private readonly names: string[]
  private readonly tolerances: (Tolerance | undefined)[]

  constructor(
    private readonly columns: Columns,
    { tolerance = {}, everywhere }: PredictionOptions,
  ) {
    this.names = columns.names.map(shownText)
    this.tolerances = columns.names.map((name) => own(tolerance, name) ?? everywhere)
  }

  /** @param before cells of the recorded row; rows of the same bytes need not be given */
  add(key: string, before: string[], after: string[]): void {
    if (this.judged) this.judge(before, after)
    const changed = this.changedCells(key, before, after)
    if (changed.length === 0) return
    const flip = changed.some((cell) => cell.flip)
    if (flip) this.flips++
    else this.moved++
    const shown = flip ? this.flippedRows : this.movedRows
    if (shown.length < FIRST) shown.push(this.rowDifference(key, changed, [before, after]))
  }

  result(rows: number): PredictionResult {
    const { flips, moved, largest, right } = this
    return {
      grade: this.grade(),
      comparison: {
        rows,
        flips,
        moved,
        largest,
        first: [...this.flippedRows, ...this.movedRows].slice(0, FIRST),
      },
      discordance: this.judged && !this.truthChanged ? { samples: rows, ...right } : undefined,
    }
  }

  private get judged(): boolean {
    return this.columns.truth >= 0 && this.columns.decision >= 0
  }

  private grade(): ResultsGrade {
    if (this.flips > 0 || this.beyond > 0) return 'different'
    return this.moved > 0 ? 'within-tolerance' : 'identical-values'
  }

  /** Which side was right. */
  private judge(before: string[], after: string[]): void {
    const { truth, decision, there } = this.columns
    const right = before[truth]!
    this.truthChanged ||= !sameCell(right, after[there[truth]!]!)
    const was = sameCell(before[decision]!, right)
    const is = sameCell(after[there[decision]!]!, right)
    if (was && !is) this.right.onlyRecorded++
    if (is && !was) this.right.onlyReplayed++
  }

  private changedCells(key: string, before: string[], after: string[]): ChangedCell[] {
    const changed: ChangedCell[] = []
    for (const [column, place] of this.columns.there.entries()) {
      const [a, b] = [before[column]!, after[place]!]
      if (a === b) continue
      const cell = compareCells(a, b)
      if (cell.kind === 'equal') continue
      if (cell.kind === 'flip') {
        changed.push({ column, flip: true, size: 0 })
        continue
      }
      const { difference, ulps } = cell
      const size = Math.abs(difference)
      changed.push({ column, flip: false, size })
      if (size > allowedFor(cell.recorded, this.tolerances[column])) this.beyond++
      if (!this.largest || size > Math.abs(this.largest.difference))
        this.largest = { key: shownCell(key), column: this.names[column]!, difference, ulps }
    }
    return changed
  }

  /** The decision first, or else the number that moved most. */
  private rowDifference(
    key: string,
    changed: ChangedCell[],
    [before, after]: [string[], string[]],
  ): RowDifference {
    const { there } = this.columns
    const ordered = [...changed].sort((a, b) => Number(b.flip) - Number(a.flip) || b.size - a.size)
    const [main, ...also] = ordered.slice(0, ALSO + 1).map(({ column }) => ({
      column: this.names[column]!,
      recorded: shownCell(before[column]!),
      replayed: shownCell(after[there[column]!]!),
    }))
    return { key: shownCell(key), ...main!, also }
  }
}
