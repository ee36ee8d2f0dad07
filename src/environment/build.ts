import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { normalize } from 'node:path/posix'
import type { Builder, Engine, EngineContext } from '../engine/engine.js'
import { ReprogateError } from '../system/errors.js'
import { confine, plainPath, readRegular } from '../system/files.js'
import { baseImages, type BuildArguments } from './base-images.js'
import { BuildLog, type BuildFailure } from './build-log.js'
import type { AllowedImages } from './reference.js'
import { remainsOf } from './remains.js'

export interface BuildRequest {
  /** Absolute path of a throwaway export of the commit. */
  directory: string
  /** Relative to it. */
  dockerfile: string
  context: string
  args: BuildArguments
  /** As `linux/amd64`; default the engine's own. */
  platform?: string | undefined
  /** Without cached layers, and with base images fetched again. */
  fresh: boolean
  /** Milliseconds. */
  timeout: number
  /** No network for its steps; base images are fetched before. */
  network?: 'none' | undefined
  /** GiB for one step; only the classic builder can be told. */
  memory?: number | undefined
  /** Where the policy lets base images come from. */
  allowed?: AllowedImages | undefined
  /** The image is not meant to stay: a later run may remove it if this one cannot. */
  temporary?: boolean | undefined
}

export type BuildResult =
  | { id: string; builder: Builder; seconds: number; failure?: undefined }
  | { failure: BuildFailure; builder: Builder; seconds: number; id?: undefined }

/** Bytes of a Dockerfile. */
const DOCKERFILE_CAP = 16 * 1024 * 1024

/** Where a path of the export really is; links may not lead out of it: the builder follows them. */
async function inside({ directory }: BuildRequest, what: 'Dockerfile' | 'context', path: string) {
  const place = await confine(await realpath(directory), plainPath(normalize(path)))
  if (!place.ok) throw new ReprogateError('record/path-outside', `the ${what} \`${path}\` ${place.why}`)
  if (place.exists) return place.absolute
  throw new ReprogateError(
    'environment/dockerfile-missing',
    `the ${what} \`${path}\` is not there at the recorded commit`,
    `Commit it before the run, or correct \`environment.${what.toLowerCase()}\`.`,
  )
}

/** What a docker program is asked to build. */
export interface BuildCommand {
  /** Absolute. */
  dockerfile: string
  context: string
  args: BuildArguments
  platform?: string | undefined
  fresh: boolean
  /** Fetch base images again. */
  pull: boolean
  network?: 'none' | undefined
  memory?: number | undefined
  /** On the image. */
  label?: string | undefined
  /** Of the build's caches: nobody else's are in it. */
  namespace: string
  /** Where the builder writes the image's id. */
  idFile: string
}

/** The arguments of `docker` for one build. */
export function buildArguments(builder: Builder, command: BuildCommand): string[] {
  const { dockerfile, context, args, platform, fresh, pull, network, label, namespace, idFile } = command
  const own = builder === 'classic' ? {} : { BUILDKIT_CACHE_MOUNT_NS: namespace }
  return [
    ...(builder === 'buildx' ? ['buildx', 'build', '--load', '--provenance=false'] : ['build']),
    // An attempt that failed leaves no container behind.
    ...(builder === 'classic' ? ['--force-rm'] : ['--progress', 'plain']),
    ...['--file', dockerfile, '--iidfile', idFile],
    ...(fresh ? ['--no-cache'] : []),
    ...(pull ? ['--pull'] : []),
    ...(network === undefined ? [] : ['--network', network]),
    ...limitsOf(builder, command),
    ...(label === undefined ? [] : ['--label', label]),
    ...(platform === undefined ? [] : ['--platform', platform]),
    ...Object.entries({ ...args, ...own }).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    '--',
    context,
  ]
}

/** Processes and threads of the user of a step. */
const PROCESSES = 16_384

/**
 * Whether a builder holds a step to limits of memory and processes. BuildKit does not: it has no option
 * for memory, and engines up to 20.10 take `--ulimit` and `--cgroup-parent` and do nothing.
 */
export const takesLimits = (builder: Builder): boolean => builder === 'classic'

function limitsOf(builder: Builder, { memory }: BuildCommand): string[] {
  if (!takesLimits(builder)) return []
  const bytes = memory === undefined ? [] : [String(Math.floor(memory * 1024 ** 3))]
  return [
    ...bytes.flatMap((value) => ['--memory', value, '--memory-swap', value]),
    ...['--ulimit', `nproc=${PROCESSES}`],
  ]
}

/**
 * The bytes of the Dockerfile that is built, decoded.
 *
 * @throws ReprogateError `record/path-outside`, `environment/dockerfile-missing`
 */
export async function dockerfileText(request: BuildRequest): Promise<string> {
  return (
    await readRegular(await inside(request, 'Dockerfile', request.dockerfile), DOCKERFILE_CAP)
  ).toString()
}

/** A base that is pinned by digest and already here cannot be fetched into anything else. */
async function mustPull(engine: Engine, dockerfile: string, args: BuildArguments): Promise<boolean> {
  for (const { reference, pinned } of baseImages(dockerfile, args)) {
    if (!pinned || (await engine.inspect(reference)) === null) return true
  }
  return false
}

/**
 * Builds the image and registers its removal. Whatever becomes of the build, the images it left
 * half-way are removed; the base images it has fetched stay, as with any build.
 *
 * @throws ReprogateError `record/path-outside`, `environment/dockerfile-missing`
 */
export async function rebuild(context: EngineContext, request: BuildRequest): Promise<BuildResult> {
  const { engine } = context
  const { args, platform, fresh, timeout, network, memory, temporary } = request
  const dockerfile = await inside(request, 'Dockerfile', request.dockerfile)
  const folder = await inside(request, 'context', request.context)
  const scratch = await mkdtemp(join(context.scratch, 'build-'))
  const idFile = join(scratch, 'id')
  const text = await dockerfileText(request)
  const log = new BuildLog(text)
  const remains = await remainsOf(engine, log)
  context.defer(() => remains.remove())

  if (!takesLimits(engine.builder))
    context.progress.line(
      'this builder takes no limit of memory or processes: a step may use all of the engine’s',
    )
  const started = context.now()
  const result = await engine.docker(
    buildArguments(engine.builder, {
      dockerfile,
      context: folder,
      args,
      platform: platform === engine.platform ? undefined : platform,
      fresh,
      // What a check builds on, it has fetched already.
      pull: fresh && !temporary && (await mustPull(engine, text, args)),
      network,
      memory,
      label: temporary ? engine.label : undefined,
      namespace: randomUUID(),
      idFile,
    }),
    { timeout, outputCap: 0, onLine: (line) => context.progress.line(log.add(line)) },
  )
  const seconds = (context.now() - started) / 1000
  const { builder } = engine
  const id = result.timedOut ? '' : (await readFile(idFile, 'utf8').catch(() => '')).trim()
  await rm(scratch, { recursive: true, force: true })
  if (result.code === 0 && !result.timedOut && id !== '') {
    remains.built(id)
    return { id, builder, seconds }
  }
  await remains.remove()
  return { failure: log.failure(result.timedOut ? 'timeout' : 'failed'), builder, seconds }
}
