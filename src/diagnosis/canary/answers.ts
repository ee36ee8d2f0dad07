import { readFrame, FRAME_LARGEST, type Frame } from '../../results/recompute/frame.js'
import { columnsOf, type Role } from '../../results/recompute/roles.js'
import type { Declarations } from '../../results/recompute/declared.js'
import { cellNumber } from '../../results/cells.js'
import { readRegular } from '../../system/files.js'
import type { PredictionsFile } from '../../evaluation/outputs.js'

/** The rows of a file of predictions by their keys. */
export interface PredictionTable {
  frame: Frame
  /** Its column of keys. */
  key: string
  keys: readonly string[]
}

/** What is answered of each key. A key that is not there was not answered, which is an answer too. */
export type KeyedAnswers = ReadonlyMap<string, readonly string[]>

/** A table of predictions, or why its rows cannot be told apart, as the rest of a sentence about it. */
export async function readPredictions(
  path: string,
  { file, bytes }: Pick<PredictionsFile, 'file' | 'bytes'>,
  key: string | undefined,
): Promise<PredictionTable | { problem: string }> {
  if (bytes > FRAME_LARGEST) return { problem: 'are larger than 64 MiB' }
  const frame = await readFrame(path, await readRegular(file, FRAME_LARGEST))
  if ('problem' in frame) return { problem: 'cannot be read as a table' }
  const column = key ?? [...frame.columns.keys()][0]!
  const keys = frame.columns.get(column)
  if (!keys || new Set(keys).size < keys.length) return { problem: 'have no key of their own for each row' }
  return { frame, key: column, keys }
}

/** What is not an answer even if no policy says so. */
const NO_ANSWER: ReadonlySet<Role> = new Set(['truth', 'correct', 'wrong', 'error', 'relevance', 'group'])

/** Columns of predictions that hold answers, and the one whose values are of the kind of the truth. */
export interface AnswerColumns {
  names: readonly string[]
  predicted: string | undefined
}

/**
 * Which columns hold answers: those that definitions of metrics name; else those that are no key, no
 * right answer, no mark of right or wrong, and no column of the data. If that leaves none, all but the key.
 */
export function answerColumns(
  { frame, key }: PredictionTable,
  definitions: Declarations,
  notAnswers: ReadonlySet<string>,
): AnswerColumns {
  const named = Object.values(definitions).flatMap(({ predicted, score, scores = {} }) =>
    [predicted, score, ...Object.values(scores)].filter((name) => name !== undefined),
  )
  const columns = columnsOf(frame)
  const others = [...frame.columns.keys()].filter((name) => name !== key)
  const isAnswer = (name: string) =>
    !notAnswers.has(name) && !NO_ANSWER.has(columns.find((one) => one.name === name)?.role ?? 'none')
  const declared = others.filter((name) => named.includes(name))
  const likely = others.filter(isAnswer)
  const names = declared.length > 0 ? declared : likely.length > 0 ? likely : others
  const predicted =
    Object.values(definitions).find((one) => one.predicted !== undefined)?.predicted ??
    columns.find(({ name, role }) => role === 'predicted' && names.includes(name))?.name
  return { names, predicted }
}

export function answersOf({ frame, keys }: PredictionTable, columns: readonly string[]): KeyedAnswers {
  const cells = columns.map((name) => frame.columns.get(name))
  return new Map(keys.map((key, row) => [key, cells.map((column) => column?.[row] ?? '')]))
}

const RELATIVE = 1e-6

/** Same text, or both finite and as near as rounding; infinities and NaN are equal to themselves only. */
export function sameCell(a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [cellNumber(a.trim()), cellNumber(b.trim())]
  if (x === undefined || y === undefined) return false
  if (!Number.isFinite(x) || !Number.isFinite(y)) return Object.is(x, y)
  return Math.abs(x - y) <= RELATIVE * Math.max(1, Math.abs(x), Math.abs(y))
}

export function sameAnswer(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((cell, index) => sameCell(cell, b[index]!))
}
