import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { ReprogateError } from '../system/errors.js'
import { createRunner, type Runner, type RunOptions, type RunResult } from '../system/process.js'

export type Builder = 'buildx' | 'buildkit' | 'classic'

const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => Object.keys(value ?? {}).sort())

/** What `docker image inspect` says, as far as it is used. */
const imageSchema = z.object({
  Id: z.string(),
  Os: text,
  Architecture: text,
  Variant: text,
  RepoTags: list,
  RepoDigests: list,
  RootFS: z.object({ Layers: list }),
  Config: z.object({
    Env: list,
    Entrypoint: list,
    Cmd: list,
    User: text,
    WorkingDir: text,
    Shell: list,
    Volumes: keys,
    ExposedPorts: keys,
    StopSignal: text,
  }),
})
export type Image = z.infer<typeof imageSchema>

export interface Engine {
  /** The docker program. */
  readonly program: string
  /** The whole environment of the docker program: nothing in it is a secret of the job. */
  readonly env: NodeJS.ProcessEnv
  readonly builder: Builder
  /** Of the engine, as `linux/amd64`. */
  readonly platform: string
  /** What every container of this check carries: `reprogate.check=<id>`. */
  readonly label: string
  /** The same engine, for work that also ends with `signal`. */
  until(signal: AbortSignal): Engine
  /** Runs docker with these arguments; a code other than 0 is a result. */
  docker(args: readonly string[], options?: Omit<RunOptions, 'env'>): Promise<RunResult>
  /** As `docker`, but also after the check was cancelled, and never throwing: for what undoes things. */
  cleanup(args: readonly string[]): Promise<RunResult | null>
  /** null: not on this engine. */
  inspect(reference: string): Promise<Image | null>
  pull(reference: string, options?: PullOptions): Promise<{ ok: true } | { ok: false; reason: string }>
  push(reference: string, onLine?: (line: string) => void): Promise<RunResult>
  tag(id: string, reference: string): Promise<void>
  /** Removes a tag or an image that nothing else uses; silent where there is none. */
  removeImage(reference: string): Promise<void>
  /** Streams the image's flattened file tree as a tar, through a container that is never started. */
  exportImage<T>(id: string, read: (tar: Readable) => Promise<T>, timeout?: number): Promise<T>
  /** Removes every container of this check that is still there. */
  sweep(): Promise<void>
}

export interface PullOptions {
  platform?: string
  timeout?: number
  onLine?: (line: string) => void
}

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

const NOT_THERE = /no such image|not found|invalid reference format/i
const IN_USE = /used by (?:running|stopped) container|is being used/i
const ATTEMPTS = 20
const CLEANUP_MS = 60_000
const HOUR_MS = 3_600_000

const lastLine = (output: string): string =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1) ?? ''

function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(ENVIRONMENT.filter((name) => env[name] !== undefined).map((n) => [n, env[n]]))
}

/**
 * Finds docker, by `REPROGATE_DOCKER` or on the PATH, and what it can build with. Capabilities are
 * tried, never derived from versions: a new client without buildx has only the classic builder.
 *
 * @throws ReprogateError `engine/missing`, with what to do about it
 */
export async function findEngine(run: Runner, env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const program = env.REPROGATE_DOCKER || 'docker'
  const base = childEnvironment(env)
  const missing = (why: string) =>
    new ReprogateError(
      'engine/missing',
      `No container engine: ${why}`,
      'Install Docker and start it, or set REPROGATE_DOCKER to the docker program.',
    )
  const attempt = (args: string[], extra: NodeJS.ProcessEnv = {}) =>
    run([program, ...args], { env: { ...base, ...extra }, timeout: 30_000 })

  let version: RunResult
  try {
    version = await attempt(['version', '--format', '{{.Server.Os}}/{{.Server.Arch}}'])
  } catch (error) {
    if (error instanceof ReprogateError) throw missing(error.message)
    throw error
  }
  const platform = version.stdout.toString().trim()
  if (version.code !== 0 || !/^[a-z0-9]+\/[a-z0-9]+$/.test(platform)) {
    throw missing(lastLine(version.stderr) || '`docker version` gave no answer')
  }

  let builder: Builder = 'classic'
  if ((await attempt(['buildx', 'version'])).code === 0) builder = 'buildx'
  else if ((await attempt(['build', '--help'], { DOCKER_BUILDKIT: '1' })).code === 0) builder = 'buildkit'
  const label = `reprogate.check=${randomUUID()}`
  return createEngine(run, { program, base, builder, platform, label })
}

function createEngine(
  run: Runner,
  found: Pick<Engine, 'program' | 'builder' | 'platform' | 'label'> & { base: NodeJS.ProcessEnv },
): Engine {
  const { program, base, builder, platform, label } = found
  const env = { ...base, DOCKER_BUILDKIT: builder === 'classic' ? '0' : '1' }
  const always = createRunner(new AbortController().signal)

  const docker: Engine['docker'] = (args, options = {}) => run([program, ...args], { ...options, env })
  const cleanup: Engine['cleanup'] = (args) =>
    always([program, ...args], { env, timeout: CLEANUP_MS }).catch(() => null)
  const must = async (args: readonly string[], options?: Omit<RunOptions, 'env'>) => {
    const result = await docker(args, options)
    if (result.code === 0 && !result.timedOut) return result
    throw new ReprogateError(
      'engine/failed',
      `\`docker ${args[0]}\` failed: ${result.timedOut ? 'out of time' : lastLine(result.stderr)}`,
      'See what the engine says (`docker info`, its log) and try again.',
    )
  }

  return {
    program,
    env,
    builder,
    platform,
    label,
    until: (signal) => createEngine(createRunner(signal), found),
    docker,
    cleanup,

    async inspect(reference) {
      const result = await docker(['image', 'inspect', '--format', '{{json .}}', '--', reference], {
        timeout: CLEANUP_MS,
      })
      if (result.code === 0) return imageSchema.parse(JSON.parse(result.stdout.toString()))
      if (NOT_THERE.test(result.stderr)) return null
      throw new ReprogateError(
        'engine/failed',
        `The engine cannot say what ${reference} is: ${lastLine(result.stderr)}`,
        'See what the engine says (`docker info`, its log) and try again.',
      )
    },

    async pull(reference, { platform: wanted, timeout = HOUR_MS, onLine } = {}) {
      const result = await docker(
        ['pull', ...(wanted === undefined ? [] : ['--platform', wanted]), '--', reference],
        { timeout, ...(onLine && { onLine }) },
      )
      if (result.code === 0 && !result.timedOut) return { ok: true }
      return { ok: false, reason: result.timedOut ? 'out of time' : lastLine(result.stderr) }
    },

    push: (reference, onLine) =>
      must(['push', '--', reference], { timeout: HOUR_MS, ...(onLine && { onLine }) }),

    async tag(id, reference) {
      await must(['tag', '--', id, reference], { timeout: CLEANUP_MS })
    },

    async removeImage(reference) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const result = await cleanup(['image', 'rm', '--', reference])
        if (!result || result.code === 0 || !IN_USE.test(result.stderr)) return
        // The engine is still taking down the container of a step that was stopped.
        await setTimeout(250)
      }
    },

    async exportImage(id, read, timeout = HOUR_MS) {
      const name = `reprogate-${randomUUID()}`
      try {
        // The command is never run: an image without one could not be created otherwise.
        await must(
          ['create', '--name', name, '--label', label, '--network', 'none', '--', id, '/reprogate'],
          { timeout: CLEANUP_MS * 5 },
        )
        let value: { of: Awaited<ReturnType<typeof read>> } | undefined
        await must(['export', '--', name], {
          timeout,
          onStdout: async (tar) => {
            value = { of: await read(tar) }
          },
        })
        return value!.of
      } finally {
        await cleanup(['rm', '--force', '--volumes', '--', name])
      }
    },

    async sweep() {
      const found = await cleanup(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${label}`])
      const ids = found?.stdout.toString().split('\n').filter(Boolean) ?? []
      if (ids.length > 0) await cleanup(['rm', '--force', '--volumes', '--', ...ids])
    },
  }
}
