import type { Found } from '../system/context.js'
import type { Agreement, MetricComparison, PredictionComparison } from '../verdict/report.js'
import type { PredictionResult } from './predictions.js'
import { equivalence, mcnemar } from './statistics.js'
import { count, movement, pair } from './words.js'

/** One set of results against another; without predictions where there are none to compare. */
export interface Comparison {
  metrics: readonly MetricComparison[]
  predictions?: PredictionResult
}

export interface AgreementPieces {
  /** The record against the first replay. */
  recorded: Comparison
  /** The first replay against the second. */
  controls: Comparison
  /** Whether the rows of the recorded predictions are there, or their digest alone. */
  rowsKept: boolean
  /** Declared largest difference of accuracy that counts as equivalent. */
  margin?: number | undefined
  /** Where a field of the record is, for findings. */
  locate: (field: string) => { file: string; line?: number }
}

export interface AgreementResult {
  agreement: Agreement
  findings: Found[]
  statistics?: NonNullable<PredictionComparison['statistics']>
}

/** Worst last. */
const GRADES = ['identical', 'identical-values', 'within-tolerance', 'different', 'not-comparable'] as const
type Grade = (typeof GRADES)[number]
const worst = (a: Grade, b: Grade): Grade => (GRADES.indexOf(a) > GRADES.indexOf(b) ? a : b)

/** Findings of one kind that are listed one by one. */
const LISTED = 50

const metricsGrade = (metrics: readonly MetricComparison[]): Grade =>
  metrics.some((metric) => !metric.agrees)
    ? 'different'
    : metrics.some((metric) => metric.recorded !== metric.replayed)
      ? 'within-tolerance'
      : 'identical'

/** The worse of what metrics and predictions say. */
export const gradeOf = ({ metrics, predictions }: Comparison): Grade =>
  worst(metricsGrade(metrics), predictions?.grade ?? 'identical')

/** Same values for every id and metric; order and spelling may differ. */
export const sameValues = (comparison: Comparison): boolean =>
  GRADES.indexOf(gradeOf(comparison)) <= GRADES.indexOf('identical-values')

/**
 * The ladder: from what was compared to a level and its findings. Where the two controls differ by more
 * than the tolerance the result is `nondeterministic`, unless a margin is declared: then the equivalence
 * test between record and replay decides about the predictions, and the tolerances about the metrics.
 * Where the controls agree, statistics never excuse a difference.
 *
 * At least one metric or predictions file of the record must have been compared.
 */
export function agree(pieces: AgreementPieces): AgreementResult {
  const { recorded, controls, margin } = pieces
  if (recorded.metrics.length === 0 && !recorded.predictions) throw new Error('nothing was compared')
  const unstable = ['different', 'not-comparable'].includes(gradeOf(controls))
  if (!unstable) return { agreement: gradeOf(recorded), findings: differences(pieces) }

  const discordance = recorded.predictions?.discordance
  if (margin === undefined || !discordance)
    return { agreement: 'nondeterministic', findings: [nondeterministic(pieces)] }

  const test = equivalence(discordance, margin)
  const { difference, low, high } = test
  const statistics = { mcnemar: mcnemar(discordance), difference, low, high, margin }
  const metrics = metricFindings(pieces)
  if (test.outcome === 'different' || metrics.length > 0)
    return {
      agreement: 'different',
      findings: [...metrics, ...(test.outcome === 'different' ? predictionFindings(pieces) : [])],
      statistics,
    }
  if (test.outcome === 'equivalent') return { agreement: 'equivalent', findings: [], statistics }
  return {
    agreement: 'inconclusive',
    findings: [
      {
        rule: 'evaluation/inconclusive',
        message: `${count(discordance.samples, 'sample')} cannot tell whether accuracy stays within ±${margin}: the 90 % interval of its difference is ${low.toFixed(4)} to ${high.toFixed(4)}`,
        ...place(pieces, 'evaluation.predictions'),
      },
    ],
    statistics,
  }
}

const place = ({ locate }: AgreementPieces, field: string) => ({ ...locate(field), field })

const differences = (pieces: AgreementPieces): Found[] => [
  ...metricFindings(pieces),
  ...predictionFindings(pieces),
]

function metricFindings(pieces: AgreementPieces): Found[] {
  const { metrics, predictions } = pieces.recorded
  const off = metrics.filter((metric) => !metric.agrees)
  const sameRows = predictions?.grade === 'identical' || predictions?.grade === 'identical-values'
  const findings = off.slice(0, LISTED).map((metric): Found => {
    const { name, recorded, replayed } = metric
    return {
      rule: 'evaluation/metric-differs',
      message: metricText(metric),
      ...place(pieces, `evaluation.metrics.${name}`),
      ...(recorded !== undefined && { expected: recorded }),
      ...(replayed !== undefined && { actual: replayed }),
      ...(sameRows && {
        remedy: `Correct \`${name}\` in the record, or record the run again: every prediction came back, this number did not.`,
      }),
      ...(recorded === undefined && {
        remedy: `Record the run again, so that \`${name}\` is in the record.`,
      }),
      ...(replayed === undefined && {
        remedy: `Let the evaluation write \`${name}\`, or record the run again without it.`,
      }),
    }
  })
  if (off.length > LISTED)
    findings.push({
      rule: 'evaluation/metric-differs',
      message: `${count(off.length - LISTED, 'more metric')} outside the tolerance`,
      ...place(pieces, 'evaluation.metrics'),
    })
  return findings
}

/** `accuracy 0.972175 → 0.969950, allowed ±0.000001` */
export function metricText({ name, recorded, replayed, allowed }: MetricComparison): string {
  if (recorded === undefined) return `\`${name}\` is in the replay, and not in the record`
  if (replayed === undefined) return `\`${name}\` is in the record, and not in the replay`
  const [before, after] = pair(recorded, replayed)
  return (
    `${name} ${before} → ${after}` +
    (allowed === undefined ? '' : `, allowed ±${pair(String(allowed), '')[0]}`)
  )
}

function predictionFindings(pieces: AgreementPieces): Found[] {
  const { predictions } = pieces.recorded
  const at = place(pieces, 'evaluation.predictions')
  if (predictions?.grade === 'not-comparable')
    return [
      {
        rule: 'evaluation/not-comparable',
        message: `The predictions cannot be compared: ${predictions.comparison.problem}`,
        ...at,
      },
    ]
  if (predictions?.grade !== 'different') return []
  if (!pieces.rowsKept)
    return [
      {
        rule: 'evaluation/prediction-differs',
        message: 'The bytes of the predictions differ; which rows cannot be shown',
        ...at,
      },
      {
        rule: 'evaluation/predictions-not-kept',
        message: 'Of the recorded predictions only the digest is known',
        ...place(pieces, 'evaluation.predictions.digest'),
      },
    ]
  const first = predictions.comparison.first[0]
  return [
    {
      rule: 'evaluation/prediction-differs',
      message: movement(predictions.comparison) + (first ? `, first \`${first.key}\`` : ''),
      ...at,
      ...(first && {
        expected: `${first.column} ${first.recorded}`,
        actual: `${first.column} ${first.replayed}`,
      }),
    },
  ]
}

function nondeterministic(pieces: AgreementPieces): Found {
  const { metrics, predictions } = pieces.controls
  const metric = metrics.find(({ agrees }) => !agrees)
  const rows = predictions && ['different', 'not-comparable'].includes(predictions.grade)
  const what = [
    ...(rows ? [predictions.comparison.problem ?? movement(predictions.comparison)] : []),
    ...(metric ? [metricText(metric)] : []),
  ]
  return {
    rule: 'evaluation/nondeterministic',
    message: `Two replays of the same differ: ${what.join('; ')}`,
    ...place(pieces, rows ? 'evaluation.predictions' : `evaluation.metrics.${metric?.name}`),
    ...(metric?.recorded !== undefined && { expected: metric.recorded }),
    ...(metric?.replayed !== undefined && { actual: metric.replayed }),
    ...(!rows &&
      metric && {
        remedy: `Set and record every seed that the evaluation uses, or, where \`${metric.name}\` may vary, give it a tolerance in the policy.`,
      }),
  }
}
