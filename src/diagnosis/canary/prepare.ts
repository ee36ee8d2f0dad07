import { randomBytes } from 'node:crypto'
import type { EngineContext } from '../../engine/engine.js'
import type { Replayed } from '../../evaluation/check.js'
import { readableMounts } from '../../evaluation/mounts.js'
import { runAndRead, type RunFailure, type RunOutcome } from '../../evaluation/run.js'
import { sandboxUser } from '../../evaluation/sandbox.js'
import { during } from '../../system/context.js'
import { within } from '../../system/files.js'
import type { Altered, CanaryEvidence } from '../../verdict/evidence.js'
import {
  answerColumns,
  answersOf,
  readPredictions,
  type AnswerColumns,
  type KeyedAnswers,
} from './answers.js'
import type { Failed } from './decide.js'
import { drawFrom, type Draw } from './draw.js'
import { modelNumbers } from './floats.js'
import { alteredMounts, inputFiles, type InputFile } from './inputs.js'
import type { ModelNumbers } from './number-places.js'
import { columnByKey, exchangeOf, type RowExchange } from './moving.js'
import { changeOf } from './observe.js'

export interface CanaryRequest {
  replayed: Replayed
  /** A file or a folder, if the record names one; `trained`: the evaluation trains its own. */
  model: { path: string } | 'trained' | undefined
  key?: string | undefined
  truth?: string | undefined
  /** What the model itself reads. */
  inputs?: readonly ('key' | 'truth')[] | undefined
  /** Minutes for all replays on altered inputs. */
  minutes: number
  /** Default: a new one that nobody can guess. */
  nonce?: string | undefined
}

/** Everything that is known before anything is altered. */
export interface Prepared {
  request: CanaryRequest
  exchange: RowExchange | undefined
  columns: AnswerColumns
  base: KeyedAnswers
  /** Rows in which two replays on unaltered inputs differ. */
  noise: number
  /** Every answer is what the model is given. */
  roundTrip: boolean
  model: readonly { path: string; bytes: Buffer; numbers: ModelNumbers }[]
  draw: Draw
  replay: (altered: Altered, files: ReadonlyMap<string, Buffer>) => Promise<KeyedAnswers | Failed>
  replays: CanaryEvidence['replays']
}

/**
 * Reads predictions, data and model of a replay on unaltered inputs.
 *
 * @returns why there is nothing to alter, as a clause, if there is nothing
 */
export async function prepare(context: EngineContext, request: CanaryRequest): Promise<Prepared | string> {
  const { replayed, model } = request
  const { predictions: output, mounts, definitions = {} } = replayed.request
  const { outcome: first, second } = replayed
  if (!output || 'finding' in first || !first.predictions || !second?.predictions)
    return 'the evaluation writes no predictions'
  const table = await readPredictions(output.path, first.predictions, output.key)
  if ('problem' in table) return `the predictions ${table.problem}`
  const files = await inputFiles(mounts)
  if (!files) return 'data and model are larger than 256 MiB, or more than 20,000 files'
  if (files.length === 0) return 'the record names no data and no model'
  const isModel = ({ path }: InputFile) => typeof model === 'object' && within(model.path, path)
  const truth =
    request.truth ?? output.truth ?? Object.values(definitions).find((one) => one.truth !== undefined)?.truth
  const data = files.filter((file) => !isModel(file))
  const isInput = request.inputs?.includes('truth') ?? false
  const exchange = exchangeOf(data, table, {
    key: request.key ?? output.key,
    truth: isInput ? undefined : truth,
  })
  const columns = answerColumns(
    table,
    definitions,
    new Set([...(exchange?.columns ?? []), ...(truth === undefined ? [] : [truth])]),
  )
  const base = answersOf(table, columns.names)
  const given = isInput && exchange && truth !== undefined ? columnByKey(exchange, truth) : undefined
  const read = async (written: RunOutcome): Promise<KeyedAnswers | Failed> => {
    const one = written.predictions && (await readPredictions(output.path, written.predictions, output.key))
    if (!one) return { failed: 'writes no predictions', crashed: true }
    return 'problem' in one
      ? { failed: 'writes predictions that cannot be read', crashed: true }
      : answersOf(one, columns.names)
  }
  const again = await read(second)
  const replays: Prepared['replays'] = []
  return {
    ...{ request, exchange, columns, base, replays },
    roundTrip: given !== undefined && exchange!.keys.every((key, at) => base.get(key)?.includes(given[at]!)),
    noise: isFailed(again) ? base.size : changeOf(base, again).changed,
    model: files
      .filter(isModel)
      .map(({ path, bytes }) => ({ path, bytes, numbers: modelNumbers(path, bytes) })),
    draw: drawFrom(request.nonce ?? randomBytes(32).toString('hex')),
    replay: replayer(context, request, { base, read, replays }),
  }
}

/** Replays with some files altered, as long as there is time. */
function replayer(
  context: EngineContext,
  { replayed, minutes }: CanaryRequest,
  {
    base,
    read,
    replays,
  }: Pick<Prepared, 'base' | 'replays'> & { read: (written: RunOutcome) => Promise<KeyedAnswers | Failed> },
): Prepared['replay'] {
  const { request } = replayed
  const begun = context.now()
  return async (altered, files) => {
    const left = minutes - (context.now() - begun) / 60_000
    if (left * 60 < replayed.outcome.seconds)
      return { failed: 'was not replayed: the time for it was spent', crashed: false }
    const { mounts, remove } = await alteredMounts(context.scratch, request.mounts, files)
    try {
      const outcome = await during(context, `Replay on altered inputs: ${altered}`, async () =>
        runAndRead(context, {
          ...request,
          mounts: await readableMounts(context, mounts, sandboxUser()),
          metrics: undefined,
          limits: { ...request.limits, evaluation: Math.min(request.limits.evaluation, left) },
        }),
      )
      const answers = 'finding' in outcome ? failureOf(outcome) : await read(outcome)
      const seconds = Math.round(outcome.seconds * 1000) / 1000
      replays.push({
        altered,
        ...(isFailed(answers) ? { failed: answers.failed } : changeOf(base, answers)),
        seconds,
      })
      return answers
    } finally {
      await remove()
    }
  }
}

function failureOf({ finding, summary }: RunFailure): Failed {
  const crashed = finding.rule === 'evaluation/failed'
  return {
    failed: crashed ? summary.replace(/^failed: (.*)$/, 'fails ($1)') : `gave no answers (${summary})`,
    crashed,
  }
}

export const isFailed = (seen: KeyedAnswers | Failed): seen is Failed => 'failed' in seen
