import type { MetricInputs, InputKind } from './catalogue.js'
import { classOf, labelsOf, numbered, sortedClasses } from './labels.js'
import type { Frame } from './frame.js'
import { rankingOf } from './ranking.js'
import { columnsOf, isMissing, numberOf, type Column } from './roles.js'
import { wordsIn } from './words-of-names.js'

/** One way to read a table: which columns are what. */
export type TableReading = {
  [K in InputKind]: { kind: K; input: MetricInputs[K] } & {
    /** By name, as a person would say them: truth first. */
    columns: readonly string[]
    /** The model that the columns are about, as far as their names say. */
    subject: readonly string[]
    /** Rows that were used: those with a missing cell are not. */
    rows: number
    /** The class that the score is for. */
    positive?: string | undefined
    /** What was done that the columns do not say. */
    note?: string | undefined
  }
}[InputKind]

/** Cells that all readings of a table hold at most, and how many readings there are. */
const MAX_HELD = 20_000_000
const MAX_READINGS = 60

/** Every way to read a table that its names and values allow. */
export function tableReadings(frame: Frame): TableReading[] {
  const columns = columnsOf(frame)
  const most = Math.min(MAX_READINGS, Math.floor(MAX_HELD / (2 * frame.rows)))
  const readings: TableReading[] = []
  for (const reading of every(columns)) {
    if (readings.length >= most) break
    readings.push(reading)
  }
  return readings
}

function* every(columns: readonly Column[]): Generator<TableReading> {
  const truths = columns.filter(({ role, facts }) => role === 'truth' && facts.present > 0)
  const scores = columns.filter(({ role }) => role === 'score')
  const predicted = columns.filter(({ role }) => role === 'predicted')
  const probabilities = predicted.filter((column) => truths.some((truth) => isChanceOf(truth, column)))
  for (const column of predicted) {
    const truth = truthFor(column, truths)
    if (truth && !probabilities.includes(column)) yield* pairReadings(truth, column)
  }
  yield* modelColumns(columns, truths)
  for (const column of [...scores, ...probabilities]) {
    const truth = truthFor(column, truths)
    if (truth) yield* scoreReadings(truth, column, predicted.length === probabilities.length)
  }
  for (const truth of truths) yield* classScoreReadings(truth, scores)
  yield* valueReadings(columns)
  yield* rankingReadings(columns)
}

/** A predicted number between 0 and 1 beside two classes is a score. */
const isChanceOf = (truth: Column, { facts }: Column): boolean =>
  facts.inUnit && !facts.whole && truth.facts.distinct.size === 2

const jaccard = (a: readonly string[], b: readonly string[]): number => {
  const all = new Set([...a, ...b])
  return all.size === 0 ? 1 : a.filter((word) => b.includes(word)).length / all.size
}

/** The truth with the most words in common, a strong name before a weak one; none if two are as good. */
function truthFor(column: Column, truths: readonly Column[]): Column | undefined {
  const fitting = truths.filter((truth) => goTogether(truth, column))
  const strong = fitting.filter(({ weak }) => !weak)
  const ranked = (strong.length > 0 ? strong : fitting)
    .map((truth) => ({ truth, likeness: jaccard(truth.stem, column.stem) }))
    .sort((a, b) => b.likeness - a.likeness)
  const [first, second] = ranked
  if (!first || (second?.likeness === first.likeness && !sameSaid(first.truth, second.truth)))
    return undefined
  return first.truth
}

/** Two columns that map one to one, as `label` and `label_name` do. */
function sameSaid(a: Column, b: Column): boolean {
  const [there, back] = [new Map<string, string>(), new Map<string, string>()]
  return a.cells.every((cell, row) => {
    const other = b.cells[row]!
    if (!there.has(cell)) there.set(cell, other)
    if (!back.has(other)) back.set(other, cell)
    return there.get(cell) === other && back.get(other) === cell
  })
}

function goTogether(truth: Column, column: Column): boolean {
  if (truth.name === column.name) return false
  if (column.role === 'score' || isChanceOf(truth, column)) return truth.facts.distinct.size <= 1000
  if (truth.facts.numeric && column.facts.numeric) return overlap(truth, column)
  const classes = new Set([...truth.facts.distinct].map((cell) => cell.trim().toLowerCase()))
  return [...column.facts.distinct].some((cell) => classes.has(cell.trim().toLowerCase()))
}

/** Whether the middle 80 % of two columns of numbers meet: prices and their logarithms do not. */
function overlap(a: Column, b: Column): boolean {
  const [lowA, highA] = middle(a)
  const [lowB, highB] = middle(b)
  return lowA <= highB && lowB <= highA
}

function middle({ cells }: Column): [number, number] {
  const values = Float64Array.from(cells.filter((cell) => !isMissing(cell)).map(numberOf)).sort()
  return [values[Math.floor(values.length * 0.1)]!, values[Math.floor((values.length - 1) * 0.9)]!]
}

/** Whole numbers of more kinds than this are no classes. */
const MOST_CLASSES = 1000

const present = (...columns: readonly (readonly string[])[]): number[] =>
  [...columns[0]!.keys()].filter((row) => columns.every((cells) => !isMissing(cells[row]!)))

const picked = (cells: readonly string[], rows: readonly number[]): string[] => rows.map((row) => cells[row]!)

function* pairReadings(truth: Column, column: Column): Generator<TableReading> {
  const rows = present(truth.cells, column.cells)
  if (rows.length === 0) return
  const [right, said] = [picked(truth.cells, rows), picked(column.cells, rows)]
  const of = { columns: [truth.name, column.name], subject: column.subject, rows: rows.length }
  const areNumbers = truth.facts.numeric && column.facts.numeric
  const areClasses = areNumbers
    ? truth.facts.whole && column.facts.whole && truth.facts.distinct.size <= MOST_CLASSES
    : true
  if (areClasses) {
    yield { kind: 'labels', input: labelsOf(right, said), ...of }
    const known = present(truth.cells)
    if (known.length > rows.length)
      yield {
        kind: 'labels',
        input: labelsOf(picked(truth.cells, known), picked(column.cells, known)),
        ...of,
        rows: known.length,
        note: 'a missing prediction counted as wrong',
      }
  }
  if (areNumbers)
    yield {
      kind: 'numbers',
      input: { truth: Float64Array.from(right, numberOf), predicted: Float64Array.from(said, numberOf) },
      ...of,
    }
}

/** Columns with the alphabet of the truth and no role: each is a model. */
function* modelColumns(columns: readonly Column[], truths: readonly Column[]): Generator<TableReading> {
  const [truth, ...others] = truths.filter(({ weak }) => !weak)
  if (!truth || others.length > 0 || truth.facts.distinct.size > 50 || truth.facts.distinct.size < 2) return
  for (const column of columns)
    if (
      column.role === 'none' &&
      column.facts.present > 0 &&
      [...column.facts.distinct].every((cell) => truth.facts.distinct.has(cell))
    )
      yield* pairReadings(truth, column)
}

const AFFIRMED = ['1', 'true', 'yes', 'positive', 'pos']

/** Of two classes the one that a score is for: the one that it names, else the one that affirms, else the last. */
export const positiveOf = (classes: readonly string[], stem: readonly string[] = []): string =>
  classes.find((name) => wordsIn(name).join(' ') === stem.join(' ')) ??
  classes.find((name) => AFFIRMED.includes(name.toLowerCase())) ??
  classes.at(-1)!

function* scoreReadings(truth: Column, column: Column, threshold: boolean): Generator<TableReading> {
  const rows = present(truth.cells, column.cells)
  const right = picked(truth.cells, rows).map(classOf)
  const classes = sortedClasses(new Set(right))
  if (classes.length !== 2) return
  const positive = positiveOf(classes, column.stem)
  const score = Float64Array.from(picked(column.cells, rows), numberOf)
  // A score that is named after its class is about no model.
  const named = positive === classes.find((name) => wordsIn(name).join(' ') === column.stem.join(' '))
  const subject = named ? [] : column.subject
  const of = { columns: [truth.name, column.name], subject, rows: rows.length, positive }
  const input = { positive: Uint8Array.from(right, (name) => Number(name === positive)), score }
  yield { kind: 'scores', input, ...of }
  if (!threshold || !column.facts.inUnit) return
  const [negative] = classes.filter((name) => name !== positive)
  const decided = Array.from(score, (p) => (p >= 0.5 ? positive : negative!))
  yield { kind: 'labels', input: labelsOf(right, decided), ...of, note: 'a score from 0.5 up decides' }
}

/** A column of scores for every class of the truth. */
function* classScoreReadings(truth: Column, scores: readonly Column[]): Generator<TableReading> {
  const classes = sortedClasses(
    new Set([...truth.facts.distinct].filter((cell) => !isMissing(cell)).map(classOf)),
  )
  if (classes.length < 2 || classes.length > MOST_CLASSES || scores.length < classes.length) return
  const byStem = new Map(scores.map((column) => [column.stem.join(' '), column]))
  const found = classes.map((name) => byStem.get(wordsIn(name).join(' ')))
  if (!found.every((column) => column !== undefined)) return
  const rows = present(truth.cells, ...found.map(({ cells }) => cells))
  if (rows.length === 0) return
  yield {
    kind: 'classScores',
    input: {
      classes,
      truth: classNumbers(picked(truth.cells, rows), classes),
      scores: found.map(({ cells }) => Float64Array.from(picked(cells, rows), numberOf)),
    },
    columns: [truth.name, ...found.map(({ name }) => name)],
    subject: [],
    rows: rows.length,
  }
}

export function classNumbers(cells: readonly string[], classes: readonly string[]): Int32Array {
  const number = numbered(classes)
  return Int32Array.from(cells, (cell) => number.get(classOf(cell)) ?? -1)
}

const RIGHT = /^(?:true|yes|correct|pass|passed|c)$/i
const WRONG = /^(?:false|no|incorrect|wrong|fail|failed|i)$/i
/** Whether an answer is right, or any other number of a row; NaN if it is neither. */
export const judged = (cell: string): number =>
  RIGHT.test(cell.trim()) ? 1 : WRONG.test(cell.trim()) ? 0 : numberOf(cell)

function* valueReadings(columns: readonly Column[]): Generator<TableReading> {
  const task = columns.find(
    ({ name, role }) =>
      (role === 'group' || role === 'key') &&
      wordsIn(name).some((word) => /^(?:task|problem|question)$/.test(word)),
  )
  for (const { name, cells, role, stem } of columns) {
    if (['key', 'group', 'truth', 'predicted', 'query', 'document'].includes(role)) continue
    const rows = present(cells)
    const raw = Float64Array.from(picked(cells, rows), judged)
    if (rows.length === 0 || raw.some(Number.isNaN)) continue
    const tasks = task && groupNumbers(picked(task.cells, rows))
    yield {
      kind: 'values',
      input: { values: role === 'wrong' ? raw.map((value) => 1 - value) : raw, tasks },
      columns: [name, ...(task ? [task.name] : [])],
      subject: role === 'correct' || role === 'wrong' ? stem : wordsIn(name),
      rows: rows.length,
    }
  }
}

/** A number for every different cell. */
export function groupNumbers(cells: readonly string[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(cells, (cell) => {
    const known = numbers.get(cell) ?? numbers.size
    numbers.set(cell, known)
    return known
  })
}

function* rankingReadings(columns: readonly Column[]): Generator<TableReading> {
  const [query, relevance, document, score, rank] = (
    ['query', 'relevance', 'document', 'score', 'rank'] as const
  ).map((role) => columns.find((column) => column.role === role))
  const order = score ?? rank
  if (!query || !relevance || !order) return
  const rows = present(query.cells, relevance.cells, order.cells)
  if (rows.length === 0) return
  const sign = score ? 1 : -1
  yield {
    kind: 'ranking',
    input: rankingOf({
      queries: picked(query.cells, rows),
      documents: document && picked(document.cells, rows),
      relevances: Float64Array.from(picked(relevance.cells, rows), numberOf),
      scores: Float64Array.from(picked(order.cells, rows), (cell) => sign * numberOf(cell)),
    }),
    columns: [relevance.name, query.name, order.name],
    subject: [],
    rows: rows.length,
  }
}
