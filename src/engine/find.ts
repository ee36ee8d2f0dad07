import { ReprogateError } from '../system/errors.js'
import type { RunProgram, RunResult } from '../system/process.js'
import { Docker, lastLineOf, wholeOutput } from './docker.js'
import type { Builder, Engine } from './engine.js'
import { LABEL, ownLabel } from './owner.js'

/**
 * What the docker program needs to find its engine and its registries. A list, not a prefix: jobs
 * keep passwords in variables such as `DOCKER_PASSWORD`.
 */
const ENVIRONMENT = [
  ...['PATH', 'HOME', 'TMPDIR', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'],
  ...['DOCKER_API_VERSION', 'BUILDX_BUILDER', 'BUILDX_CONFIG'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
]
const ATTEMPT_MS = 30_000
const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+$/

type Attempt = (args: readonly string[], extra?: NodeJS.ProcessEnv) => Promise<RunResult>

/**
 * Finds docker, by `REPROGATE_DOCKER` or on the PATH, and what it can build with. Capabilities are
 * tried, never derived from versions: a new client without buildx has only the classic builder.
 *
 * @throws ReprogateError `engine/missing`, with what to do about it
 */
export async function findEngine(run: RunProgram, env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const program = env.REPROGATE_DOCKER || 'docker'
  const base = Object.fromEntries(
    ENVIRONMENT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  )
  const attempt: Attempt = (args, extra = {}) =>
    run([program, ...args], { env: { ...base, ...extra }, timeout: ATTEMPT_MS })
  const platform = await platformBehind(attempt)
  const builder = await builderOf(attempt)
  return new Docker(run, {
    program,
    env: { ...base, DOCKER_BUILDKIT: builder === 'classic' ? '0' : '1' },
    builder,
    platform,
    label: `${LABEL}=${await ownLabel()}`,
  })
}

async function platformBehind(attempt: Attempt): Promise<string> {
  const missing = (why: string) => new ReprogateError('engine/missing', `no container engine: ${why}`)
  let version: RunResult
  try {
    version = await attempt(['version', '--format', '{{.Server.Os}}/{{.Server.Arch}}'])
  } catch (error) {
    if (error instanceof ReprogateError && error.code === 'program/missing') throw missing(error.message)
    throw error
  }
  const platform = wholeOutput(version, 'docker version').trim()
  if (version.code === 0 && PLATFORM.test(platform)) return platform
  throw missing(lastLineOf(version.stderr) || '`docker version` gave no answer')
}

async function builderOf(attempt: Attempt): Promise<Builder> {
  if ((await attempt(['buildx', 'version'])).code === 0) return 'buildx'
  const buildkit = await attempt(['build', '--help'], { DOCKER_BUILDKIT: '1' })
  return buildkit.code === 0 ? 'buildkit' : 'classic'
}
