import type { Definition } from './definition.js'
import { average, rising, total } from './sums.js'

/** Definitions on scores (scikit-learn, `sklearn.metrics`). */

/** A score for one class beside whether that class is the right one. */
export interface Scores {
  positive: Uint8Array
  score: Float64Array
}

/** What a threshold at every distinct score lets through, from the highest score down. */
interface Curve {
  hits: Float64Array
  alarms: Float64Array
}

const curves = new WeakMap<Scores, Curve>()

function curveOf(scores: Scores): Curve {
  const known = curves.get(scores)
  if (known) return known
  const { positive, score } = scores
  const order = rising(score)
  const [hits, alarms]: [number[], number[]] = [[], []]
  let [hit, alarm] = [0, 0]
  for (let at = order.length - 1; at >= 0; at--) {
    if (positive[order[at]!]) hit++
    else alarm++
    if (at > 0 && score[order[at - 1]!] === score[order[at]!]) continue
    hits.push(hit)
    alarms.push(alarm)
  }
  const curve = { hits: Float64Array.from(hits), alarms: Float64Array.from(alarms) }
  curves.set(scores, curve)
  return curve
}

/** Of a positive and a negative each. */
const pairsOf = ({ hits, alarms }: Curve): number => (hits.at(-1) ?? 0) * (alarms.at(-1) ?? 0)

/** The chance that a positive scores higher than a negative, ties by half; NaN if there is only one kind. */
export function rocAuc(scores: Scores): number {
  const { hits, alarms } = curveOf(scores)
  const twice = total(
    hits.length,
    (at) => (alarms[at]! - (alarms[at - 1] ?? 0)) * (hits[at]! + (hits[at - 1] ?? 0)),
  )
  return twice / 2 / pairsOf({ hits, alarms })
}

/** Σ (R_k − R_{k−1}) P_k over distinct scores; NaN without a positive. */
export function averagePrecision(scores: Scores): number {
  const { hits, alarms } = curveOf(scores)
  const gained = (at: number) => hits[at]! - (hits[at - 1] ?? 0)
  return total(hits.length, (at) => (gained(at) * hits[at]!) / (hits[at]! + alarms[at]!)) / (hits.at(-1) ?? 0)
}

/** The area under straight lines between the points of the curve of precision and recall, from (0, 1). */
function precisionRecallTrapezoid(scores: Scores): number {
  const { hits, alarms } = curveOf(scores)
  const precision = (at: number) => (at < 0 ? 1 : hits[at]! / (hits[at]! + alarms[at]!))
  const gained = (at: number) => hits[at]! - (hits[at - 1] ?? 0)
  const twice = total(hits.length, (at) => gained(at) * (precision(at) + precision(at - 1)))
  return twice / 2 / (hits.at(-1) ?? 0)
}

function kolmogorovSmirnov(scores: Scores): number {
  const { hits, alarms } = curveOf(scores)
  const [positives, negatives] = [hits.at(-1) ?? 0, alarms.at(-1) ?? 0]
  return hits.reduce((most, hit, at) => Math.max(most, hit / positives - alarms[at]! / negatives), -Infinity)
}

/** Doubles next to 0 and 1, single precision, older scikit-learn, Keras. */
export const CLIPS = { '': 2 ** -52, _float32: 2 ** -23, _1e15: 1e-15, _1e7: 1e-7 }

const isProbability = ({ score }: Scores): boolean => score.every((p) => p >= 0 && p <= 1)

const logLoss = ({ positive, score }: Scores, clip: number): number =>
  -average(score.length, (row) => {
    const p = Math.min(1 - clip, Math.max(clip, score[row]!))
    return Math.log(positive[row] ? p : 1 - p)
  })

/**
 * Expected calibration error over equal bins (a, b] of the confidence in the top label.
 *
 * @param confidence in [0, 1]
 */
export function calibrationError(confidence: Float64Array, right: Uint8Array, bins: number): number {
  const gaps = new Float64Array(bins)
  for (let row = 0; row < confidence.length; row++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence[row]! * bins) - 1))
    gaps[bin]! += confidence[row]! - right[row]!
  }
  return total(bins, (bin) => Math.abs(gaps[bin]!)) / confidence.length
}

function binaryCalibration({ positive, score }: Scores, bins: number): number {
  const confidence = score.map((p) => Math.max(p, 1 - p))
  const right = positive.map((is, row) => Number(is === Number(score[row]! >= 0.5)))
  return calibrationError(confidence, right, bins)
}

const ofProbability = (value: (scores: Scores) => number) => (scores: Scores) =>
  isProbability(scores) ? value(scores) : NaN

export const SCORE_DEFINITIONS: readonly Definition<Scores>[] = [
  {
    id: 'roc_auc',
    family: 'auc',
    main: true,
    // Of few positives it has few values, however many digits are printed.
    counted: (scores) => pairsOf(curveOf(scores)),
    of: rocAuc,
  },
  { id: 'average_precision', family: 'ap', main: true, of: averagePrecision },
  { id: 'pr_auc_trapezoid', family: 'ap', of: precisionRecallTrapezoid },
  { id: 'ks', family: 'ks', main: true, of: kolmogorovSmirnov },
  { id: 'gini', family: 'gini', main: true, of: (scores) => 2 * rocAuc(scores) - 1 },
  ...Object.entries(CLIPS).map(([suffix, clip]): Definition<Scores> => ({
    id: `log_loss${suffix}`,
    family: 'logloss',
    ...(suffix === '' && { main: true }),
    of: ofProbability((scores) => logLoss(scores, clip)),
  })),
  {
    id: 'brier',
    family: 'brier',
    main: true,
    of: ofProbability(({ positive, score }) =>
      average(score.length, (row) => (score[row]! - positive[row]!) ** 2),
    ),
  },
  ...[10, 15].map((bins): Definition<Scores> => ({
    id: `ece_${bins}`,
    family: 'ece',
    main: true,
    of: ofProbability((scores) => binaryCalibration(scores, bins)),
  })),
]
