import type { Definition } from './definition.js'
import { average, midRanks, rising, total } from './sums.js'

/** Definitions on numbers (scikit-learn, `sklearn.metrics`; correlations as in `scipy.stats`). */
export interface Numbers {
  truth: Float64Array
  predicted: Float64Array
}
type Of = (numbers: Numbers) => number

const count = ({ truth }: Numbers): number => truth.length
const meanOf = (values: Float64Array): number => average(values.length, (row) => values[row]!)
/** The mean of a term of the right number, the predicted one and their difference. */
const mean =
  (term: (truth: number, predicted: number) => number): Of =>
  ({ truth, predicted }) =>
    average(truth.length, (row) => term(truth[row]!, predicted[row]!))

const mae = mean((y, p) => Math.abs(p - y))
const mse = mean((y, p) => (p - y) ** 2)
const rmse: Of = (numbers) => Math.sqrt(mse(numbers))
const bias = mean((y, p) => p - y)

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2
}
const absoluteErrors = ({ truth, predicted }: Numbers): Float64Array =>
  truth.map((y, row) => Math.abs(predicted[row]! - y))

const errorSpread =
  (lost: number): Of =>
  (numbers) => {
    const { truth, predicted } = numbers
    const middle = bias(numbers)
    const squares = total(truth.length, (row) => (predicted[row]! - truth[row]! - middle) ** 2)
    return Math.sqrt(squares / (truth.length - lost))
  }

const squaresAround = (values: Float64Array, middle: number): number =>
  total(values.length, (row) => (values[row]! - middle) ** 2)

/** 1 − SSE/SST; of a constant truth 1 if every number is right, else 0. */
const r2: Of = (numbers) => {
  const sse = mse(numbers) * count(numbers)
  const sst = squaresAround(numbers.truth, meanOf(numbers.truth))
  return sst === 0 ? Number(sse === 0) : 1 - sse / sst
}

const explainedVariance: Of = (numbers) => {
  const { truth } = numbers
  const errors = errorSpread(0)(numbers) ** 2
  const variance = squaresAround(truth, meanOf(truth)) / truth.length
  return variance === 0 ? Number(errors === 0) : 1 - errors / variance
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)]
  const [normA, normB] = [Math.sqrt(squaresAround(a, meanA)), Math.sqrt(squaresAround(b, meanB))]
  const r = total(a.length, (row) => ((a[row]! - meanA) / normA) * ((b[row]! - meanB) / normB))
  return Math.max(-1, Math.min(1, r))
}
const pearson: Of = ({ truth, predicted }) => correlation(truth, predicted)
const spearman: Of = ({ truth, predicted }) => correlation(midRanks(truth), midRanks(predicted))

const covariance = ({ truth, predicted }: Numbers): number => {
  const [meanY, meanP] = [meanOf(truth), meanOf(predicted)]
  return average(truth.length, (row) => (truth[row]! - meanY) * (predicted[row]! - meanP))
}
/** Lin (1989), variances without Bessel's correction. */
const concordance: Of = (numbers) => {
  const { truth, predicted } = numbers
  const [meanY, meanP] = [meanOf(truth), meanOf(predicted)]
  const spread = squaresAround(truth, meanY) + squaresAround(predicted, meanP)
  return (2 * covariance(numbers)) / (spread / truth.length + (meanY - meanP) ** 2)
}

/** Pairs of equal values in a list that is in order. */
function tiedPairs(length: number, same: (a: number, b: number) => boolean): number {
  let pairs = 0
  let run = 1
  for (let at = 1; at <= length; at++) {
    if (at < length && same(at - 1, at)) run++
    else {
      pairs += (run * (run - 1)) / 2
      run = 1
    }
  }
  return pairs
}

/** Kendall's tau-b, by Knight's count of exchanges (1966) on a Fenwick tree: n log n. */
const kendall: Of = ({ truth, predicted }) => {
  const [x, y] = [midRanks(truth), midRanks(predicted)]
  const order = rising(x).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!)
  const n = order.length
  // Mid-ranks are halves: doubled they number the places of the tree.
  const tree = new Float64Array(2 * n + 1)
  let discordant = 0
  for (const [seen, row] of order.entries()) {
    let notAbove = 0
    for (let at = 2 * y[row]!; at > 0; at -= at & -at) notAbove += tree[at]!
    discordant += seen - notAbove
    for (let at = 2 * y[row]!; at <= 2 * n; at += at & -at) tree[at]!++
  }
  const inX = (a: number, b: number) => x[order[a]!] === x[order[b]!]
  const both = tiedPairs(n, (a, b) => inX(a, b) && y[order[a]!] === y[order[b]!])
  const tiesX = tiedPairs(n, inX)
  const sorted = y.toSorted()
  const tiesY = tiedPairs(n, (a, b) => sorted[a] === sorted[b])
  const pairs = (n * (n - 1)) / 2
  const excess = pairs - tiesX - tiesY + both - 2 * discordant
  return excess / Math.sqrt(pairs - tiesX) / Math.sqrt(pairs - tiesY)
}

const EPSILON = 2 ** -52
const mape = mean((y, p) => Math.abs(p - y) / Math.max(Math.abs(y), EPSILON))
const mapeWithoutZeros: Of = ({ truth, predicted }) => {
  const rows = [...truth.keys()].filter((row) => truth[row] !== 0)
  return average(rows.length, (at) =>
    Math.abs((predicted[rows[at]!]! - truth[rows[at]!]!) / truth[rows[at]!]!),
  )
}
const smape = mean((y, p) => (p === y ? 0 : (2 * Math.abs(p - y)) / (Math.abs(y) + Math.abs(p))))
const wape: Of = (numbers) => mae(numbers) / average(count(numbers), (row) => Math.abs(numbers.truth[row]!))
const rmsle: Of = (numbers) => Math.sqrt(mean((y, p) => (Math.log1p(p) - Math.log1p(y)) ** 2)(numbers))
const rangeOf = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity) -
  values.reduce((least, value) => Math.min(least, value), Infinity)

const swapped =
  (of: Of): Of =>
  ({ truth, predicted }) =>
    of({ truth: predicted, predicted: truth })

/** [id, family, value]; the first of a family is what its name stands for. */
const TABLE: readonly [string, Definition<Numbers>['family'], Of][] = [
  ['mae', 'mae', mae],
  ['mse', 'mse', mse],
  ['rmse', 'rmse', rmse],
  ['median_absolute_error', 'medae', (numbers) => median(absoluteErrors(numbers))],
  ['max_error', 'maxerror', (numbers) => absoluteErrors(numbers).reduce((a, b) => Math.max(a, b), 0)],
  ['bias', 'bias', bias],
  ['bias_truth_minus_predicted', 'bias', (numbers) => -bias(numbers)],
  ['r2', 'r2', r2],
  ['squared_correlation', 'r2', (numbers) => pearson(numbers) ** 2],
  ['r2_swapped', 'r2', swapped(r2)],
  ['explained_variance_as_r2', 'r2', explainedVariance],
  ['explained_variance', 'variance', explainedVariance],
  ['mape', 'mape', mape],
  ['mape_without_zeros', 'mape', mapeWithoutZeros],
  ['smape', 'smape', smape],
  ['smape_half', 'smape', (numbers) => smape(numbers) / 2],
  ['wape', 'wape', wape],
  ['rmsle', 'rmsle', rmsle],
  ['nrmse_mean', 'nrmse', (numbers) => rmse(numbers) / meanOf(numbers.truth)],
  ['nrmse_range', 'nrmse', (numbers) => rmse(numbers) / rangeOf(numbers.truth)],
  [
    'nrmse_std',
    'nrmse',
    (numbers) =>
      rmse(numbers) / Math.sqrt(squaresAround(numbers.truth, meanOf(numbers.truth)) / count(numbers)),
  ],
  ['ccc', 'ccc', concordance],
  ['pearson', 'pearson', pearson],
  ['spearman', 'spearman', spearman],
  ['kendall', 'kendall', kendall],
]

export const NUMBER_DEFINITIONS: readonly Definition<Numbers>[] = TABLE.map(([id, family, of], index) => ({
  id,
  family,
  ...(TABLE.findIndex(([, other]) => other === family) === index && { main: true as const }),
  of,
}))
