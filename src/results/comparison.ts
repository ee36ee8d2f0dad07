import type { MetricComparison } from '../verdict/evidence.js'
import { atLeast, worseGrade, type ResultsGrade } from './grades.js'
import type { PredictionResult } from './prediction-result.js'

/** One set of results against another; without predictions if there are none to compare. */
export interface ResultsComparison {
  metrics: readonly MetricComparison[]
  predictions?: PredictionResult | undefined
}

const metricsGrade = (metrics: readonly MetricComparison[]): ResultsGrade => {
  if (metrics.some((metric) => !metric.agrees)) return 'different'
  return metrics.some((metric) => metric.recorded !== metric.replayed) ? 'within-tolerance' : 'identical'
}

/** The worse of what metrics and predictions say. */
export const gradeOf = ({ metrics, predictions }: ResultsComparison): ResultsGrade =>
  worseGrade(metricsGrade(metrics), predictions?.grade ?? 'identical')

/** The same values for every key and metric; order and spelling may differ. */
export const sameValues = (comparison: ResultsComparison): boolean =>
  atLeast(gradeOf(comparison), 'identical-values')

/** Whether more than a tolerance lies between the two, or they cannot be compared. */
export const differs = (grade: ResultsGrade): boolean => !atLeast(grade, 'within-tolerance')

/** Metrics that say something: NaN and the infinities agree with themselves whatever was computed. */
export const telling = (metrics: readonly MetricComparison[]): MetricComparison[] =>
  metrics.filter(({ finite, agrees }) => finite || !agrees)
