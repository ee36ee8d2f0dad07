import { randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Context } from '../system/context.js'
import type { Engine } from '../engine/engine.js'
import { ReprogateError } from '../system/errors.js'
import type { Limits } from '../policy/schema.js'
import { within } from '../system/paths.js'
import { createRunner, type RunResult } from '../system/process.js'
import { takeMetrics, takePredictions, type Output, type PredictionsFile } from './outputs.js'
import {
  createArguments,
  openVolumes,
  PROXIES,
  WORKSPACE,
  UNPRIVILEGED,
  volumeNames,
  type Mount,
  type Sandbox,
} from './sandbox.js'
import { exposed, readyWorkspace, removeTree, sizeOf, type Hidden } from './workspace.js'

export type ReplayEngine = Pick<Engine, 'program' | 'env' | 'label' | 'inspect'>

export interface ReplayRequest {
  /** An image id. */
  image: string
  /** Makes a fresh throwaway export of the record's commit; its absolute path. Removed after the run. */
  prepare: () => Promise<string>
  /** Data and model: seen read-only, over what the export has there. */
  mounts: readonly Mount[]
  hide: Hidden
  /** Program and arguments, run exactly as they are. */
  command: readonly string[]
  /** The file into which the evaluation writes its metrics, relative to the workspace. */
  metrics?: string | undefined
  predictions?:
    | { path: string; key?: string | undefined; truth?: string | undefined; margin?: number | undefined }
    | undefined
  limits: Limits
}

/** Why a run was stopped, or killed by the kernel. */
export type Stop = 'time' | 'memory' | 'output'

export interface Replay {
  exitCode: number
  stopped?: Stop
  /** The engine's own words, where the program could not be started. */
  startError?: string
  /** The last lines that were printed, at most 40, control characters taken out. Untrusted. */
  tail: string[]
  /** The last of them on standard error, where there was one. */
  lastError?: string
  seconds: number
  /** Collected only where the command succeeded. */
  metrics?: Output<Buffer>
  predictions?: Output<PredictionsFile>
  /** Bytes of memory that the run could use. */
  memory: number
}

const GIB = 1024 ** 3
const TAIL_LINES = 40
const TAIL_LINE = 1000
/** Lines of a run that are shown as they come; the tail goes on after it. */
const SHOWN_LINES = 2000
/** Files and folders that a workspace may hold: the disk can run out of them before it runs out of bytes. */
const MAX_ENTRIES = 500_000
const POLL_MS = 250

/**
 * Runs the evaluation once, on one fresh workspace, in the sandbox. An evaluation that fails or is
 * stopped is a result. Whatever happens, also a cancelled check: the container, its volumes and the
 * workspace are gone when this returns or throws.
 *
 * @throws ReprogateError `engine/failed` where the engine makes no container;
 *   `evaluation/answers-visible` where a mount shows what has to stay hidden
 */
export async function replay(
  context: Context,
  engine: ReplayEngine,
  request: ReplayRequest,
): Promise<Replay> {
  const name = `reprogate-replay-${randomUUID()}`
  const client = dockerClient(engine)
  const undo: (() => Promise<unknown>)[] = []
  const cleanup = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step()
  }
  context.defer(cleanup)
  try {
    context.signal.throwIfAborted()
    const workspace = await realpath(await request.prepare())
    undo.push(() => removeTree(workspace))

    const mounts = await Promise.all(
      request.mounts.map(async ({ source, target }) => ({ source: await realpath(source), target })),
    )
    const hidden = {
      // A file from before the run must not pass for its output.
      paths: [
        ...request.hide.paths,
        ...[request.metrics, request.predictions?.path].filter((p) => p !== undefined),
      ],
      digests: request.hide.digests,
    }
    const visible = await exposed(request.hide, mounts)
    if (visible.length > 0)
      throw new ReprogateError(
        'evaluation/answers-visible',
        `${visible[0]} would be visible to the evaluation`,
        'Keep recorded predictions and metrics outside the folders that `data` and `model` name.',
      )

    const root = process.getuid?.() === 0
    const user = root ? UNPRIVILEGED : { uid: process.getuid?.() ?? 65534, gid: process.getgid?.() ?? 65534 }
    const volumes = (await engine.inspect(request.image))?.Config.Volumes ?? []
    await readyWorkspace(
      workspace,
      hidden,
      mounts,
      openVolumes({ volumes, mounts }).flatMap((path) =>
        within(WORKSPACE, path) ? [relative(WORKSPACE, path)] : [],
      ),
      root ? user : undefined,
    )

    const sandbox: Sandbox = {
      name,
      label: engine.label,
      image: request.image,
      command: request.command,
      workspace,
      mounts,
      volumes,
      user,
      memory: await memoryFor(client, request.limits),
      processes: request.limits.processes,
      fileSize: Math.ceil(request.limits.output * GIB),
    }
    // Registered first: a client that dies can leave a container behind all the same.
    undo.push(async () => {
      await client(['rm', '--force', '--volumes', '--', name])
      const volumes = volumeNames(sandbox)
      if (volumes.length > 0) await client(['volume', 'rm', '--force', '--', ...volumes])
    })
    const created = await client(createArguments(sandbox))
    if (created.code !== 0)
      throw new ReprogateError(
        'engine/failed',
        `The engine made no container for the replay: ${created.stderr.trim().split('\n').at(-1)}`,
        'See what the engine says (`docker info`, its log) and try again.',
      )

    const run = await supervise(context, engine, client, sandbox, request.limits)
    // Nothing of the run is alive when its files are looked at.
    await undo.pop()!()
    const result: Replay = { ...run, memory: sandbox.memory }
    if (run.exitCode !== 0 || run.stopped) return result
    if (request.metrics !== undefined) result.metrics = await takeMetrics(workspace, request.metrics)
    if (request.predictions)
      result.predictions = await takePredictions(
        workspace,
        request.predictions.path,
        join(context.scratch, `predictions-${randomUUID()}.csv`),
      )
    return result
  } finally {
    await cleanup()
  }
}

type Client = (args: readonly string[]) => Promise<RunResult>

/** The client's environment without proxies, so that none of them can be handed to a container. */
const withoutProxies = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !PROXIES.includes(name)))

/** Short calls of docker, also after the check was cancelled: what is begun has to be known and undone. */
function dockerClient(engine: ReplayEngine): Client {
  const always = createRunner(new AbortController().signal)
  const env = withoutProxies(engine.env)
  return (args) => always([engine.program, ...args], { env, timeout: 120_000, outputCap: 64 * 1024 })
}

/** Never more than nine tenths of what the engine has: the rest is for the engine and for us. */
async function memoryFor(client: Client, limits: Limits): Promise<number> {
  const info = await client(['info', '--format', '{{.MemTotal}}'])
  const total = Number(info.stdout.toString().trim())
  const wanted = limits.memory * GIB
  return Math.floor(info.code === 0 && total > 0 ? Math.min(wanted, total * 0.9) : wanted)
}

/** Starts the container, waits for its end, and stops it at a limit. */
async function supervise(
  context: Context,
  engine: ReplayEngine,
  client: Client,
  sandbox: Sandbox,
  limits: Limits,
): Promise<Omit<Replay, 'metrics' | 'predictions' | 'memory'>> {
  const { name } = sandbox
  let stopped: Stop | undefined
  const stop = (why: Stop) => {
    stopped ??= why
    // A container that has just ended cannot be killed, and need not be.
    void client(['kill', '--', name]).catch(() => {})
  }
  const started = context.now()
  const minutes = limits.evaluation * 60_000
  const timer = setTimeout(() => stop('time'), minutes)
  const watch = watchSize(sandbox.workspace, limits.output * GIB, () => stop('output'))
  const lines = tailOf(context)
  try {
    await context.run([engine.program, 'start', '--attach', '--', name], {
      env: withoutProxies(engine.env),
      // Later than our own: only for an engine that does not answer any more.
      timeout: minutes + 120_000,
      outputCap: 0,
      onLine: lines.add,
    })
  } finally {
    clearTimeout(timer)
    await watch.stop()
  }
  const seconds = (context.now() - started) / 1000
  const state = await stateOf(client, name)
  if (state.OOMKilled && state.ExitCode !== 0) stopped ??= 'memory'
  return {
    // Still running: the client was lost, not the evaluation.
    exitCode: state.Running ? 1 : state.ExitCode,
    ...((stopped ?? (state.Running ? 'time' : undefined)) && { stopped: stopped ?? 'time' }),
    ...(state.Error !== '' && { startError: state.Error }),
    ...lines.end(),
    seconds,
  }
}

interface State {
  Running: boolean
  OOMKilled: boolean
  ExitCode: number
  Error: string
}

async function stateOf(client: Client, name: string): Promise<State> {
  const result = await client(['container', 'inspect', '--format', '{{json .State}}', '--', name])
  if (result.code === 0) return JSON.parse(result.stdout.toString()) as State
  throw new ReprogateError(
    'engine/failed',
    `The engine has lost the replay: ${result.stderr.trim()}`,
    'See what the engine says (`docker info`, its log) and try again.',
  )
}

/** Looks at the workspace again and again; spends at most a tenth of the time on it. */
function watchSize(workspace: string, limit: number, exceeded: () => void) {
  let timer: NodeJS.Timeout
  let looking: Promise<void> = Promise.resolve()
  let ended = false
  let before: number | undefined
  const look = async () => {
    const begun = performance.now()
    const { bytes, entries } = await sizeOf(workspace)
    before ??= bytes
    if (ended) return
    if (bytes - before > limit || entries > MAX_ENTRIES) return exceeded()
    timer = setTimeout(again, Math.max(POLL_MS, (performance.now() - begun) * 9))
  }
  const again = () => void (looking = look())
  again()
  return {
    async stop() {
      ended = true
      clearTimeout(timer)
      await looking
    },
  }
}

function tailOf(context: Context) {
  const kept: { text: string; stream: 'stdout' | 'stderr' }[] = []
  let count = 0
  return {
    add(line: string, stream: 'stdout' | 'stderr') {
      count++
      if (count <= SHOWN_LINES) context.progress.line(line)
      if (count === SHOWN_LINES)
        context.progress.line('… what the evaluation prints from here on is not shown')
      const plain = line.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ' ')
      const text = plain.length > TAIL_LINE ? `${plain.slice(0, TAIL_LINE)} …` : plain
      kept.push({ text, stream })
      if (kept.length > TAIL_LINES) kept.shift()
    },
    end(): Pick<Replay, 'tail' | 'lastError'> {
      const lastError = kept.findLast(({ text, stream }) => stream === 'stderr' && text.trim() !== '')
      return { tail: kept.map(({ text }) => text), ...(lastError && { lastError: lastError.text.trim() }) }
    },
  }
}
