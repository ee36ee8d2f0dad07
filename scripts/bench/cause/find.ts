import { createHash, randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AXES, batchAxis } from '../../../src/diagnosis/axes.js'
import { diagnose, type PreviousInput } from '../../../src/diagnosis/diagnose.js'
import type { EngineContext } from '../../../src/engine/engine.js'
import { checkEvaluation } from '../../../src/evaluation/check.js'
import type { EvaluationRequest } from '../../../src/evaluation/request.js'
import { runAndRead, type RunOutcome } from '../../../src/evaluation/run.js'
import { isToExplain } from '../../../src/stages/cause.js'
import type { CauseEvidence } from '../../../src/verdict/evidence.js'
import type { RuleId } from '../../../src/verdict/rules/index.js'
import { causeWords } from '../../../src/verdict/cause.js'
import type { Images } from './images.js'
import type { Planted } from './planted.js'

/** What a check says of a planted evaluation. */
export interface Named {
  rules: RuleId[]
  /** Absent if there was nothing to explain, or the findings say it. */
  cause?: CauseEvidence | undefined
  names: string[]
  /** As a person reads it. */
  words: string
}

const LIMITS = { evaluation: 1, memory: 1, processes: 64, output: 0.05 }
const MINUTES = 10

/** Records in the pinned image, checks in the rebuild as the gate does, and searches if there is a cause to name. */
export async function findPlanted(context: EngineContext, images: Images, planted: Planted): Promise<Named> {
  const { needs, pinned = {}, rebuilt = {}, before = {} } = planted
  const two = planted.pinned !== undefined || planted.rebuilt !== undefined
  const ids = { pinned: await images.with(pinned, needs), rebuild: await images.with(rebuilt, needs) }
  const request = await requestOf(context, planted, ids.pinned)
  const inputs = await inputsOf(context, before)
  const asBefore = inputs.reduce((so_far, { exchange }) => exchange(so_far), request)
  const recorded = await recordOf(context, { ...asBefore, conditions: planted.recordedWith }, planted.edited)
  const judged = { ...request, image: ids.rebuild, recorded }
  const { findings, agreement, evidence, replayed } = await checkEvaluation(context, judged)
  const both = two
    ? {
        ids,
        pinned: await images.manifest(context, ids.pinned),
        rebuilt: await images.manifest(context, ids.rebuild),
      }
    : undefined
  const products = both && { images: { ...both, remedyOf: () => undefined } }
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  if (!isToExplain(replayed, { agreement, evidence, findings }, products ?? {}))
    return { rules, names: [], words: findings[0]?.message ?? `${agreement}` }
  const cause = await diagnose(context, {
    replayed,
    images: both,
    axes: [...AXES, ...(planted.batch === undefined ? [] : [batchAxis(planted.batch)])],
    inputs,
    minutes: MINUTES,
    remedyOf: () => undefined,
  })
  return { rules, cause, names: cause.factors.map(({ name }) => name), words: causeWords(cause).cause }
}

/** What is not as expected of it; undefined: all is. */
export function wrongOf({ expected }: Planted, { cause, names, rules }: Named): string | undefined {
  if ('rules' in expected) {
    if (cause) return `a search was made, and has ${cause.shown}`
    return rules.join() === expected.rules.join() ? undefined : `rules ${rules.join() || 'none'}`
  }
  if (cause?.shown !== expected.shown) return `${cause?.shown ?? 'no search'}, not ${expected.shown}`
  if ([...names].sort().join() !== [...expected.names].sort().join())
    return `names ${names.join() || 'nothing'}`
  if (cause.dispatch !== expected.dispatch) return `CPU kernel ${cause.dispatch}, not ${expected.dispatch}`
  const { length } = cause.replays
  return length > expected.atMost ? `${length} replays, more than ${expected.atMost}` : undefined
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

async function requestOf(
  { scratch }: EngineContext,
  { script, files, predictions }: Planted,
  image: string,
): Promise<EvaluationRequest> {
  const tree = join(scratch, `mount-${randomUUID()}`)
  await write(tree, { 'evaluate.py': script, ...files })
  return {
    image,
    prepare: async () => {
      const folder = await mkdtemp(join(scratch, 'export-'))
      await cp(tree, folder, { recursive: true })
      return folder
    },
    mounts: [],
    hide: { paths: [], digests: [] },
    command: ['python3', 'evaluate.py'],
    metrics: 'metrics.json',
    predictions: predictions && { path: 'predictions.csv', ...predictions },
    limits: LIMITS,
    recorded: { metrics: {} },
    tolerance: {},
  }
}

async function recordOf(
  context: EngineContext,
  request: EvaluationRequest,
  edited: Planted['edited'],
): Promise<EvaluationRequest['recorded']> {
  const outcome = await runAndRead(context, request)
  if ('finding' in outcome) throw new Error(`${outcome.finding.message}\n${outcome.tail.join('\n')}`)
  const metrics = { ...outcome.metrics, ...edited?.metrics }
  const file = await editedFile(context, outcome, edited)
  if (file === undefined) return { metrics }
  const digest = `sha256:${createHash('sha256')
    .update(await readFile(file))
    .digest('hex')}`
  return { metrics, predictions: { file, digest } }
}

async function editedFile(
  { scratch }: EngineContext,
  { predictions }: RunOutcome,
  edited: Planted['edited'],
): Promise<string | undefined> {
  if (!predictions || !edited?.predictions) return predictions?.file
  const file = join(scratch, `predictions-${randomUUID()}`)
  await writeFile(file, edited.predictions(await readFile(predictions.file, 'utf8')))
  return file
}

async function inputsOf(
  { scratch }: EngineContext,
  before: Readonly<Record<string, string>>,
): Promise<PreviousInput[]> {
  const folder = join(scratch, `mount-${randomUUID()}`)
  await write(folder, before)
  return Object.keys(before).map((path) => ({
    name: path,
    exchange: (request) => ({
      ...request,
      mounts: [...request.mounts, { source: join(folder, path), target: path }],
    }),
    fix: 'Record the run again.',
  }))
}
