import type { EngineContext } from '../engine/engine.js'
import { ReprogateError } from '../system/errors.js'
import { withoutProxies, type SandboxClient } from './client.js'
import type { ReplayRequest } from './request.js'
import type { Sandbox } from './sandbox.js'
import { watchSize } from './size.js'
import { tailOf, type Tail } from './tail.js'

/** Why a run was stopped, or killed by the kernel. */
export type Stop = 'time' | 'memory' | 'output'

/** How a run came to its end. */
export interface Ending extends Tail {
  exitCode: number
  stopped: Stop | undefined
  /** The engine's own words, if the program could not be started. */
  startError: string | undefined
  seconds: number
}

export const GIB = 1024 ** 3
const MINUTE_MS = 60_000
/** After our own time limit: only for an engine that does not answer any more. */
const GRACE_MS = 120_000

/** Starts a container that is there already, waits for its end, and stops it at a limit. */
export async function supervise(
  context: EngineContext,
  client: SandboxClient,
  { name, workspace }: Pick<Sandbox, 'name' | 'workspace'>,
  { limits, take }: Pick<ReplayRequest, 'limits' | 'take'>,
): Promise<Ending> {
  const { engine, run, now, progress } = context
  let stopped: Stop | undefined
  const stop = (why: Stop) => {
    stopped ??= why
    // A container that has just ended cannot be killed, and need not be.
    void client(['kill', '--', name]).catch(() => {})
  }
  const started = now()
  const timeout = limits.evaluation * MINUTE_MS
  const timer = setTimeout(() => stop('time'), timeout)
  const watch = watchSize(workspace, limits.output * GIB, () => stop('output'))
  const lines = tailOf(progress)
  try {
    await run([engine.program, 'start', '--attach', '--', name], {
      env: withoutProxies(engine.env),
      timeout: timeout + GRACE_MS,
      outputCap: 0,
      onLine: (line, stream) => {
        if (take?.(line) !== true) lines.add(line, stream)
      },
    })
  } finally {
    clearTimeout(timer)
    await watch.stop()
  }
  const seconds = (now() - started) / 1000
  return { ...endingOf(await stateOf(client, name), stopped), ...lines.end(), seconds }
}

interface State {
  Running: boolean
  OOMKilled: boolean
  ExitCode: number
  Error: string
}

async function stateOf(client: SandboxClient, name: string): Promise<State> {
  const result = await client(['container', 'inspect', '--format', '{{json .State}}', '--', name])
  if (result.code === 0) return JSON.parse(result.stdout.toString()) as State
  throw new ReprogateError('engine/failed', `The engine has lost the replay: ${result.stderr.trim()}`)
}

function endingOf(
  { Running, OOMKilled, ExitCode, Error: error }: State,
  stopped: Stop | undefined,
): Pick<Ending, 'exitCode' | 'stopped' | 'startError'> {
  const startError = error === '' ? undefined : error
  // The client was lost, not the evaluation.
  if (Running) return { exitCode: 1, stopped: stopped ?? 'time', startError }
  const killed = OOMKilled && ExitCode !== 0 ? 'memory' : undefined
  return { exitCode: ExitCode, stopped: stopped ?? killed, startError }
}
