import { numberText } from '../../text/numbers.js'
import type { RecomputedMetric } from '../../verdict/evidence.js'
import { CATALOGUE, kindsOf, valueOf, type MetricInputs, type InputKind } from './catalogue.js'
import { scalesOf } from './chance.js'
import type { Frame } from './frame.js'
import { classOf, labelsOf, sortedClasses } from './labels.js'
import { fits, printedNumber } from './printed.js'
import { rankingOf } from './ranking.js'
import { classNumbers, judged, groupNumbers, positiveOf } from './readings.js'
import { isMissing, numberOf } from './roles.js'

/** What a policy says that a metric is, and of which columns. */
export interface Declaration {
  is: string
  truth?: string | undefined
  predicted?: string | undefined
  score?: string | undefined
  /** A column of scores for each class. */
  scores?: Readonly<Record<string, string>> | undefined
  /** The class that a rate or a score is for. */
  positive?: string | undefined
  /** The first so many. */
  k?: number | undefined
  /** The task or query of a row. */
  group?: string | undefined
  /** Tells equal scores of one query apart, as trec_eval does. */
  document?: string | undefined
}
export type Declarations = Readonly<Record<string, Declaration>>

/** What keeps a declared metric from being computed, as a clause. */
class NotComputable extends Error {}

/** What a table gives under a declared definition, for a metric that is printed or not. */
export function declaredMetric(
  frame: Frame,
  { name, text }: { name: string; text: string | undefined },
  declaration: Declaration,
): RecomputedMetric {
  const metric = { metric: name, printed: text ?? '', declared: true, definition: declaration.is }
  try {
    const printed = text === undefined ? undefined : printedNumber(text)
    if (!printed) throw new NotComputable(text === undefined ? 'it is not recorded' : 'it is not a number')
    const { value, rows, columns, family } = computed(frame, declaration)
    const scales = scalesOf(family, printed)
    const scale = scales.find((one) => fits(printed, value * one))
    return {
      ...metric,
      outcome: scale === undefined ? 'differs' : 'agrees',
      columns,
      rows,
      value: numberText(value * (scale ?? scales[0]!)),
    }
  } catch (error) {
    if (error instanceof NotComputable) return { ...metric, outcome: 'cannot recompute', why: error.message }
    throw error
  }
}

/** The columns that a kind of definition takes, in the order in which they are said. */
const COLUMNS: { readonly [K in InputKind]: readonly (keyof Declaration)[] } = {
  labels: ['truth', 'predicted'],
  numbers: ['truth', 'predicted'],
  scores: ['truth', 'score'],
  classScores: ['truth', 'scores'],
  values: ['score'],
  ranking: ['truth', 'score', 'group'],
}

function computed(frame: Frame, declaration: Declaration) {
  const { is } = declaration
  const kinds = kindsOf(is)
  const kind = kinds.find((one) => COLUMNS[one].every((column) => declaration[column] !== undefined))
  if (!kind)
    throw new NotComputable(`${is} needs ${kinds.map((one) => COLUMNS[one].join(', ')).join(', or ')}`)
  const { family, takes } = CATALOGUE[kind].find(({ id }) => id === is)!
  const { used, rows } = cellsOf(frame, kind, declaration)
  const input = INPUTS[kind](used, declaration)
  const at = placeOf(takes, input, declaration)
  // The input was made by the kind's own function.
  const value = (valueOf as (kind: InputKind, id: string, input: unknown, at: number) => number)(
    kind,
    is,
    input,
    at,
  )
  if (Number.isNaN(value)) throw new NotComputable(`${is} is not defined for these rows`)
  return { value, rows, family, columns: columnNames(kind, declaration).slice(0, 8) }
}

const columnNames = (kind: InputKind, declaration: Declaration): string[] =>
  [...COLUMNS[kind], 'document' as const, ...(kind === 'values' ? ['group' as const] : [])].flatMap(
    (part) => {
      const named = declaration[part]
      return named === undefined ? [] : typeof named === 'object' ? Object.values(named) : [String(named)]
    },
  )

/** Cells by column, without the rows in which a right answer is missing. */
interface Used {
  cells(column: string): string[]
}

function cellsOf(frame: Frame, kind: InputKind, declaration: Declaration): { used: Used; rows: number } {
  const names = columnNames(kind, declaration)
  const missing = names.find((name) => !frame.columns.has(name))
  if (missing !== undefined) throw new NotComputable(`the predictions have no column ${missing}`)
  const truth = declaration.truth === undefined ? undefined : frame.columns.get(declaration.truth)
  const rows = Array.from({ length: frame.rows }, (_, row) => row).filter(
    (row) => truth === undefined || !isMissing(truth[row]!),
  )
  if (rows.length === 0) throw new NotComputable('no row has a right answer')
  return {
    used: { cells: (column) => rows.map((row) => frame.columns.get(column)![row]!) },
    rows: rows.length,
  }
}

/** A missing number is no 0: then there is nothing to say. */
function numbersIn({ cells }: Used, column: string, read = numberOf): Float64Array {
  const values = Float64Array.from(cells(column), read)
  const row = values.findIndex(Number.isNaN)
  if (row >= 0) throw new NotComputable(`column ${column} has a cell that is not a number`)
  return values
}

const INPUTS: { readonly [K in InputKind]: (used: Used, declaration: Declaration) => MetricInputs[K] } = {
  labels: (used, { truth, predicted }) => labelsOf(used.cells(truth!), used.cells(predicted!)),
  numbers: (used, { truth, predicted }) => ({
    truth: numbersIn(used, truth!),
    predicted: numbersIn(used, predicted!),
  }),
  scores(used, { truth, score, positive }) {
    const right = used.cells(truth!).map(classOf)
    const classes = sortedClasses(new Set(right))
    if (positive === undefined && classes.length > 2)
      throw new NotComputable('of more than two classes `positive` must name one')
    const wanted = positive === undefined ? positiveOf(classes) : classOf(positive)
    return {
      positive: Uint8Array.from(right, (name) => Number(name === wanted)),
      score: numbersIn(used, score!),
    }
  },
  classScores(used, { truth, scores }) {
    const named = new Map(Object.entries(scores!).map(([name, column]) => [classOf(name), column]))
    const classes = sortedClasses(named.keys())
    const right = classNumbers(used.cells(truth!), classes)
    if (right.includes(-1)) throw new NotComputable('`scores` names no column for one of the classes')
    return { classes, truth: right, scores: classes.map((name) => numbersIn(used, named.get(name)!)) }
  },
  values: (used, { score, group }) => ({
    values: numbersIn(used, score!, judged),
    tasks: group === undefined ? undefined : groupNumbers(used.cells(group)),
  }),
  ranking: (used, { truth, score, group, document }) =>
    rankingOf({
      queries: used.cells(group!),
      documents: document === undefined ? undefined : used.cells(document),
      relevances: numbersIn(used, truth!),
      scores: numbersIn(used, score!),
    }),
}

function placeOf(
  takes: 'class' | 'cutoff' | undefined,
  input: MetricInputs[InputKind],
  { is, k, positive }: Declaration,
): number {
  if (takes === 'cutoff') {
    if (k === undefined && !('queries' in input && ['ndcg', 'map', 'mrr'].includes(is.split('_')[0]!)))
      throw new NotComputable(`${is} needs k`)
    return k ?? Infinity
  }
  if (takes !== 'class' || !('hits' in input)) return 0
  const { classes } = input
  if (positive === undefined && classes.length > 2)
    throw new NotComputable('of more than two classes `positive` must name one')
  const at = classes.indexOf(positive === undefined ? positiveOf(classes) : classOf(positive))
  if (at < 0) throw new NotComputable(`no row has the class ${positive}`)
  return at
}
