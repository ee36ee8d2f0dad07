import { grouped } from '../../text/numbers.js'
import type { RecomputedEvidence, RecomputedMetric } from '../../verdict/evidence.js'
import type { Found } from '../../verdict/finding.js'
import { quoted } from '../words.js'
import type { Declarations } from './declared.js'
import { readFrame, TOO_LARGE } from './frame.js'
import { recompute, type PrintedMetric } from './recompute.js'

export interface PredictionsBeside {
  /** The file's path; its ending says what it is. */
  path: string
  /** null: too large to be read. */
  bytes: Buffer | null
  metrics: readonly PrintedMetric[]
  declarations: Declarations
  signal?: AbortSignal | undefined
}

export interface Recomputation {
  findings: Found[]
  evidence: RecomputedEvidence
}

/** Computes metrics again from a file of predictions; what is declared and does not come out is a finding. */
export async function againstPredictions(beside: PredictionsBeside): Promise<Recomputation> {
  const { path, bytes, metrics, declarations, signal } = beside
  const frame = bytes ? await readFrame(path, bytes) : { problem: TOO_LARGE }
  if (!('problem' in frame)) {
    const found = await recompute(frame, metrics, declarations, signal)
    return {
      findings: found.flatMap((metric) => findingOf(metric, path)),
      evidence: { file: path, metrics: found },
    }
  }
  const { problem } = frame
  const missed = Object.entries(declarations).map(([metric, { is }]): RecomputedMetric => ({
    ...{ metric, printed: '', outcome: 'cannot recompute', declared: true, definition: is },
    why: `${path} ${problem}`,
  }))
  return {
    findings: missed.flatMap((metric) => findingOf(metric, path)),
    evidence: { file: path, problem, metrics: missed },
  }
}

function findingOf(found: RecomputedMetric, path: string): Found[] {
  const { metric, printed, outcome, definition, columns = [], rows = 0, value, why } = found
  const field = `evaluation.metrics.${metric}`
  const name = quoted(metric)
  if (outcome === 'differs')
    return [
      {
        rule: 'metrics/not-from-predictions',
        message: `${name} ${printed} is declared as ${definition} of ${columns.map(quoted).join(', ')}; ${grouped(rows)} rows of ${path} give ${value}`,
        field,
        expected: value,
        actual: printed,
      },
    ]
  if (!found.declared || outcome !== 'cannot recompute') return []
  return [
    {
      rule: 'metrics/not-recomputed',
      message: `${name} is declared as ${definition}, and cannot be computed from ${path}: ${why}`,
      field,
    },
  ]
}
