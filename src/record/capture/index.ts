import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path/posix'
import type { Record_ } from '../../provenance/schema.js'
import { detectOthers, readSources } from '../../provenance/sources/index.js'
import { during, type Context } from '../../system/context.js'
import { fileDigest } from '../../system/digest.js'
import { within } from '../../system/files.js'
import { withSession, type World } from '../../system/session.js'
import { filesOfWorkTree } from '../../system/tree-files.js'
import type { OpenedRun } from '../opened.js'
import { closeRun, keepCommit, openRun } from '../record.js'
import type { Captured, RecordRequest } from '../request.js'
import { hardwareHere, keepData } from '../write.js'
import { commandValues } from './arguments.js'
import { installedPackages } from './packages.js'
import { captureRun, type CapturedRun } from './run.js'

/** Data files that a record lists one by one; of more, their folders. */
const MOST_FILES = 30
const MOST_OUTPUTS = 1000
const MODEL = /\.(?:pt|pth|ckpt|safetensors|onnx|pkl|pickle|joblib|h5|keras|bin|cbm|ubj|gguf)$/i

export interface CaptureRequest extends Pick<RecordRequest, 'directory' | 'config' | 'model'> {
  command: readonly [string, ...string[]]
}

/**
 * Runs a command here and records what it did: commit, packages, what it read and wrote, what its command
 * line and the sources among its outputs say of seeds and hyperparameters, seconds and memory.
 *
 * @throws ReprogateError `run/failed`; then nothing is recorded
 */
export function recordCommand({ command, ...request }: CaptureRequest, world: World): Promise<Captured> {
  return withSession(request.directory, world, async (context) => {
    const opened = await openRun(context, request)
    const started = new Date()
    const run = await during(context, `${opened.model.name} · ${command.join(' ')}`, () =>
      captureRun(context, command),
    )
    const { draft, before, plan } = opened
    await keepCommit(context, opened, started)
    draft.set(['run', 'command'], command)
    draft.set(['run', 'seconds'], run.seconds)
    if (run.memory !== undefined) draft.set(['run', 'memory'], run.memory)
    const isOurs = (path: string) => plan.records.some((record) => within(record, path))
    const outputs = run.outputs.filter((path) => !isOurs(path))
    await keepOutputs(context, opened, outputs)
    await keepInputs(context, opened, { ...run, outputs })
    await keepPackages(context, opened, command)
    const seen = await seenBySources(context, opened, run.outputs)
    const { seeds, hyperparameters } = commandValues(command)
    const values = {
      seeds: { ...seen.seeds, ...seeds, ...before.seeds },
      hyperparameters: { ...seen.hyperparameters, ...hyperparameters, ...before.hyperparameters },
    }
    for (const name of ['seeds', 'hyperparameters'] as const)
      if (Object.keys(values[name]).length > 0) draft.set([name], values[name])
    const { inputs, seconds, memory } = run
    return closeRun(context, opened, { seconds, memory, inputs: inputs?.length, outputs: outputs.length })
  })
}

async function keepOutputs(
  { root, signal }: Context,
  { draft, before }: OpenedRun,
  outputs: readonly string[],
): Promise<void> {
  const kept = []
  for (const path of outputs.slice(0, MOST_OUTPUTS))
    kept.push({ path, digest: (await fileDigest(join(root, path), 'sha256', signal)).digest })
  draft.set(['run', 'outputs'], kept)
  const models = outputs.filter((path) => MODEL.test(path))
  if (before.model?.path === undefined && models.length === 1) draft.set(['model', 'path'], models[0])
}

/** What was read becomes data of the record, and data and model are hashed. */
async function keepInputs(
  context: Context,
  { draft, before }: OpenedRun,
  { inputs = [], outputs }: Pick<CapturedRun, 'inputs' | 'outputs'>,
): Promise<void> {
  const known = (before.data ?? []).flatMap(({ path }) => path ?? [])
  const written = new Set(outputs)
  const read = inputs.filter((path) => !written.has(path) && !known.some((data) => within(data, path)))
  const places =
    read.length <= MOST_FILES
      ? read
      : [...new Set(read.map((path) => (path.includes('/') ? dirname(path) : path)))]
  const outer = places.filter((place) => !places.some((other) => other !== place && within(other, place)))
  const data = [...(before.data ?? []), ...outer.slice(0, MOST_FILES * 10).map((path) => ({ path }))]
  if (data.length > 0) draft.set(['data'], data)
  const models = outputs.filter((path) => MODEL.test(path))
  const path = before.model?.path ?? (models.length === 1 ? models[0] : undefined)
  await keepData(context, { data, model: { ...before.model, path } }, draft)
}

async function keepPackages(
  context: Context,
  { draft }: OpenedRun,
  command: readonly string[],
): Promise<void> {
  draft.set(['environment', 'hardware'], hardwareHere())
  const text = await installedPackages(context, command)
  if (text === undefined) return
  const path = join(draft.folder, 'environment.packages.txt')
  await draft.keep(path, text)
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  draft.set(['environment', 'packages'], { path, digest })
}

/** What trackers among the outputs say of the run. */
async function seenBySources(
  { git, root, prefix }: Context,
  { model }: OpenedRun,
  outputs: readonly string[],
): Promise<Record_> {
  const tree = { files: filesOfWorkTree(git, root), prefix }
  const found = detectOthers(outputs).filter((path) => path !== model.settings.record)
  const readings = await Promise.all(found.slice(0, 10).map((path) => readSources(tree, path)))
  const records = readings.flat().flatMap(({ record }) => record ?? [])
  return {
    seeds: Object.assign({}, ...records.map(({ seeds }) => seeds)) as Record_['seeds'],
    hyperparameters: Object.assign(
      {},
      ...records.map(({ hyperparameters }) => hyperparameters),
    ) as Record_['hyperparameters'],
  }
}
