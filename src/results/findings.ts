import { magnitude, pair, plural } from '../text/numbers.js'
import type { MetricComparison } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import { differs, type ResultsComparison } from './comparison.js'
import { movement, quoted } from './words.js'

/** What agreement is made of. */
export interface AgreementPieces {
  /** The record against the first replay. */
  recorded: ResultsComparison
  /** The first replay against the second. */
  controls: ResultsComparison
  /** Whether the rows of the recorded predictions are there, or their digest alone. */
  rowsKept: boolean
  /** Declared largest difference of accuracy that counts as equivalent. */
  margin?: number | undefined
}

/** Findings that are listed one by one. */
const LISTED = 50

/** One finding for each metric outside its tolerance; the last of many counts the rest. */
export function metricFindings({ metrics, predictions }: ResultsComparison): Found[] {
  const off = metrics.filter((metric) => !metric.agrees)
  const sameRows = predictions?.grade === 'identical' || predictions?.grade === 'identical-values'
  const findings = off.slice(0, LISTED).map((metric): Found => ({
    rule: 'evaluation/metric-differs',
    message: metricText(metric),
    field: metricField(metric),
    expected: metric.recorded,
    actual: metric.replayed,
    remedy: metricRemedy(metric, sameRows),
  }))
  if (off.length > LISTED)
    findings.push({
      rule: 'evaluation/metric-differs',
      message: `${plural(off.length - LISTED, 'more metric')} outside the tolerance`,
      field: 'evaluation.metrics',
    })
  return findings
}

const metricField = ({ name }: MetricComparison): string => `evaluation.metrics.${name}`

/** `` `accuracy` 0.972176 → 0.969950, allowed ±0.000001 `` */
export function metricText({ name, recorded, replayed, allowed }: MetricComparison): string {
  if (recorded === undefined) return `${quoted(name)} is in the replay, and not in the record`
  if (replayed === undefined) return `${quoted(name)} is in the record, and not in the replay`
  const tolerance = allowed === undefined ? '' : `, allowed ±${magnitude(allowed)}`
  return `${quoted(name)} ${pair(recorded, replayed).join(' → ')}${tolerance}`
}

/** undefined: the rule's own. */
function metricRemedy({ name, recorded, replayed }: MetricComparison, sameRows: boolean): string | undefined {
  const metric = quoted(name)
  if (recorded === undefined) return `Record the run again, so that ${metric} is in the record.`
  if (replayed === undefined) return `Let the evaluation write ${metric}, or record the run again without it.`
  return sameRows
    ? `Correct ${metric} in the record, or record the run again: every prediction came back, this number did not.`
    : undefined
}

export function predictionFindings({ recorded: { predictions }, rowsKept }: AgreementPieces): Found[] {
  if (!predictions || !differs(predictions.grade)) return []
  const { comparison } = predictions
  const field = 'evaluation.predictions'
  if (predictions.grade === 'not-comparable')
    return [
      {
        rule: 'evaluation/not-comparable',
        message: `the predictions cannot be compared: ${comparison.problem}`,
        field,
      },
    ]
  if (!rowsKept) return digestFindings(field)
  const [first] = comparison.first
  return [
    {
      rule: 'evaluation/prediction-differs',
      message: movement(comparison) + (first ? `, first ${quoted(first.key)}` : ''),
      field,
      expected: first && `${first.column} ${first.recorded}`,
      actual: first && `${first.column} ${first.replayed}`,
    },
  ]
}

const digestFindings = (field: string): Found[] => [
  {
    rule: 'evaluation/prediction-differs',
    message: 'the predictions do not match their recorded digest; which rows differ cannot be shown',
    field,
  },
  {
    rule: 'evaluation/predictions-not-kept',
    message: 'only the digest of the recorded predictions is known',
    field: `${field}.digest`,
  },
]

/** What differs between two replays that should have been the same. */
export function nondeterministic({ metrics, predictions }: ResultsComparison): Found {
  const metric = metrics.find(({ agrees }) => !agrees)
  const rows = predictions && differs(predictions.grade) ? predictions.comparison : undefined
  const what = [
    ...(rows ? [rows.problem ?? movement(rows)] : []),
    ...(metric ? [metricText(metric)] : []),
  ].join('; ')
  const found = {
    rule: 'evaluation/nondeterministic',
    message: `two identical replays disagree: ${what}`,
    expected: metric?.recorded,
    actual: metric?.replayed,
  } as const
  if (rows || !metric) return { ...found, field: 'evaluation.predictions' }
  return {
    ...found,
    field: metricField(metric),
    remedy: `Set and record every seed that the evaluation uses, or, if ${quoted(metric.name)} may vary, give it a tolerance in the policy.`,
  }
}
