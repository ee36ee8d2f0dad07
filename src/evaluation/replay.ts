import { randomUUID } from 'node:crypto'
import { chmod, realpath, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { EngineContext } from '../engine/engine.js'
import { ReprogateError } from '../system/errors.js'
import type { SuiteRun } from '../results/suites/suite.js'
import { within } from '../system/files.js'
import { sandboxClient, type SandboxClient } from './client.js'
import { STANDARD } from './conditions.js'
import {
  takeMetrics,
  takeNewestMetrics,
  takePredictions,
  type MetricsOutput,
  type Output,
  type PredictionsFile,
} from './outputs.js'
import { takeSuite } from './suite.js'
import type { ReplayLimits, ReplayRequest } from './request.js'
import {
  createArguments,
  openVolumes,
  sandboxUser,
  volumeNames,
  WORKSPACE,
  type ImageCovers,
  type Mount,
  type Sandbox,
} from './sandbox.js'
import { GIB, supervise, type Ending } from './supervise.js'
import { exposed, readyWorkspace, removeTree } from './workspace.js'

export interface Replay extends Ending {
  /** Collected only if the command succeeded. */
  metrics?: Output<MetricsOutput> | undefined
  predictions?: Output<PredictionsFile> | undefined
  /** What a suite of prompts left, beside its metrics or in them. */
  suite?: SuiteRun | undefined
  /** Bytes of memory that the run could use. */
  memory: number
}

/**
 * Runs the evaluation once, on one fresh workspace, in the sandbox. An evaluation that fails or is
 * stopped is a result. Whatever happens, even if the check is cancelled: the container, its volumes and
 * the workspace are gone when this returns or throws.
 *
 * @throws ReprogateError `engine/failed` if the engine makes no container; `data/exposes-answers` if a
 *   mount shows what has to stay hidden
 */
export async function replay(context: EngineContext, request: ReplayRequest): Promise<Replay> {
  const client = sandboxClient(context.engine)
  const undo: (() => Promise<unknown>)[] = []
  const undoAll = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  context.defer(undoAll)
  try {
    context.signal.throwIfAborted()
    const workspace = await realpath(await request.prepare())
    undo.push(() => removeTree(workspace))
    const nothing = join(context.scratch, `nothing-${randomUUID()}`)
    undo.push(() => rm(nothing, { force: true }))
    const sandbox = await prepareSandbox(context, client, request, { workspace, nothing })
    // Registered first: a client that dies can still leave a container behind.
    undo.push(() => removeSandbox(client, sandbox))
    await create(client, sandbox)
    const ending = await supervise(context, client, sandbox, request)
    // Nothing of the run is alive when its files are looked at.
    await undo.pop()!()
    const result: Replay = { ...ending, memory: sandbox.memory }
    if (ending.exitCode !== 0 || ending.stopped) return result
    return { ...result, ...(await outputsOf(context, request, workspace)) }
  } finally {
    await undoAll()
  }
}

/** Makes the workspace ready, and says how the container is to be made. */
async function prepareSandbox(
  { engine }: EngineContext,
  client: SandboxClient,
  request: ReplayRequest,
  { workspace, nothing }: Pick<Sandbox, 'workspace' | 'nothing'>,
): Promise<Sandbox> {
  await writeFile(nothing, '', { flag: 'wx' })
  await chmod(nothing, 0o444)
  const { image, command, limits, conditions = STANDARD } = request
  const mounts = await realMounts(request)
  const root = process.getuid?.() === 0
  const user = (root ? conditions.user : undefined) ?? sandboxUser()
  const covers = request.covers ?? NO_COVERS
  const volumes = (await engine.inspect(image))?.Config.Volumes ?? []
  const folders = openVolumes({ volumes, mounts, covers })
    .filter((path) => within(WORKSPACE, path))
    .map((path) => relative(WORKSPACE, path))
  const owner = root ? user : undefined
  await readyWorkspace(workspace, { hidden: hiddenBefore(request), mounts, folders, owner })
  return {
    name: `reprogate-replay-${randomUUID()}`,
    label: engine.label,
    image,
    command,
    workspace,
    mounts,
    covers,
    nothing,
    volumes,
    user,
    conditions,
    memory: await memoryFor(client, limits),
    processes: limits.processes,
    fileSize: Math.ceil(limits.output * GIB),
  }
}

const NO_COVERS: ImageCovers = { folders: [], files: [], open: [] }

/** The mounts with their real sources, none of which shows an answer. */
async function realMounts({ mounts, hide }: ReplayRequest): Promise<Mount[]> {
  const real = await Promise.all(
    mounts.map(async ({ source, target }) => ({ source: await realpath(source), target })),
  )
  const [visible] = await exposed(hide, real)
  if (visible === undefined) return real
  throw new ReprogateError('data/exposes-answers', `${visible} would be visible to the evaluation`)
}

/** What is taken out before the run. A file that was there before must not pass for its output. */
const hiddenBefore = ({ hide, metrics, predictions }: ReplayRequest): ReplayRequest['hide'] => ({
  ...hide,
  paths: [...hide.paths, ...[metrics, predictions?.path].filter((path) => path !== undefined)],
})

/** Never more than nine tenths of what the engine has: the rest is for the engine and for us. */
async function memoryFor(client: SandboxClient, { memory }: ReplayLimits): Promise<number> {
  const info = await client(['info', '--format', '{{.MemTotal}}'])
  const total = Number(info.stdout.toString().trim())
  const wanted = memory * GIB
  return Math.floor(info.code === 0 && total > 0 ? Math.min(wanted, total * 0.9) : wanted)
}

async function create(client: SandboxClient, sandbox: Sandbox): Promise<void> {
  const { code, stderr } = await client(createArguments(sandbox))
  if (code === 0) return
  const why = stderr.trim().split('\n').at(-1)
  throw new ReprogateError('engine/failed', `The engine made no container for the replay: ${why}`)
}

async function removeSandbox(client: SandboxClient, sandbox: Sandbox): Promise<void> {
  await client(['rm', '--force', '--volumes', '--', sandbox.name])
  const volumes = volumeNames(sandbox)
  if (volumes.length > 0) await client(['volume', 'rm', '--force', '--', ...volumes])
}

async function outputsOf(
  { scratch }: EngineContext,
  { hide, metrics, predictions }: ReplayRequest,
  workspace: string,
): Promise<Pick<Replay, 'metrics' | 'predictions' | 'suite'>> {
  const take = metrics !== undefined && hide.patterns?.includes(metrics) ? takeNewestMetrics : takeMetrics
  const copy = join(scratch, `predictions-${randomUUID()}.csv`)
  const written = metrics === undefined ? undefined : await take(workspace, metrics)
  return {
    metrics: written,
    suite: written?.ok ? await takeSuite(workspace, written.value) : undefined,
    predictions: predictions && (await takePredictions(workspace, predictions.path, copy)),
  }
}
