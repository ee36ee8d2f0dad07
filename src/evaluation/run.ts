import type { EngineContext } from '../engine/engine.js'
import { parseMetrics } from '../results/metrics/parse.js'
import type { SuiteRun } from '../results/suites/suite.js'
import { quoted } from '../results/words.js'
import { ReprogateError } from '../system/errors.js'
import { grouped, plural } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'
import { readableMounts } from './mounts.js'
import type { PredictionsFile } from './outputs.js'
import { replay, type Replay } from './replay.js'
import type { ReplayRequest } from './request.js'
import { sandboxUser } from './sandbox.js'
import { MAX_ENTRIES } from './size.js'
import { GIB, type Stop } from './supervise.js'

/** What one successful run of the evaluation gave. */
export interface RunOutcome {
  /** By name, nested names with dots; empty if no metrics file is asked for. */
  metrics: Record<string, number>
  /** The file that they were in, relative to the workspace. */
  metricsFile?: string | undefined
  predictions?: PredictionsFile | undefined
  suite?: SuiteRun | undefined
  seconds: number
}

/** Why a run gave nothing to compare. */
export interface RunFailure {
  finding: Found
  /** For the stage's line: `failed: exit code 1`. */
  summary: string
  seconds: number
  exitCode: number
  tail: string[]
}

/**
 * One replay and its results, for `reprogate record`.
 *
 * @throws ReprogateError with the id of the rule that a check would report: `evaluation/image-uncovered`,
 *   `evaluation/failed`, `evaluation/timeout`, `evaluation/output-unusable`
 */
export async function runOnce(context: EngineContext, request: ReplayRequest): Promise<RunOutcome> {
  const open = uncoveredFinding(request)
  if (open) throw asError(open)
  const mounts = await readableMounts(context, request.mounts, sandboxUser())
  const outcome = await runAndRead(context, { ...request, mounts })
  if (!('finding' in outcome)) return outcome
  throw asError(outcome.finding)
}

const asError = ({ rule, message, remedy }: Found): ReprogateError =>
  new ReprogateError(rule, message, remedy)

/** That something in the image is not compared and cannot be covered: then nothing is run. */
export function uncoveredFinding({ covers }: Pick<ReplayRequest, 'covers'>): Found | undefined {
  const [first] = covers?.open ?? []
  if (first === undefined) return undefined
  return {
    rule: 'evaluation/image-uncovered',
    message: `the image has ${first}, which is not compared and cannot be kept from the evaluation`,
    field: 'environment.dockerfile',
  }
}

/** One replay and its results, read; or why there are none. The sandbox must be able to read the mounts. */
export async function runAndRead(
  context: EngineContext,
  request: ReplayRequest,
): Promise<RunOutcome | RunFailure> {
  const run = await replay(context, request)
  const { seconds, exitCode, tail } = run
  const failure = failureOf(run, request)
  if (failure) return { ...failure, seconds, exitCode, tail }
  const outcome = outcomeOf(run)
  return 'problem' in outcome
    ? { ...unusable(outcome.problem, request), seconds, exitCode, tail }
    : { ...outcome, seconds }
}

/** As it is called in messages. */
const nameOf = ({ of = 'evaluation' }: Pick<ReplayRequest, 'of'>): string => of

type Failure = Pick<RunFailure, 'finding' | 'summary'>

/** Why a run did not come to a good end; undefined if it did. */
function failureOf(run: Replay, request: ReplayRequest): Failure | undefined {
  if (run.stopped) return stoppedBy(run.stopped, run, request)
  if (run.startError !== undefined) {
    const message = `the ${nameOf(request)} could not be started: ${quoted(run.startError)}`
    return failed(message, 'could not be started', run)
  }
  if (run.exitCode === 0) return undefined
  const last = lastWords(run)
  const message = `the ${nameOf(request)} ended with exit code ${run.exitCode}`
  return failed(
    last === undefined ? message : `${message}: ${quoted(last)}`,
    `failed: exit code ${run.exitCode}`,
    run,
  )
}

const failed = (message: string, summary: string, { exitCode }: Replay): Failure => ({
  finding: { rule: 'evaluation/failed', message, field: 'evaluation', actual: `exit code ${exitCode}` },
  summary,
})

/** The last line that says something. The sandbox's init names itself before what it has to say. */
const lastWords = ({ lastError, tail }: Replay): string | undefined =>
  lastError?.replace(/^\[FATAL tini \(\d+\)\] /, '') ?? tail.findLast((line) => line.trim() !== '')?.trim()

const gib = (bytes: number): string => `${Number((bytes / GIB).toFixed(2))} GiB`

/** What is said of each limit: the sentence, the summary, and the policy's name for it. */
const STOPS: Record<Stop, (run: Replay, request: ReplayRequest) => [string, string, string]> = {
  time: (_, request) => [
    `was stopped after ${plural(request.limits.evaluation, 'minute')}`,
    'out of time',
    nameOf(request),
  ],
  memory: ({ memory }) => [`needed more than ${gib(memory)} of memory`, 'out of memory', 'memory'],
  output: (_, { limits: { output } }) => [
    `wrote more than ${output} GiB or ${grouped(MAX_ENTRIES)} files`,
    'wrote too much',
    'output',
  ],
}

function stoppedBy(stop: Stop, run: Replay, request: ReplayRequest): Failure {
  const [what, summary, limit] = STOPS[stop](run, request)
  return {
    finding: {
      rule: 'evaluation/timeout',
      message: `the ${nameOf(request)} ${what}`,
      field: 'evaluation',
      remedy: `Make the ${nameOf(request)} smaller, or raise \`limits.${limit}\` in the policy.`,
    },
    summary,
  }
}

const unusable = (problem: string, request: ReplayRequest): Failure => ({
  finding: {
    rule: 'evaluation/output-unusable',
    message: `the ${nameOf(request)}'s output cannot be used: ${problem}`,
    field: 'evaluation',
  },
  summary: 'no usable output',
})

function outcomeOf({
  metrics,
  predictions,
  suite,
}: Replay): Omit<RunOutcome, 'seconds'> | { problem: string } {
  if (metrics && !metrics.ok) return metrics
  if (predictions && !predictions.ok) return predictions
  const parsed = metrics && parseMetrics(metrics.value.bytes, metrics.value.path)
  if (parsed && 'problem' in parsed)
    return { problem: `${quoted(metrics?.value.path ?? '')} ${parsed.problem}` }
  const metricsFile = metrics?.value.path
  return {
    metricsFile,
    metrics: Object.fromEntries(parsed?.values ?? []),
    predictions: predictions?.value,
    ...(suite && { suite }),
  }
}
