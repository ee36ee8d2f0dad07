import type { Definition } from './definition.js'
import { averagePrecision, calibrationError, CLIPS, rocAuc, type Scores } from './score-definitions.js'
import { average, total } from './sums.js'

/** Definitions on a column of scores for each class (scikit-learn, `sklearn.metrics`). */
export interface ClassScores {
  /** In the order of `scores`. */
  classes: readonly string[]
  truth: Int32Array
  scores: readonly Float64Array[]
}

/** Classes beyond which pairs of them are not tried. */
const MOST_PAIRED = 50

const against = ({ truth, scores }: ClassScores, at: number): Scores => ({
  positive: Uint8Array.from(truth, (right) => Number(right === at)),
  score: scores[at]!,
})

/** One class among the rows of two. */
function between({ truth, scores }: ClassScores, at: number, other: number): Scores {
  const rows = [...truth.keys()].filter((row) => truth[row] === at || truth[row] === other)
  return {
    positive: Uint8Array.from(rows, (row) => Number(truth[row] === at)),
    score: Float64Array.from(rows, (row) => scores[at]![row]!),
  }
}

const prevalence = ({ truth }: ClassScores, at: number): number =>
  total(truth.length, (row) => Number(truth[row] === at)) / truth.length

const overClasses = (all: ClassScores, of: (scores: Scores) => number): number =>
  average(all.classes.length, (at) => of(against(all, at)))

const byPrevalence = (all: ClassScores, of: (scores: Scores) => number): number =>
  total(all.classes.length, (at) => prevalence(all, at) * of(against(all, at)))

/** Hand and Till (2001): the mean over pairs of classes, both directions. */
function oneVsOne(all: ClassScores, weight: (a: number, b: number) => number): number {
  const k = all.classes.length
  if (k > MOST_PAIRED) return NaN
  const pairs = Array.from({ length: k }, (_, a) =>
    Array.from({ length: k - a - 1 }, (_, b) => [a, a + 1 + b] as const),
  ).flat()
  const value = ([a, b]: readonly [number, number]) =>
    (rocAuc(between(all, a, b)) + rocAuc(between(all, b, a))) / 2
  const weights = pairs.map(([a, b]) => weight(a, b))
  return (
    total(pairs.length, (at) => weights[at]! * value(pairs[at]!)) / total(pairs.length, (at) => weights[at]!)
  )
}

/** Every class of every row as one question. */
function pooled(all: ClassScores): Scores {
  const each = all.classes.map((_, at) => against(all, at))
  const score = new Float64Array(all.truth.length * each.length)
  const positive = new Uint8Array(score.length)
  for (const [at, one] of each.entries()) {
    score.set(one.score, at * all.truth.length)
    positive.set(one.positive, at * all.truth.length)
  }
  return { positive, score }
}

/** Rows of probabilities, as a logarithm or a square needs them. */
const areProbabilities = ({ truth, scores }: ClassScores): boolean =>
  scores.every((column) => column.every((p) => p >= 0 && p <= 1)) &&
  truth.every((_, row) => Math.abs(total(scores.length, (at) => scores[at]![row]!) - 1) < 1e-3)

const ofProbabilities = (value: (all: ClassScores) => number) => (all: ClassScores) =>
  areProbabilities(all) ? value(all) : NaN

const logLoss = ({ truth, scores }: ClassScores, clip: number): number =>
  -average(truth.length, (row) => Math.log(Math.min(1 - clip, Math.max(clip, scores[truth[row]!]![row]!))))

const brier = ({ truth, scores }: ClassScores): number =>
  average(truth.length, (row) =>
    total(scores.length, (at) => (scores[at]![row]! - Number(truth[row] === at)) ** 2),
  )

/** How many classes come before the right one; among equals the last column is first. */
function place({ truth, scores }: ClassScores, row: number): number {
  const right = truth[row]!
  const score = scores[right]![row]!
  return total(scores.length, (at) =>
    Number(scores[at]![row]! > score || (at > right && scores[at]![row] === score)),
  )
}

function calibration({ truth, scores }: ClassScores, bins: number): number {
  const best = truth.map((_, row) =>
    scores.reduce((top, column, at) => (column[row]! > scores[top]![row]! ? at : top), 0),
  )
  return calibrationError(
    Float64Array.from(best, (at, row) => scores[at]![row]!),
    Uint8Array.from(best, (at, row) => Number(at === truth[row])),
    bins,
  )
}

export const CLASS_SCORE_DEFINITIONS: readonly Definition<ClassScores>[] = [
  { id: 'roc_auc_ovr', family: 'auc', average: 'macro', main: true, of: (all) => overClasses(all, rocAuc) },
  {
    id: 'roc_auc_ovr_weighted',
    family: 'auc',
    average: 'weighted',
    of: (all) => byPrevalence(all, rocAuc),
  },
  { id: 'roc_auc_ovo', family: 'auc', average: 'macro', of: (all) => oneVsOne(all, () => 1) },
  {
    id: 'roc_auc_ovo_weighted',
    family: 'auc',
    average: 'weighted',
    of: (all) => oneVsOne(all, (a, b) => prevalence(all, a) + prevalence(all, b)),
  },
  { id: 'roc_auc_micro', family: 'auc', average: 'micro', of: (all) => rocAuc(pooled(all)) },
  {
    id: 'average_precision_macro',
    family: 'ap',
    average: 'macro',
    main: true,
    of: (all) => overClasses(all, averagePrecision),
  },
  ...Object.entries(CLIPS).map(([suffix, clip]): Definition<ClassScores> => ({
    id: `log_loss${suffix}`,
    family: 'logloss',
    ...(suffix === '' && { main: true }),
    of: ofProbabilities((all) => logLoss(all, clip)),
  })),
  { id: 'brier', family: 'brier', main: true, of: ofProbabilities(brier) },
  { id: 'brier_half', family: 'brier', of: ofProbabilities((all) => brier(all) / 2) },
  ...[10, 15].map((bins): Definition<ClassScores> => ({
    id: `ece_${bins}`,
    family: 'ece',
    main: true,
    of: ofProbabilities((all) => calibration(all, bins)),
  })),
  {
    id: 'top_k_accuracy',
    family: 'top',
    takes: 'cutoff',
    main: true,
    counted: ({ truth }) => truth.length,
    of: (all, k) => average(all.truth.length, (row) => Number(place(all, row) < k)),
  },
]
