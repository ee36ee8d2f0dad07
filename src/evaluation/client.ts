import type { Engine } from '../engine/engine.js'
import { ReprogateError } from '../system/errors.js'
import { uncancelled, type RunResult } from '../system/process.js'
import { PROXIES } from './sandbox.js'

/** Short calls of docker. A code other than 0 is a result. */
export type SandboxClient = (args: readonly [string, ...string[]]) => Promise<RunResult>

const CALL_MS = 120_000
const OUTPUT_CAP = 64 * 1024

/** The client's environment without proxies, so that none of them can be handed to a container. */
export const withoutProxies = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !PROXIES.includes(name)))

/**
 * Calls docker also after the check was cancelled: what is begun has to be known and undone. Rejects
 * with `output/truncated` if docker prints more than 64 KiB.
 */
export function sandboxClient({ program, env }: Pick<Engine, 'program' | 'env'>): SandboxClient {
  const options = { env: withoutProxies(env), timeout: CALL_MS, outputCap: OUTPUT_CAP }
  return async (args) => {
    const result = await uncancelled([program, ...args], options)
    if (result.truncated)
      throw new ReprogateError('output/truncated', `docker ${args[0]} printed too much to be read`)
    return result
  }
}
