import type { EngineContext } from '../engine/engine.js'
import { agree, type AgreementResult } from '../results/agreement.js'
import { differs, gradeOf, sameValues, type ResultsComparison } from '../results/comparison.js'
import type { AgreementPieces } from '../results/findings.js'
import { atLeast } from '../results/grades.js'
import { thresholdFindings } from '../results/metrics/thresholds.js'
import { comparable } from '../results/metrics/volatile.js'
import { judgeSuite, type JudgedSuite } from '../results/suites/judge.js'
import { suiteSummary } from '../results/suites/summary.js'
import { agreementSummary } from '../results/summary.js'
import { ENVELOPE, withEnvelopes, type Tolerances } from '../results/tolerance.js'
import { during } from '../system/context.js'
import type { Agreement, EvaluationEvidence, MetricComparison } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import { agrees } from '../verdict/verdict.js'
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
 * Replays the evaluation, twice or as often as the policy says, each time on a fresh export, and compares the results with the record.
 * If nothing is recorded nothing is run, and there is no agreement.
 */
export async function checkEvaluation(
  context: EngineContext,
  request: EvaluationRequest,
): Promise<EvaluationResult> {
  const evidence: EvaluationEvidence = { command: [...request.command], metrics: [], replays: [] }
  const idle = whyNotRun(request) ?? uncovered(request)
  if (idle) return { ...idle, agreement: null, evidence }
  const { seconds, outcomes, failure, request: run } = await replayAll(context, request)
  evidence.replays = seconds
  if (failure) {
    const { finding, exitCode, tail } = failure
    const summary =
      failure.summary + (seconds.length > 1 ? `, the ${seconds.length === 2 ? 'second' : 'last'} time` : '')
    return {
      findings: [finding],
      agreement: null,
      evidence: { ...evidence, exitCode, tail },
      summary,
      replayed: { request: run, outcome: failure, steady: seconds.length === 1 },
    }
  }
  const [first] = outcomes as [RunOutcome, RunOutcome]
  const measured = { ...request, tolerance: await measuredTolerance(context, run, outcomes) }
  const against = await againstRecord(measured, first)
  const { controls, second } = await controlsOf(measured, outcomes)
  const suite = suiteOf(request, outcomes, against.metrics)
  const recorded = { ...against, metrics: suite?.metrics ?? against.metrics }
  const { truth, margin } = request.predictions ?? {}
  const recomputed = await recomputedReplay(request, first, context.signal)
  const rowsKept = request.recorded.predictions?.file !== undefined
  const pieces = { recorded, controls, rowsKept, margin: truth === undefined ? undefined : margin }
  const result = withSuite(
    agree(suite?.metrics ? { ...pieces, controls: { ...controls, metrics: [] } } : pieces),
    suite,
  )
  const { predictions } = recorded
  const deterministic = sameValues(controls)
  return {
    findings: [
      ...result.findings,
      ...(recomputed?.findings ?? []),
      ...replayedThresholds(request, first.metrics),
    ],
    agreement: result.agreement,
    evidence: {
      ...evidence,
      exitCode: 0,
      metrics: [...recorded.metrics],
      predictions: predictions && { ...predictions.comparison, statistics: result.statistics },
      deterministic,
      recomputed: recomputed?.evidence,
      ...(suite && { suite: suite.evidence }),
      controls: deterministic ? undefined : controls.predictions?.comparison,
    },
    summary: summaryOf(result, { recorded, controls, suite }),
    replayed: { request: run, outcome: first, steady: !differs(gradeOf(controls)), second },
  }
}

/** What decided it: the noise of a suite's runs or its prompts, or else what was compared. */
const summaryOf = (
  result: AgreementResult,
  { suite, ...compared }: Pick<AgreementPieces, 'recorded' | 'controls'> & { suite: JudgedSuite | undefined },
): string =>
  suite && (suite.metrics || !suite.comparable)
    ? suiteSummary(suite.evidence, result)
    : agreementSummary(result, compared)

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

/** Runs the evaluation as often as the policy says; a run that fails is the last. */
async function replayAll(context: EngineContext, request: EvaluationRequest): Promise<Replays> {
  const mounts = await readableMounts(context, request.mounts, sandboxUser())
  // A metrics file that nobody asks for need not be there.
  const run = { ...request, mounts, metrics: hasMetrics(request.recorded) ? request.metrics : undefined }
  const replays: Replays = { seconds: [], outcomes: [], request: run }
  const turns = request.runs ?? TWICE
  for (let turn = 1; turn <= turns; turn++) {
    const outcome = await during(context, `Replay ${turn} of ${turns}`, () => runAndRead(context, run))
    replays.seconds.push(outcome.seconds)
    if ('finding' in outcome) return { ...replays, failure: outcome }
    // What only measures the machine is compared if the record has it, and only then.
    const metrics = comparable(outcome.metrics, request.recorded.metrics)
    replays.outcomes.push({ ...outcome, metrics })
  }
  return replays
}

const TWICE = 2

/** Envelopes are measured in the pinned image: by the replays made, or by as many in it if it is another. */
async function measuredTolerance(
  context: EngineContext,
  run: EvaluationRequest,
  outcomes: readonly RunOutcome[],
): Promise<Tolerances> {
  const { tolerance, pinned } = run
  if (!Object.values(tolerance).includes(ENVELOPE)) return tolerance
  if (pinned === undefined)
    return withEnvelopes(
      tolerance,
      outcomes.map(({ metrics }) => metrics),
    )
  const ran: RunOutcome['metrics'][] = []
  for (const turn of outcomes.keys()) {
    const outcome = await during(
      context,
      `Replay ${turn + 1} of ${outcomes.length} in the pinned image`,
      () => runAndRead(context, { ...run, image: pinned }),
    )
    // Of an environment in which it fails there is no envelope.
    if ('finding' in outcome) return withEnvelopes(tolerance, [])
    ran.push(outcome.metrics)
  }
  return withEnvelopes(tolerance, ran)
}

/** The first replay against the one that differs most from it, or else against the second. */
async function controlsOf(
  request: EvaluationRequest,
  outcomes: readonly RunOutcome[],
): Promise<{ controls: ResultsComparison; second: RunOutcome }> {
  const [first, second, ...others] = outcomes as [RunOutcome, RunOutcome, ...RunOutcome[]]
  let worst = { controls: await againstEachOther(request, first, second), second }
  for (const other of others) {
    const controls = await againstEachOther(request, first, other)
    if (!atLeast(gradeOf(controls), gradeOf(worst.controls))) worst = { controls, second: other }
  }
  return worst
}

/** What the runs of a suite say; undefined if the evaluation is none. */
function suiteOf(
  { recorded, runs, alpha }: EvaluationRequest,
  outcomes: readonly RunOutcome[],
  metrics: readonly MetricComparison[],
): JudgedSuite | undefined {
  const suites = outcomes.flatMap(({ suite }) => suite ?? [])
  if (suites.length < outcomes.length) return undefined
  const level = runs === undefined ? undefined : alpha
  return judgeSuite({ recorded: recorded.suite, runs: suites, metrics, alpha: level })
}

/** A replay that was asked something else is no replay of the record. */
function withSuite(result: AgreementResult, suite: JudgedSuite | undefined): AgreementResult {
  if (!suite) return result
  if (!suite.comparable) return { ...result, agreement: 'not-comparable', findings: suite.findings }
  const agreement = suite.findings.length > 0 && agrees(result.agreement) ? 'different' : result.agreement
  return { ...result, agreement, findings: [...result.findings, ...suite.findings] }
}

/** A record that misses its threshold was told of already. */
const replayedThresholds = (
  { recorded, thresholds = {} }: EvaluationRequest,
  metrics: Readonly<Record<string, number>>,
): Found[] =>
  thresholdFindings(thresholds, recorded.metrics, 'recorded').length > 0
    ? []
    : thresholdFindings(thresholds, metrics, 'replayed')
