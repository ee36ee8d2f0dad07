import { grouped, magnitude, pair, plural, signed } from '../../text/numbers.js'
import type { EvaluationEvidence, PredictionComparison } from '../../verdict/evidence.js'
import { code, details, prose, table, type Alignment } from './escape.js'
import { cellName, cellValue, moreOf, paragraphs } from './values.js'

/** Beyond this many units in the last place a move is no matter of rounding, and their number says nothing. */
const MANY_ULPS = 1_000_000
/** Columns that changed beside the decision. */
const BESIDE = 3

/** The recorded predictions against the replayed ones, and the two replays against each other. */
export function predictionFolds(evaluation: EvaluationEvidence | undefined, max: number): string[] {
  if (!evaluation) return []
  const { predictions, controls } = evaluation
  return [
    ...fold(predictions, max, {
      title: 'Predictions',
      sides: ['recorded', 'replayed'],
      note: unchangedMetrics(evaluation),
    }),
    ...fold(controls, max, { title: 'Two replays against each other', sides: ['first', 'second'] }),
  ]
}

/** `, 2 other metrics unchanged`, beside some that changed. NaN and the infinities prove nothing. */
function unchangedMetrics({ metrics }: EvaluationEvidence): string {
  const same = metrics.filter(
    ({ agrees, finite, recorded, replayed }) => agrees && finite && recorded === replayed,
  ).length
  const changed = metrics.some(({ agrees, recorded, replayed }) => !agrees || recorded !== replayed)
  return same > 0 && changed ? `, ${plural(same, 'other metric')} unchanged` : ''
}

interface Words {
  title: string
  /** What is compared with what. */
  sides: readonly [string, string]
  note?: string | undefined
}

/** Nothing if no row differs. If rows cannot be paired, a finding says why. */
function fold(compared: PredictionComparison | undefined, max: number, words: Words): string[] {
  if (!compared) return []
  const { flips, moved, problem } = compared
  if (flips + moved === 0) return []
  const shown = Math.min(max, compared.first.length)
  const body = paragraphs([
    problem && prose(problem),
    rowsTable(compared, shown, words.sides),
    moreOf(shown, flips + moved, ['differing row', 'differing rows']),
    largestMove(compared),
    statisticsText(compared),
  ])
  return [details(`<b>${words.title}</b>: ${predictionsInWords(compared)}${words.note ?? ''}`, body)]
}

/** `4 flips; 1,793 of 1,797 rows identical`; without paired rows there is nothing to count. */
function predictionsInWords({ rows, flips, moved, problem }: PredictionComparison): string {
  if (problem !== undefined) return 'rows cannot be paired'
  const changed = [
    ...(flips > 0 ? [plural(flips, 'flip')] : []),
    ...(moved > 0 ? [`${plural(moved, 'row')} in which only numbers moved`] : []),
  ]
  return `${changed.join(', ')}; ${grouped(rows - flips - moved)} of ${plural(rows, 'row')} identical`
}

type DifferingRow = PredictionComparison['first'][number]

/** The column is named only if there are several. */
function rowsTable(
  { first }: PredictionComparison,
  max: number,
  [before, after]: Words['sides'],
): string | undefined {
  const shown = first.slice(0, max)
  if (shown.length === 0) return undefined
  const several = new Set(shown.map(({ column }) => column)).size > 1
  const beside = [...new Set(shown.flatMap(({ also }) => also.map(({ column }) => column)))].slice(0, BESIDE)
  const columns: [string, Alignment][] = [
    ['row', 'right'],
    ...(several ? [['column', 'left'] satisfies [string, Alignment]] : []),
    [before, 'centre'],
    [after, 'centre'],
    ...beside.map((name): [string, Alignment] => [cellName(name), 'right']),
  ]
  return table(
    columns,
    shown.map((row) => [
      cellValue(row.key),
      ...(several ? [cellName(row.column)] : []),
      cellValue(row.recorded),
      `**${cellValue(row.replayed)}**`,
      ...beside.map((name) => change(row, name)),
    ]),
  )
}

/** `0.412 → 0.438`, of a column beside the decision; nothing if it did not change. */
function change({ also }: DifferingRow, name: string): string {
  const cell = also.find(({ column }) => column === name)
  if (!cell) return ''
  return pair(cell.recorded, cell.replayed)
    .map((text) => cellValue(text, 40))
    .join(' → ')
}

function largestMove({ largest }: PredictionComparison): string | undefined {
  if (!largest) return undefined
  const { key, column, difference, ulps } = largest
  const units = ulps === undefined || ulps > MANY_ULPS ? '' : ` (${plural(ulps, 'unit')} in the last place)`
  return `The largest move is ${magnitude(difference)}${units}, in ${code(column, 'markdown', 60)} of row ${code(key, 'markdown', 60)}.`
}

function statisticsText({ statistics }: PredictionComparison): string | undefined {
  if (!statistics) return undefined
  const { mcnemar, difference, low, high, margin } = statistics
  return `Exact McNemar test: p = ${magnitude(mcnemar)}. Difference of accuracy ${signed(difference)}, between ${signed(low)} and ${signed(high)}; declared margin ±${magnitude(margin)}.`
}
