import type { ResultsComparison } from '../results/comparison.js'
import { compareMetrics } from '../results/metrics/compare.js'
import {
  identicalPredictions,
  notComparable,
  type PredictionOptions,
  type PredictionResult,
} from '../results/prediction-result.js'
import { comparePredictions } from '../results/predictions.js'
import type { PredictionsFile } from './outputs.js'
import type { EvaluationRequest, RecordedPredictionsFile, RecordedResults } from './request.js'
import type { RunOutcome } from './run.js'

export const hasMetrics = ({ metrics }: RecordedResults): boolean => Object.keys(metrics).length > 0
export const hasPredictions = ({ predictions }: RecordedResults): boolean =>
  predictions?.file !== undefined || predictions?.digest !== undefined

const optionsOf = ({ predictions, tolerance }: EvaluationRequest): PredictionOptions => ({
  key: predictions?.key,
  truth: predictions?.truth,
  tolerance,
})

/** The record against a replay. */
export async function againstRecord(
  request: EvaluationRequest,
  replayed: RunOutcome,
): Promise<ResultsComparison> {
  const { recorded, tolerance } = request
  const known = hasPredictions(recorded) ? recorded.predictions : undefined
  return {
    metrics: hasMetrics(recorded) ? compareMetrics(recorded.metrics, replayed.metrics, tolerance) : [],
    predictions:
      known &&
      replayed.predictions &&
      (request.of === 'training'
        ? asWhole(isOf(known.digest, replayed.predictions))
        : await predictionsAgainst(known, replayed.predictions, optionsOf(request))),
  }
}

const isOf = (digest: string | undefined, { digest: sha256, md5 }: PredictionsFile): boolean =>
  digest === sha256 || digest === md5

/** A file that has no rows, as a model. */
const asWhole = (same: boolean): PredictionResult => ({
  ...identicalPredictions(0),
  grade: same ? 'identical' : 'different',
})

async function predictionsAgainst(
  { file, digest }: RecordedPredictionsFile,
  replayed: PredictionsFile,
  options: PredictionOptions,
): Promise<PredictionResult> {
  if (isOf(digest, replayed))
    return replayed.rows === 0 ? notComparable(0, 'no rows') : identicalPredictions(replayed.rows)
  if (file !== undefined) return comparePredictions(file, replayed.file, options)
  return { ...identicalPredictions(replayed.rows), grade: 'different' }
}

/** One replay against another. */
export async function againstEachOther(
  request: EvaluationRequest,
  { metrics, predictions }: RunOutcome,
  second: RunOutcome,
): Promise<ResultsComparison> {
  return {
    metrics: compareMetrics(metrics, second.metrics, request.tolerance),
    predictions:
      predictions && second.predictions && (await eachOther(request, predictions, second.predictions)),
  }
}

async function eachOther(
  request: EvaluationRequest,
  first: PredictionsFile,
  second: PredictionsFile,
): Promise<PredictionResult> {
  if (request.of === 'training') return asWhole(first.digest === second.digest)
  if (first.digest === second.digest) return identicalPredictions(first.rows)
  return comparePredictions(first.file, second.file, optionsOf(request))
}
