import { clip } from '../text/clean.js'
import type { PredictionComparison } from '../verdict/evidence.js'
import type { ResultsGrade } from './grades.js'
import type { Discordance } from './statistics.js'
import { textOf } from './table.js'
import type { Tolerance, Tolerances } from './tolerance.js'
import { quoted } from './words.js'

export interface PredictionOptions {
  /** Column that identifies a row; default: the first. */
  key?: string | undefined
  /** Column with the right answer. The decision is then the first column that is neither key nor truth. */
  truth?: string | undefined
  /** By column, as for metrics. */
  tolerance?: Tolerances | undefined
  /** Of columns that have none of their own, in place of the default. */
  everywhere?: Tolerance | undefined
}

export interface PredictionResult {
  grade: ResultsGrade
  comparison: PredictionComparison
  /** How often each side alone was right; only if the truth is known and the same on both sides. */
  discordance?: Discordance | undefined
}

export const notComparable = (rows: number, problem: string): PredictionResult => ({
  grade: 'not-comparable',
  comparison: { rows, flips: 0, moved: 0, first: [], problem },
})

/** What equal bytes say; `rows` is all that is known of them. */
export const identicalPredictions = (rows: number): PredictionResult => ({
  grade: 'identical',
  comparison: { rows, flips: 0, moved: 0, first: [] },
})

/** Characters of a cell that are shown. */
const SHOWN = 200
/** Keys or columns that are listed by name. */
const NAMED = 3

export const shownText = (text: string): string => clip(text, SHOWN + 1)
/** A cell as text, cut. */
export const shownCell = (cell: string): string => shownText(textOf(cell.slice(0, SHOWN * 4)))

export const quotedCell = (cell: string): string => quoted(shownCell(cell))

/** The first cells, quoted. @param count how many there are in all */
export const quotedCells = (cells: readonly string[], count = cells.length): string =>
  cells.slice(0, NAMED).map(quotedCell).join(', ') + (count > NAMED ? ', …' : '')
