import { posix } from 'node:path'
import type { EngineContext } from '../engine/engine.js'
import type { Replayed } from '../evaluation/check.js'
import { STANDARD } from '../evaluation/conditions.js'
import type { EvaluationRequest } from '../evaluation/request.js'
import { trainAgain, type TrainedAgain } from '../evaluation/training.js'
import type { Concealed } from '../system/answers.js'
import { ReprogateError } from '../system/errors.js'
import { duration, plural } from '../text/numbers.js'
import { causeWords, factorText, type CauseWords } from '../verdict/cause.js'
import type { CauseEvidence, TrainingEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import { trainingWords } from '../verdict/training.js'
import { searchCause } from './cause.js'
import { OutOfTime } from './deadline.js'
import { exportWithoutAnswers } from './export.js'
import type { Products } from './stage.js'
import type { Subject } from './subject.js'

/** What came of training the model again. */
export interface TrainingResult {
  findings: Found[]
  evidence: TrainingEvidence
}

/**
 * Trains the model again if the policy or the command line asks for it.
 *
 * @returns undefined if nobody asks
 */
export async function trained(
  context: EngineContext,
  subject: Subject,
  products: Products,
  replayed: Replayed | undefined,
): Promise<TrainingResult | undefined> {
  const not = whyNotTrained(subject)
  if (not === null) return undefined
  if (not !== undefined) return untrained(not)
  try {
    const request = requestOf(context, subject, products, replayed)
    const again = await trainAgain(context, request)
    const cause =
      again.replayed && (again.outcome === 'differs' || again.outcome === 'nondeterministic')
        ? await searchCause(context, subject, products, { replayed: again.replayed, of: 'training' })
        : undefined
    const { outcome, replays, spread, why: failed } = again
    return {
      findings: findingsOf(again, cause),
      evidence: {
        ...{ outcome, replays },
        ...(failed !== undefined && { why: failed }),
        ...(spread && { spread }),
        ...(cause && { cause }),
      },
    }
  } catch (error) {
    if (!(error instanceof ReprogateError) && !(error instanceof OutOfTime)) throw error
    if (error instanceof ReprogateError && error.code === 'check/cancelled') throw error
    const evidence: TrainingEvidence = { outcome: 'failed', why: error.message, replays: [] }
    return { findings: findingsOf(evidence, undefined), evidence }
  }
}

/** Why it is not trained, as a clause. */
export interface Untrained {
  why: string
  /** The record lacks what the policy asks for: that is a finding. */
  lacks?: string | undefined
}

const untrained = ({ why, lacks }: Untrained): TrainingResult => ({
  findings: lacks === undefined ? [] : [{ rule: 'training/not-run', message: why, field: lacks }],
  evidence: { outcome: 'not-run', why, replays: [] },
})

/** @returns undefined: it is trained; null: nobody asks for it */
export function whyNotTrained({
  plan,
  claims,
  training = {},
}: Pick<Subject, 'plan' | 'claims' | 'training'>): Untrained | undefined | null {
  const { replay, command, model } = plan.training
  const { asked = false, scheduled = false } = training
  if (!asked && replay === 'never') return null
  if (!asked && replay === 'scheduled' && !scheduled)
    return { why: 'the policy has it done on a schedule or by hand' }
  if (command === undefined) return { why: 'nothing says how the model is trained', lacks: 'run.command' }
  if (model === undefined || claims.record?.model?.digest === undefined)
    return { why: 'the record has no path and digest of the model', lacks: 'model.digest' }
  if (usesSeed(command) && recordedSeed({ claims }) === undefined)
    return { why: 'the record has no seed for `{seed}` of the training command', lacks: 'seeds' }
  return asked || replay === 'scheduled' ? undefined : tooLong({ plan, claims })
}

/** A record can say less than is true: the limit ends the training then. */
function tooLong({ plan, claims }: Pick<Subject, 'plan' | 'claims'>): Untrained | undefined {
  const took = claims.record?.run?.seconds
  const { training } = plan.limits
  if (took === undefined)
    return { why: 'the record does not say how long the training took', lacks: 'run.seconds' }
  if (took <= training * 60) return undefined
  return { why: `the run took ${duration(took)}, and \`limits.training\` is ${plural(training, 'minute')}` }
}

const SEED = '{seed}'
const usesSeed = (command: readonly string[]): boolean => command.some((part) => part.includes(SEED))

/** That of the training if one is so called, else the first. */
export function recordedSeed({ claims }: Pick<Subject, 'claims'>): number | undefined {
  const seeds = claims.record?.seeds ?? {}
  return [seeds['train'], seeds['training'], seeds['init'], ...Object.values(seeds)].find(
    (seed) => typeof seed === 'number',
  )
}

function requestOf(
  context: EngineContext,
  subject: Subject,
  { image = '', covers, mounts = [], answers = subject.plan.answers }: Products,
  replayed: Replayed | undefined,
): Parameters<typeof trainAgain>[1] {
  const { plan, claims, tree, training = {} } = subject
  const { command = [], model = '', seed } = plan.training
  const digest = claims.record?.model?.digest
  const hide = withoutModel(answers, model, digest)
  const request: EvaluationRequest = {
    of: 'training',
    image,
    covers,
    prepare: async () => (await exportWithoutAnswers(context, tree.commit, hide)).folder,
    mounts: mounts.filter(({ target }) => !isAt(target, model)),
    hide,
    command,
    predictions: { path: model },
    limits: { ...plan.limits, evaluation: plan.limits.training },
    recorded: { metrics: {}, predictions: { digest } },
    tolerance: {},
  }
  // An evaluation that reads the recorded model at another path must not find it there.
  const places = [
    ...new Set([model, claims.record?.model?.path ?? model].map((path) => posix.normalize(path))),
  ]
  const recorded = recordedSeed(subject)
  const takesSeed = seed !== undefined || usesSeed(command)
  const seeded = (value: number) => withSeed(request, value, seed?.env)
  return {
    training: recorded === undefined || !takesSeed ? request : seeded(recorded),
    evaluate: replayed && ((file) => withModel(replayed.request, places, file)),
    seeded: takesSeed ? seeded : undefined,
    seeds: Array.from({ length: training.seeds ?? 0 }, (_, index) => index + 1),
  }
}

/** The command with the seed in its place, and the variable set. */
const withSeed = (
  request: EvaluationRequest,
  seed: number,
  variable: string | undefined,
): EvaluationRequest => ({
  ...request,
  command: request.command.map((part) => part.replaceAll(SEED, String(seed))),
  ...(variable !== undefined && {
    conditions: { ...STANDARD, env: { ...STANDARD.env, [variable]: String(seed) } },
  }),
})

const isAt = (target: string, model: string): boolean => posix.normalize(target) === posix.normalize(model)

/** The training never sees the model that it is to give, by path or by content. */
const withoutModel = (answers: Concealed, model: string, digest: string | undefined): Concealed => ({
  ...answers,
  paths: [...answers.paths, model],
  digests: [...answers.digests, ...(digest === undefined ? [] : [digest])],
})

/** The evaluation with the model of that file in the recorded one's place. */
const withModel = (
  request: EvaluationRequest,
  places: readonly string[],
  source: string,
): EvaluationRequest => ({
  ...request,
  mounts: [
    ...request.mounts.filter(({ target }) => !places.some((place) => isAt(target, place))),
    ...places.map((target) => ({ source, target })),
  ],
})

const RULE = {
  failed: 'training/failed',
  differs: 'training/model-differs',
  nondeterministic: 'training/nondeterministic',
} as const

function findingsOf(
  trained: Pick<TrainedAgain, 'outcome' | 'why' | 'replays'>,
  cause: CauseEvidence | undefined,
): Found[] {
  const { outcome } = trained
  if (!(outcome in RULE)) return []
  const words = cause && wordsOf(cause)
  return [
    {
      rule: RULE[outcome as keyof typeof RULE],
      message: [trainingWords(trained), ...(words ? [words.cause] : [])].join('; '),
      field: 'model.digest',
      remedy: words?.fix,
    },
  ]
}

/** As for results, but of a model that was trained from an input of the previous record. */
function wordsOf(cause: CauseEvidence): Pick<CauseWords, 'cause' | 'fix'> {
  if (cause.shown !== 'input') return causeWords(cause)
  const names = cause.factors.map(factorText).join(' and ')
  return {
    cause: `with ${names} of the previous record it gives the recorded model`,
    fix: `Train the model again from what is there now, and record the run again.`,
  }
}
