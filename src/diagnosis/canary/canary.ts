import { randomBytes } from 'node:crypto'
import type { EngineContext } from '../../engine/engine.js'
import type { Replayed } from '../../evaluation/check.js'
import { readableMounts } from '../../evaluation/mounts.js'
import { runAndRead, type RunFailure, type RunOutcome } from '../../evaluation/run.js'
import { sandboxUser } from '../../evaluation/sandbox.js'
import { within } from '../../system/files.js'
import { during } from '../../system/context.js'
import { contradictions } from '../../verdict/canary.js'
import type { Altered, CanaryEvidence } from '../../verdict/evidence.js'
import type { Found } from '../../verdict/finding.js'
import {
  answerColumns,
  answersOf,
  readPredictions,
  type AnswerColumns,
  type KeyedAnswers,
} from './answers.js'
import {
  afterModel,
  afterModelAgain,
  afterRows,
  afterRowsAgain,
  NO_MODEL,
  notShown,
  thirdReplay,
  tooFew,
  tooUniform,
  type Failed,
  type FirstRows,
} from './decide.js'
import { drawFrom, type Draw } from './draw.js'
import { modelNumbers, type ModelNumbers } from './floats.js'
import { alteredMounts, inputFiles, type InputFile } from './inputs.js'
import { columnByKey, exchanged, exchangeOf, type Exchange } from './moving.js'
import { changeOf, chosenShift, rowsSeen, variedAnswers } from './observe.js'
import { tracking } from './track.js'

export interface CanaryRequest {
  replayed: Replayed
  /** Path of the model, a file or a folder, if the record names one. */
  model: string | undefined
  key?: string | undefined
  truth?: string | undefined
  /** What the model itself reads. */
  inputs?: readonly ('key' | 'truth')[] | undefined
  /** Minutes for all replays on altered inputs. */
  minutes: number
  /** Default: a new one that nobody can guess. */
  nonce?: string | undefined
}

export interface CanaryResult {
  findings: Found[]
  evidence: CanaryEvidence
}

/** p below which answers are said to be the permuted right answers. */
const COPIED = 1e-9

/**
 * Replays the evaluation on altered inputs, two or three times: with the rows of the data exchanged among
 * their keys and the right answers permuted, and with every number of the model 0. Says what was observed.
 */
export async function canary(context: EngineContext, request: CanaryRequest): Promise<CanaryResult> {
  const prepared = await prepare(context, request)
  if (typeof prepared === 'string') return { findings: [], evidence: { notRun: prepared, replays: [] } }
  const evidence = await observe(prepared)
  const findings = contradictions(evidence).map((observed): Found => ({
    rule: 'evaluation/not-computed',
    message: `the recorded results came back, but ${observed}`,
    field: 'evaluation',
  }))
  return { findings, evidence }
}

/** Everything that is known before anything is altered. */
interface Prepared {
  request: CanaryRequest
  exchange: Exchange | undefined
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

async function prepare(context: EngineContext, request: CanaryRequest): Promise<Prepared | string> {
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
  const isModel = ({ path }: InputFile) => model !== undefined && within(model, path)
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

async function observe(prepared: Prepared): Promise<CanaryEvidence> {
  const { exchange, replays, model, request } = prepared
  const rows = await exchangeRows(prepared)
  const zeroed = await alterModel(prepared)
  const third = thirdReplay(
    rows.first,
    zeroed,
    model.some(({ numbers }) => numbers.count > 0),
  )
  let statement = rows.first.statement
  let about = zeroed.statement
  let truth = rows.truth
  if (third === 'rows-again' && exchange) {
    const from = chosenShift(exchange.keys, prepared.base, prepared.draw)
    const now = await prepared.replay(third, exchanged(exchange, from, undefined))
    const seen = isFailed(now) ? now : rowsSeen(exchange.keys, from, prepared.base, now)
    statement = afterRowsAgain(rows.first, seen, {
      unmoved: exchange.unmoved,
      keyIsInput: request.inputs?.includes('key') ?? false,
    })
    if (statement.outcome === 'follow' && truth?.outcome === 'unused') truth = { ...truth, outcome: 'used' }
  } else if (third !== undefined && third !== 'rows-again') {
    about = afterModelAgain(about, { ...(await seenModel(prepared, third)), decisive: true })
  }
  // Only answers that all moved with their rows show that the permuted column did nothing.
  if (truth?.outcome === 'unused' && statement.outcome !== 'follow') truth = undefined
  return { rows: statement, truth, model: about, replays }
}

const isFailed = (seen: KeyedAnswers | Failed): seen is Failed => 'failed' in seen

async function exchangeRows(
  prepared: Prepared,
): Promise<{ first: FirstRows; truth?: CanaryEvidence['truth'] }> {
  const { exchange, base, draw, replay } = prepared
  if (!exchange) return { first: { statement: notShown('the keys of the predictions are not in the data') } }
  if (!exchange.content)
    return { first: { statement: notShown('the data has nothing but keys and right answers') } }
  const from = chosenShift(exchange.keys, base, draw)
  const few = tooFew(rowsSeen(exchange.keys, from, base, base))
  if (few) return { first: { statement: few } }
  const order = exchange.truth && draw.order(exchange.keys.length)
  const now = await replay('rows', exchanged(exchange, from, order))
  if (isFailed(now)) return { first: afterRows(now) }
  const first = afterRows(rowsSeen(exchange.keys, from, base, now))
  return { first, truth: order && truthSeen(prepared, exchange, { from, order, now }) }
}

/** Whether the answers are the right answers that were dealt out at random. */
function truthSeen(
  { base, columns }: Prepared,
  { keys, truth }: Exchange,
  { from, order, now }: { from: readonly number[]; order: readonly number[]; now: KeyedAnswers },
): CanaryEvidence['truth'] {
  const column = columns.names.indexOf(columns.predicted ?? '')
  if (!truth) return undefined
  const said = { column: truth.column, outcome: 'unused' as const, equal: 0, of: keys.length, expected: 0 }
  if (column < 0) return said
  const answers = keys.map((key) => now.get(key)?.[column])
  const dealt = order.map((key) => truth.cells[key]!)
  const all = keys.map((_, place) => place)
  const changed = all.filter((place) => {
    const [was, is] = [base.get(keys[from[place]!]!)?.[column], answers[place]]
    return was !== is
  })
  const seen = [all, changed].map((rows) => tracking(answers, dealt, rows))
  const clearest = seen.reduce((best, one) => (one.p < best.p ? one : best))
  const { equal, of, expected, p } = clearest
  return { ...said, equal, of, expected, outcome: 2 * p < COPIED ? 'copied' : 'unused' }
}

/** The model with every number 0; without numbers, with every byte 0. */
async function alterModel(prepared: Prepared) {
  const { model, base } = prepared
  if (model.length === 0) return { statement: NO_MODEL, suspect: false }
  const uniform = tooUniform(variedAnswers(base))
  if (uniform) return { statement: uniform, suspect: false }
  const numbers = model.some(({ numbers: { count } }) => count > 0)
  return afterModel(await seenModel(prepared, numbers ? 'zero-numbers' : 'zero-bytes'))
}

async function seenModel(
  { model, replay, base, noise, roundTrip, draw }: Prepared,
  altered: 'zero-numbers' | 'zero-bytes' | 'exchanged-numbers',
) {
  const files = new Map(model.map((file) => [file.path, ALTER_MODEL[altered](file, draw)]))
  const now = await replay(altered, files)
  return {
    seen: isFailed(now) ? now : changeOf(base, now),
    altered,
    decisive: altered === 'zero-bytes' || model.every(({ numbers: { decisive } }) => decisive),
    noise,
    roundTrip,
  }
}

type ModelFile = Prepared['model'][number]

const ALTER_MODEL: Record<
  'zero-numbers' | 'zero-bytes' | 'exchanged-numbers',
  (file: ModelFile, draw: Draw) => Buffer
> = {
  'zero-numbers': ({ bytes, numbers }) => (numbers.count > 0 ? numbers.zeroed() : bytes),
  'zero-bytes': ({ bytes }) => Buffer.alloc(bytes.length),
  'exchanged-numbers': ({ bytes, numbers }, draw) => (numbers.count > 0 ? numbers.scrambled(draw) : bytes),
}
