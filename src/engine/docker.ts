import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { ReprogateError } from '../system/errors.js'
import { createRunner, uncancelled, type RunProgram, type RunResult } from '../system/process.js'
import type { Builder, DockerOptions, Engine, PullOptions } from './engine.js'
import { parseImage, type Image } from './image.js'
import { isDead, LABEL } from './owner.js'

/** What was found out about the docker program and its engine. */
export interface DockerClient {
  readonly program: string
  readonly env: NodeJS.ProcessEnv
  readonly builder: Builder
  readonly platform: string
  readonly label: string
}

const NOT_THERE = /no such image|not found|invalid reference format/i
const IN_USE = /used by (?:running|stopped) container|is being used/i
const ATTEMPTS = 20
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const LISTINGS = {
  images: ['image', 'ls', '--all', '--quiet', '--no-trunc'],
  containers: ['ps', '--all', '--quiet', '--no-trunc'],
}

/** The last line that says something; '' if none does. */
export const lastLineOf = (output: string): string =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1) ?? ''

/**
 * What docker printed, to be parsed.
 *
 * @throws ReprogateError `output/truncated`: half an answer is none
 */
export function wholeOutput({ stdout, truncated }: RunResult, command = 'docker'): string {
  if (truncated) throw new ReprogateError('output/truncated', `\`${command}\` printed too much to be read`)
  return stdout.toString()
}

/** An engine behind the docker program. */
export class Docker implements Engine {
  readonly program: string
  readonly env: NodeJS.ProcessEnv
  readonly builder: Builder
  readonly platform: string
  readonly label: string

  constructor(
    private readonly run: RunProgram,
    private readonly client: DockerClient,
    /** For what is done also after the check was cancelled. */
    private readonly always: RunProgram = uncancelled,
  ) {
    this.program = client.program
    this.env = client.env
    this.builder = client.builder
    this.platform = client.platform
    this.label = client.label
  }

  until(signal: AbortSignal): Engine {
    return new Docker(createRunner(signal), this.client)
  }

  docker(args: readonly string[], options: DockerOptions = {}): Promise<RunResult> {
    return this.run([this.program, ...args], { ...options, env: this.env })
  }

  cleanup(args: readonly string[]): Promise<RunResult | null> {
    return this.undo(args).catch(() => null)
  }

  async inspect(reference: string): Promise<Image | null> {
    const result = await this.docker(['image', 'inspect', '--format', '{{json .}}', '--', reference], {
      timeout: MINUTE_MS,
    })
    if (result.code === 0) return parseImage(wholeOutput(result, 'docker image inspect'))
    if (NOT_THERE.test(result.stderr)) return null
    throw new ReprogateError(
      'engine/failed',
      `the engine cannot say what ${reference} is: ${lastLineOf(result.stderr)}`,
    )
  }

  async ids(of: keyof typeof LISTINGS): Promise<ReadonlySet<string>> {
    return new Set(await this.list(LISTINGS[of]))
  }

  async pull(reference: string, { platform, timeout = HOUR_MS, onLine }: PullOptions = {}) {
    const result = await this.docker(
      ['pull', ...(platform === undefined ? [] : ['--platform', platform]), '--', reference],
      { timeout, onLine },
    )
    if (result.code === 0 && !result.timedOut) return { ok: true } as const
    return { ok: false, reason: result.timedOut ? 'out of time' : lastLineOf(result.stderr) } as const
  }

  async push(reference: string, onLine?: (line: string) => void): Promise<string> {
    return wholeOutput(
      await this.must(['push', '--', reference], { timeout: HOUR_MS, onLine }),
      'docker push',
    )
  }

  async tag(id: string, reference: string): Promise<void> {
    await this.must(['tag', '--', id, reference], { timeout: MINUTE_MS })
  }

  async removeImage(reference: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const result = await this.cleanup(['image', 'rm', '--', reference])
      if (!result || result.code === 0 || !IN_USE.test(result.stderr)) return
      // The engine is still taking down the container of a step that was stopped.
      await setTimeout(250)
    }
  }

  async exportImage<T>(id: string, read: (tar: Readable) => Promise<T>, timeout = HOUR_MS): Promise<T> {
    const name = `reprogate-${randomUUID()}`
    const labels = ['--label', this.label]
    try {
      // The command is never run: an image without one could not be created otherwise.
      await this.must(['create', '--name', name, ...labels, '--network', 'none', '--', id, '/reprogate'], {
        timeout: MINUTE_MS * 5,
      })
      let value: { of: Awaited<T> } | undefined
      await this.must(['export', '--', name], {
        timeout,
        onStdout: async (tar) => {
          value = { of: await read(tar) }
        },
      })
      return value!.of
    } finally {
      await this.cleanup(['rm', '--force', '--volumes', '--', name])
    }
  }

  async sweep(): Promise<void> {
    const own = await this.list([...LISTINGS.containers, '--filter', `label=${this.label}`])
    if (own.length > 0) await this.cleanup(['rm', '--force', '--volumes', '--', ...own])
  }

  async sweepDead(): Promise<void> {
    try {
      const format = `{{.ID}} {{.Label "${LABEL}"}}`
      const listed = ['ps', '--all', '--no-trunc', '--filter', `label=${LABEL}`, '--format', format]
      const containers = await deadAmong(await this.list(listed))
      if (containers.length > 0) await this.cleanup(['rm', '--force', '--volumes', '--', ...containers])
      const unnamed = [...LISTINGS.images, '--filter', `label=${LABEL}`, '--filter', 'dangling=true']
      const ids = [...new Set(await this.list(unnamed))]
      if (ids.length === 0) return
      const labels = `{{.Id}} {{index .Config.Labels "${LABEL}"}}`
      const images = await deadAmong(await this.list(['image', 'inspect', '--format', labels, '--', ...ids]))
      // Without force: what a container uses, or another image is built on, stays.
      if (images.length > 0) await this.cleanup(['image', 'rm', '--', ...images])
    } catch {
      // Another check may sweep at the same time; the next one tries again.
    }
  }

  private undo(args: readonly string[]): Promise<RunResult> {
    return this.always([this.program, ...args], { env: this.env, timeout: MINUTE_MS })
  }

  private async list(args: readonly string[]): Promise<string[]> {
    const result = succeeded(args, await this.undo(args))
    return wholeOutput(result, `docker ${args[0]}`).split('\n').filter(Boolean)
  }

  private async must(args: readonly string[], options?: DockerOptions): Promise<RunResult> {
    return succeeded(args, await this.docker(args, options))
  }
}

/** Ids of what dead checks have left, from lines of an id and a label. */
async function deadAmong(lines: readonly string[]): Promise<string[]> {
  const dead: string[] = []
  for (const line of lines) {
    const [id = '', label = ''] = line.split(' ')
    if (await isDead(label)) dead.push(id)
  }
  return dead
}

function succeeded(args: readonly string[], result: RunResult): RunResult {
  if (result.code === 0 && !result.timedOut) return result
  throw new ReprogateError(
    'engine/failed',
    `\`docker ${args[0]}\` failed: ${result.timedOut ? 'out of time' : lastLineOf(result.stderr)}`,
  )
}
