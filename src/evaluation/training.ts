import type { EngineContext } from '../engine/engine.js'
import { differs, gradeOf } from '../results/comparison.js'
import { during } from '../system/context.js'
import type { Spread, TrainingEvidence } from '../verdict/evidence.js'
import { spreadOf } from '../verdict/training.js'
import type { Replayed } from './check.js'
import { againstEachOther, againstRecord } from './compare.js'
import { readableMounts } from './mounts.js'
import type { EvaluationRequest } from './request.js'
import { runAndRead, type RunFailure, type RunOutcome } from './run.js'
import { sandboxUser } from './sandbox.js'

export interface TrainingRequest {
  /** The training; its file of predictions is the model, and the recorded digest that of the model. */
  training: EvaluationRequest
  /** The evaluation of a model that lies in a file of this machine; undefined if nothing is evaluated. */
  evaluate: ((model: string) => EvaluationRequest) | undefined
  /** The training with another seed; none: it takes no seed. */
  seeded: ((seed: number) => EvaluationRequest) | undefined
  /** Other seeds that it is trained with. */
  seeds: readonly number[]
}

export interface TrainedAgain extends Pick<TrainingEvidence, 'outcome' | 'replays' | 'spread' | 'why'> {
  /** What a search for a cause starts from, if something was trained. */
  replayed?: Replayed | undefined
}

/** Trains the model twice, and compares it with the recorded one: by its bytes, then by its results. */
export async function trainAgain(context: EngineContext, request: TrainingRequest): Promise<TrainedAgain> {
  const mounts = await readableMounts(context, request.training.mounts, sandboxUser())
  const training = { ...request.training, mounts }
  const first = await during(context, 'Training 1 of 2', () => runAndRead(context, training))
  if ('finding' in first) return failed(first, [first.seconds])
  const second = await during(context, 'Training 2 of 2', () => runAndRead(context, training))
  const replays = [first.seconds, second.seconds]
  if ('finding' in second) return failed(second, replays)
  const steady = !differs(gradeOf(await againstEachOther(training, first, second)))
  const outcome = await outcomeOf(context, request, [first, second], steady)
  return {
    outcome,
    replays,
    spread: cameOut(outcome) ? await spreadFor(context, request, mounts) : undefined,
    replayed: { request: training, outcome: first, steady, second },
  }
}

const failed = ({ finding }: RunFailure, replays: number[]): TrainedAgain => ({
  outcome: 'failed',
  replays,
  why: finding.message,
})

const cameOut = (outcome: TrainingEvidence['outcome']): boolean => outcome !== 'failed'

async function outcomeOf(
  context: EngineContext,
  { training, evaluate }: TrainingRequest,
  [first, second]: readonly [RunOutcome, RunOutcome],
  steady: boolean,
): Promise<TrainingEvidence['outcome']> {
  const isRecorded = async (one: RunOutcome) => !differs(gradeOf(await againstRecord(training, one)))
  if (steady && (await isRecorded(first))) return 'same-model'
  const different = steady ? 'differs' : 'nondeterministic'
  if (!evaluate) return different
  for (const trained of steady ? [first] : [first, second]) {
    const request = evaluate(trained.predictions!.file)
    const results = await evaluated(context, request)
    if ('finding' in results || differs(gradeOf(await againstRecord(request, results)))) return different
  }
  return 'same-results'
}

const evaluated = (context: EngineContext, request: EvaluationRequest): Promise<RunOutcome | RunFailure> =>
  during(context, 'Evaluate the model that was trained again', async () => {
    const mounts = await readableMounts(context, request.mounts, sandboxUser())
    return runAndRead(context, { ...request, mounts })
  })

/** How much the metrics vary with the seed; a training or an evaluation that fails counts for nothing. */
async function spreadFor(
  context: EngineContext,
  { evaluate, seeded, seeds }: TrainingRequest,
  mounts: EvaluationRequest['mounts'],
): Promise<Spread | undefined> {
  if (!evaluate || !seeded || seeds.length < 2) return undefined
  const runs: { seed: number; metrics: Record<string, number> }[] = []
  for (const seed of seeds) {
    const trained = await during(context, `Training with seed ${seed}`, () =>
      runAndRead(context, { ...seeded(seed), mounts }),
    )
    if ('finding' in trained) continue
    const results = await evaluated(context, evaluate(trained.predictions!.file))
    if (!('finding' in results)) runs.push({ seed, metrics: results.metrics })
  }
  if (runs.length < 2) return undefined
  return spreadOf(
    runs.map(({ seed }) => seed),
    runs.map(({ metrics }) => metrics),
  )
}
