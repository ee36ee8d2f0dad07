import type { Context, Found } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import type { Tolerance } from '../policy/schema.js'
import type { Agreement, EvaluationEvidence } from '../verdict/report.js'
import { RULES } from '../verdict/rules.js'
import { agree, sameValues, type AgreementResult, type Comparison } from '../results/agreement.js'
import { compareMetrics, parseMetrics } from '../results/metrics.js'
import type { PredictionsFile } from './outputs.js'
import {
  comparePredictions,
  identical,
  notComparable,
  type PredictionResult,
} from '../results/predictions.js'
import { replay, type Replay, type ReplayEngine, type ReplayRequest } from './replay.js'
import { count, movement, shortNumber } from '../results/words.js'

/** What one successful run of the evaluation gave. */
export interface RunOutcome {
  /** By name, nested names with dots; empty where no metrics file is asked for. */
  metrics: Record<string, number>
  predictions?: PredictionsFile
  seconds: number
}

/** Why a run gave nothing to compare. */
interface RunFailure {
  finding: Pick<Found, 'rule' | 'message' | 'actual' | 'remedy'>
  /** For the stage's line: `failed: exit code 1`. */
  summary: string
  seconds: number
  exitCode: number
  tail: string[]
}

export interface RecordedResults {
  metrics: Record<string, number>
  /** `file`: absolute path, its bytes checked against `digest` before. */
  predictions?:
    { file?: string | undefined; digest?: string | undefined; rows?: number | undefined } | undefined
}

export interface EvaluationRequest extends ReplayRequest {
  recorded: RecordedResults
  tolerance: Readonly<Record<string, Tolerance>>
  locate: (field: string) => { file: string; line?: number }
}

export interface EvaluationResult {
  findings: Found[]
  /** null: nothing was compared. */
  agreement: Agreement | null
  evidence: EvaluationEvidence
  summary: string
}

/**
 * Replays the evaluation twice, each time on a fresh export, and compares the results with the record.
 * Without anything recorded nothing is run, and there is no agreement.
 */
export async function checkEvaluation(
  context: Context,
  engine: ReplayEngine,
  request: EvaluationRequest,
): Promise<EvaluationResult> {
  const { recorded } = request
  const evidence: EvaluationEvidence = { command: [...request.command], metrics: [], replays: [] }
  const expects = {
    metrics: Object.keys(recorded.metrics).length > 0,
    predictions: recorded.predictions?.file !== undefined || recorded.predictions?.digest !== undefined,
  }
  const none = (summary: string, finding?: Pick<Found, 'rule' | 'message'>): EvaluationResult => ({
    findings: finding ? [{ ...request.locate('evaluation'), ...finding }] : [],
    agreement: null,
    evidence,
    summary,
  })
  if (!expects.metrics && !expects.predictions) return none('nothing recorded to compare with')
  for (const [what, expected, written] of [
    ['metrics', expects.metrics, request.metrics],
    ['predictions', expects.predictions, request.predictions],
  ] as const) {
    if (expected && written === undefined)
      return none(`no file of ${what} to compare`, {
        rule: 'evaluation/output-unusable',
        message: `The record has ${what}, and nothing says into which file the evaluation writes them`,
      })
  }

  // A metrics file that nobody asks for need not be there.
  const run = { ...request, metrics: expects.metrics ? request.metrics : undefined }
  const outcomes: RunOutcome[] = []
  for (const turn of [1, 2]) {
    context.progress.start(`Replay ${turn} of 2`)
    const outcome = await attempt(context, engine, run).finally(() => context.progress.end())
    evidence.replays.push(outcome.seconds)
    if ('finding' in outcome) {
      evidence.exitCode = outcome.exitCode
      evidence.tail = outcome.tail
      return none(outcome.summary + (turn === 2 ? ', the second time' : ''), outcome.finding)
    }
    outcomes.push(outcome)
  }
  evidence.exitCode = 0
  const [first, second] = outcomes as [RunOutcome, RunOutcome]

  const options = { ...request.predictions, tolerance: request.tolerance }
  const against = await againstRecord(recorded, first, options, request.tolerance)
  const controls: Comparison = {
    metrics: compareMetrics(first.metrics, second.metrics, request.tolerance),
    ...(first.predictions &&
      second.predictions && {
        predictions:
          first.predictions.digest === second.predictions.digest
            ? identical(first.predictions.rows)
            : await comparePredictions(first.predictions.file, second.predictions.file, options),
      }),
  }
  const result = agree({
    recorded: against,
    controls,
    rowsKept: recorded.predictions?.file !== undefined,
    margin: request.predictions?.truth === undefined ? undefined : request.predictions.margin,
    locate: request.locate,
  })

  evidence.metrics = [...against.metrics]
  evidence.deterministic = sameValues(controls)
  if (against.predictions)
    evidence.predictions = {
      ...against.predictions.comparison,
      ...(result.statistics && { statistics: result.statistics }),
    }
  if (controls.predictions && !evidence.deterministic) evidence.controls = controls.predictions.comparison
  return {
    findings: result.findings,
    agreement: result.agreement,
    evidence,
    summary: summaryOf(result, against, controls),
  }
}

async function againstRecord(
  { metrics, predictions }: RecordedResults,
  first: RunOutcome,
  options: Parameters<typeof comparePredictions>[2],
  tolerance: EvaluationRequest['tolerance'],
): Promise<Comparison> {
  return {
    metrics: Object.keys(metrics).length === 0 ? [] : compareMetrics(metrics, first.metrics, tolerance),
    ...(first.predictions &&
      (predictions?.file !== undefined || predictions?.digest !== undefined) && {
        predictions: await predictionsAgainst(predictions, first.predictions, options),
      }),
  }
}

async function predictionsAgainst(
  recorded: NonNullable<RecordedResults['predictions']>,
  replayed: PredictionsFile,
  options: Parameters<typeof comparePredictions>[2],
): Promise<PredictionResult> {
  if (recorded.digest === replayed.digest || recorded.digest === replayed.md5)
    return replayed.rows === 0 ? notComparable(0, 'no rows') : identical(replayed.rows)
  if (recorded.file !== undefined) return comparePredictions(recorded.file, replayed.file, options)
  return { grade: 'different', comparison: { rows: replayed.rows, flips: 0, moved: 0, first: [] } }
}

/**
 * One replay and its results, for `reprogate record`.
 *
 * @throws ReprogateError with the id of the rule that a check would report: `evaluation/failed`,
 *   `evaluation/timeout`, `evaluation/output-unusable`
 */
export async function runOnce(
  context: Context,
  engine: ReplayEngine,
  request: ReplayRequest,
): Promise<RunOutcome> {
  const outcome = await attempt(context, engine, request)
  if (!('finding' in outcome)) return outcome
  const { rule, message, remedy } = outcome.finding
  throw new ReprogateError(rule, message, remedy ?? RULES[rule].remedy)
}

/** One replay and its results, read; or why there are none. */
async function attempt(
  context: Context,
  engine: ReplayEngine,
  request: ReplayRequest,
): Promise<RunOutcome | RunFailure> {
  const run = await replay(context, engine, request)
  const { seconds, exitCode, tail } = run
  const failure = (finding: RunFailure['finding'], summary: string): RunFailure => ({
    finding,
    summary,
    seconds,
    exitCode,
    tail,
  })
  if (run.stopped) return failure(...stoppedBy(run, request))
  // The sandbox's init names itself before what it has to say.
  const last =
    run.lastError?.replace(/^\[FATAL tini \(\d+\)\] /, '') ??
    tail.findLast((line) => line.trim() !== '')?.trim()
  if (run.startError !== undefined || exitCode !== 0) {
    const why = run.startError ?? last
    const message =
      run.startError !== undefined
        ? 'The evaluation could not be started'
        : `The evaluation ended with exit code ${exitCode}`
    return failure(
      {
        rule: 'evaluation/failed',
        message: why === undefined ? message : `${message}: \`${why.replaceAll('`', "'")}\``,
        actual: `exit code ${exitCode}`,
      },
      run.startError !== undefined ? 'could not be started' : `failed: exit code ${exitCode}`,
    )
  }

  const unusable = (problem: string) =>
    failure(
      { rule: 'evaluation/output-unusable', message: `The evaluation's output cannot be used: ${problem}` },
      'no usable output',
    )
  if (run.metrics && !run.metrics.ok) return unusable(run.metrics.problem)
  if (run.predictions && !run.predictions.ok) return unusable(run.predictions.problem)
  const metrics = run.metrics && parseMetrics(run.metrics.value)
  if (metrics && 'problem' in metrics) return unusable(`\`${request.metrics}\` ${metrics.problem}`)
  return {
    metrics: Object.fromEntries(metrics?.values ?? []),
    ...(run.predictions && { predictions: run.predictions.value }),
    seconds,
  }
}

function stoppedBy(run: Replay, { limits }: ReplayRequest): [RunFailure['finding'], string] {
  const gib = (bytes: number) => `${Number((bytes / 1024 ** 3).toFixed(2))} GiB`
  const said = {
    time: [`was stopped after ${count(limits.evaluation, 'minute')}`, 'out of time', 'limits.evaluation'],
    memory: [`needed more than ${gib(run.memory)} of memory`, 'out of memory', 'limits.memory'],
    output: [`wrote more than ${limits.output} GiB or 500,000 files`, 'wrote too much', 'limits.output'],
  } as const
  const [message, summary, limit] = said[run.stopped!]
  return [
    {
      rule: 'evaluation/timeout',
      message: `The evaluation ${message}`,
      remedy: `Make it smaller, or raise \`${limit}\` in the policy.`,
    },
    summary,
  ]
}

/** `different: 4 of 1,797 predictions flipped, the same way twice` */
function summaryOf(
  { agreement, statistics, findings }: AgreementResult,
  recorded: Comparison,
  controls: Comparison,
): string {
  const { metrics, predictions } = recorded
  const rows = predictions?.comparison
  const off = metrics.filter(({ agrees }) => !agrees).length
  const off_ = off > 0 ? [`${off} of ${count(metrics.length, 'metric')} outside the tolerance`] : []
  const same = sameValues(controls) ? ', the same way twice' : ''
  const all = [
    ...(rows ? [rows.moved > 0 ? movement(rows) : count(rows.rows, 'prediction')] : []),
    ...(metrics.length > 0 ? [count(metrics.length, 'metric')] : []),
  ].join(', ')
  switch (agreement) {
    case 'different':
      return `different: ${(predictions?.grade === 'different' ? [moved(predictions)] : off_).join(', ')}${same}`
    case 'not-comparable':
      return `not-comparable: ${rows?.problem ?? ''}`
    case 'nondeterministic':
    case 'inconclusive':
      return `${agreement}: ${findings[0]?.message ?? ''}`
    case 'equivalent':
      return `equivalent: ${rows ? movement(rows) : ''}, accuracy ${shortNumber(statistics!.difference)}, within ±${statistics!.margin}`
    default:
      return `${agreement}: ${all}; twice`
  }
}

const moved = ({ comparison }: PredictionResult): string =>
  comparison.flips + comparison.moved > 0 ? movement(comparison) : 'the bytes of the predictions differ'
