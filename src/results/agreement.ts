import { plural } from '../text/numbers.js'
import type { Agreement, PredictionComparison } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import { differs, gradeOf, telling, type ResultsComparison } from './comparison.js'
import { metricFindings, nondeterministic, predictionFindings, type AgreementPieces } from './findings.js'
import { equivalence, mcnemar, type Discordance } from './statistics.js'

export interface AgreementResult {
  /** null: nothing that counts was compared. */
  agreement: Agreement | null
  findings: Found[]
  statistics?: PredictionComparison['statistics']
}

const nothingCounts = ({ metrics, predictions }: ResultsComparison): boolean =>
  !predictions && telling(metrics).length === 0

/**
 * The ladder: from what was compared to a level and its findings. If the two controls differ by more
 * than the tolerance the result is `nondeterministic`, unless a margin is declared: then the equivalence
 * test between record and replay decides about the predictions, and the tolerances about the metrics.
 * If the controls agree, statistics never excuse a difference. Without predictions and without a metric
 * that is a finite number there is no agreement.
 */
export function agree(pieces: AgreementPieces): AgreementResult {
  const { recorded, controls, margin } = pieces
  if (nothingCounts(recorded)) return { agreement: null, findings: [] }
  if (!differs(gradeOf(controls)))
    return {
      agreement: gradeOf(recorded),
      findings: [...metricFindings(recorded), ...predictionFindings(pieces)],
    }
  const discordance = recorded.predictions?.discordance
  return margin === undefined || !discordance
    ? { agreement: 'nondeterministic', findings: [nondeterministic(controls)] }
    : judgeStatistically(pieces, discordance, margin)
}

/** What the equivalence test says, if the evaluation is not deterministic. */
function judgeStatistically(
  pieces: AgreementPieces,
  discordance: Discordance,
  margin: number,
): AgreementResult {
  const { outcome, difference, low, high } = equivalence(discordance, margin)
  const statistics = { mcnemar: mcnemar(discordance), difference, low, high, margin }
  const metrics = metricFindings(pieces.recorded)
  if (outcome === 'different' || metrics.length > 0) {
    const predictions = outcome === 'different' ? predictionFindings(pieces) : []
    return { agreement: 'different', findings: [...metrics, ...predictions], statistics }
  }
  if (outcome === 'equivalent') return { agreement: 'equivalent', findings: [], statistics }
  const inconclusive: Found = {
    rule: 'evaluation/inconclusive',
    message: `${plural(discordance.samples, 'sample')} cannot tell whether accuracy stays within ±${margin}: the 90 % interval of its difference is ${low.toFixed(4)} to ${high.toFixed(4)}`,
    field: 'evaluation.predictions',
  }
  return { agreement: 'inconclusive', findings: [inconclusive], statistics }
}
