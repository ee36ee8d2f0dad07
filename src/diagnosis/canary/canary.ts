import type { EngineContext } from '../../engine/engine.js'
import { contradictions } from '../../verdict/canary.js'
import type { CanaryEvidence } from '../../verdict/evidence.js'
import type { Found } from '../../verdict/finding.js'
import type { KeyedAnswers } from './answers.js'
import {
  afterModel,
  afterModelAgain,
  afterRows,
  afterRowsAgain,
  NO_MODEL,
  notShown,
  OWN_MODEL,
  thirdReplay,
  tooFew,
  tooUniform,
  type FirstRows,
} from './decide.js'
import type { Draw } from './draw.js'
import { exchanged, type RowExchange } from './moving.js'
import { changeOf, chosenShift, rowsSeen, variedAnswers } from './observe.js'
import { isFailed, prepare, type CanaryRequest, type Prepared } from './prepare.js'
import { tracking } from './track.js'

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
  { keys, truth }: RowExchange,
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
  const { model, base, request } = prepared
  if (model.length === 0)
    return { statement: request.model === 'trained' ? OWN_MODEL : NO_MODEL, suspect: false }
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
