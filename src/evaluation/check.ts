import type { EngineContext } from '../engine/engine.js'
import { agree } from '../results/agreement.js'
import { differs, gradeOf, sameValues } from '../results/comparison.js'
import { comparable } from '../results/metrics/volatile.js'
import { agreementSummary } from '../results/summary.js'
import { during } from '../system/context.js'
import type { Agreement, EvaluationEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import { againstEachOther, againstRecord, hasMetrics, hasPredictions } from './compare.js'
import { readableMounts } from './mounts.js'
import { recomputedReplay } from './recomputed.js'
import type { EvaluationRequest } from './request.js'
import { runAndRead, uncoveredFinding, type RunFailure, type RunOutcome } from './run.js'
import { sandboxUser } from './sandbox.js'

export interface EvaluationResult {
  findings: Found[]
  /** null: nothing that counts was compared. */
  agreement: Agreement | null
  evidence: EvaluationEvidence
  /** For the stage's line, without the agreement. */
  summary: string
  /** What a search for a cause starts from, if something was run. */
  replayed?: Replayed | undefined
}

/** The two replays, as they were made. */
export interface Replayed {
  /** With mounts that the sandbox can read. */
  request: EvaluationRequest
  /** Or why it gave no result. */
  outcome: RunOutcome | RunFailure
  /** Whether the second agreed with it. */
  steady: boolean
  /** The second, if both gave a result. */
  second?: RunOutcome | undefined
}

/**
 * Replays the evaluation twice, each time on a fresh export, and compares the results with the record.
 * If nothing is recorded nothing is run, and there is no agreement.
 */
export async function checkEvaluation(
  context: EngineContext,
  request: EvaluationRequest,
): Promise<EvaluationResult> {
  const evidence: EvaluationEvidence = { command: [...request.command], metrics: [], replays: [] }
  const idle = whyNotRun(request) ?? uncovered(request)
  if (idle) return { ...idle, agreement: null, evidence }
  const { seconds, outcomes, failure, request: run } = await replayTwice(context, request)
  evidence.replays = seconds
  if (failure) {
    const { finding, exitCode, tail } = failure
    const summary = failure.summary + (seconds.length === 2 ? ', the second time' : '')
    return {
      findings: [finding],
      agreement: null,
      evidence: { ...evidence, exitCode, tail },
      summary,
      replayed: { request: run, outcome: failure, steady: seconds.length === 1 },
    }
  }
  const [first, second] = outcomes as [RunOutcome, RunOutcome]
  const recorded = await againstRecord(request, first)
  const controls = await againstEachOther(request, first, second)
  const { truth, margin } = request.predictions ?? {}
  const recomputed = await recomputedReplay(request, first, context.signal)
  const rowsKept = request.recorded.predictions?.file !== undefined
  const result = agree({ recorded, controls, rowsKept, margin: truth === undefined ? undefined : margin })
  const { predictions } = recorded
  const deterministic = sameValues(controls)
  return {
    findings: [...result.findings, ...(recomputed?.findings ?? [])],
    agreement: result.agreement,
    evidence: {
      ...evidence,
      exitCode: 0,
      metrics: [...recorded.metrics],
      predictions: predictions && { ...predictions.comparison, statistics: result.statistics },
      deterministic,
      recomputed: recomputed?.evidence,
      controls: deterministic ? undefined : controls.predictions?.comparison,
    },
    summary: agreementSummary(result, { recorded, controls }),
    replayed: { request: run, outcome: first, steady: !differs(gradeOf(controls)), second },
  }
}

/** Why there would be nothing to compare; undefined if there is something. */
function whyNotRun({
  recorded,
  metrics,
  predictions,
}: EvaluationRequest): Pick<EvaluationResult, 'findings' | 'summary'> | undefined {
  if (!hasMetrics(recorded) && !hasPredictions(recorded))
    return { findings: [], summary: 'the record has no metrics and no predictions to compare with' }
  if (hasMetrics(recorded) && metrics === undefined)
    return unwritten('metrics', 'Set `evaluation.metrics` in the policy.')
  if (hasPredictions(recorded) && predictions === undefined)
    return unwritten('predictions', 'Set `evaluation.predictions.path` in the policy.')
  return undefined
}

/** Why nothing may be run in the image. */
function uncovered(request: EvaluationRequest): Pick<EvaluationResult, 'findings' | 'summary'> | undefined {
  const finding = uncoveredFinding(request)
  if (finding === undefined) return undefined
  return { findings: [finding], summary: 'not replayed: something in the image was not compared' }
}

const unwritten = (what: string, remedy: string): Pick<EvaluationResult, 'findings' | 'summary'> => ({
  findings: [
    {
      rule: 'evaluation/output-unusable',
      message: `the record has ${what}, but nothing says into which file the evaluation writes them`,
      field: `evaluation.${what}`,
      remedy,
    },
  ],
  summary: `no file of ${what} to compare`,
})

interface Replays {
  /** Of each replay, also of one that failed. */
  seconds: number[]
  outcomes: RunOutcome[]
  /** As it was run. */
  request: EvaluationRequest
  failure?: RunFailure | undefined
}

/** Runs the evaluation twice; a run that fails is the last. */
async function replayTwice(context: EngineContext, request: EvaluationRequest): Promise<Replays> {
  const mounts = await readableMounts(context, request.mounts, sandboxUser())
  // A metrics file that nobody asks for need not be there.
  const run = { ...request, mounts, metrics: hasMetrics(request.recorded) ? request.metrics : undefined }
  const replays: Replays = { seconds: [], outcomes: [], request: run }
  for (const turn of [1, 2]) {
    const outcome = await during(context, `Replay ${turn} of 2`, () => runAndRead(context, run))
    replays.seconds.push(outcome.seconds)
    if ('finding' in outcome) return { ...replays, failure: outcome }
    // What only measures the machine is compared if the record has it, and only then.
    const metrics = comparable(outcome.metrics, request.recorded.metrics)
    replays.outcomes.push({ ...outcome, metrics })
  }
  return replays
}
