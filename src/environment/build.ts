import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { inspectDockerfile, instructionLine } from './dockerfile.js'
import type { Builder, Engine } from '../engine/engine.js'

export interface BuildRequest {
  /** Absolute path of a throwaway export of the commit. */
  directory: string
  /** Relative to it. */
  dockerfile: string
  context: string
  args: Readonly<Record<string, string>>
  /** As `linux/amd64`; default the engine's own. */
  platform?: string
  /** Without cached layers, and with base images fetched again. */
  fresh: boolean
  /** Milliseconds. */
  timeout: number
}

export interface BuildFailure {
  reason: 'failed' | 'timeout'
  /** As `3/5 RUN apt-get install …`. */
  step?: string
  /** Of the Dockerfile, from 1. */
  line?: number
  /** The last lines that the builder printed. Untrusted. */
  tail: string[]
}

export type BuildResult =
  | { id: string; builder: Builder; seconds: number; failure?: undefined }
  | { failure: BuildFailure; builder: Builder; seconds: number; id?: undefined }

const TAIL = 20
/** What the classic builder prints about itself. */
const NOTICE =
  /^(?:DEPRECATED: The legacy builder|\s*(?:BuildKit is currently disabled|Install the buildx component|environment-variable)|\s*https:\/\/docs\.docker\.com\/go\/buildx)/
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g

const plain = (line: string): string => line.replace(ANSI, '').replace(CONTROL, '').trimEnd()

/** Where a path of the export really is; links may not lead out of it: the builder follows them. */
async function inside(directory: string, path: string, what: string): Promise<string> {
  const root = await realpath(directory)
  const real = await realpath(join(root, path)).catch(() => null)
  if (real === null) {
    throw new ReprogateError(
      'environment/path-missing',
      `${what} \`${path}\` is not there at the recorded commit`,
      `Commit it before the run, or correct \`environment.${what === 'Dockerfile' ? 'dockerfile' : 'context'}\`.`,
    )
  }
  if (real === root || real.startsWith(root + sep)) return real
  throw new ReprogateError(
    'environment/path-outside',
    `${what} \`${path}\` leads out of the repository`,
    'Use a path relative to the root of the repository, without `..` and without links that lead out.',
  )
}

/** The arguments of `docker` for one build. Pure. */
export function buildArguments(
  builder: Builder,
  request: { dockerfile: string; context: string; args: BuildRequest['args']; platform?: string },
  { fresh, pull, idFile }: { fresh: boolean; pull: boolean; idFile: string },
): string[] {
  return [
    ...(builder === 'buildx' ? ['buildx', 'build', '--load', '--provenance=false'] : ['build']),
    // An attempt that failed leaves no container behind.
    ...(builder === 'classic' ? ['--force-rm'] : ['--progress', 'plain']),
    ...['--file', request.dockerfile, '--iidfile', idFile],
    ...(fresh ? ['--no-cache'] : []),
    ...(pull ? ['--pull'] : []),
    ...(request.platform === undefined ? [] : ['--platform', request.platform]),
    ...Object.entries(request.args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    '--',
    request.context,
  ]
}

/** Follows what a builder prints: the step it is at, the images it makes, the last lines. */
export function buildLog(dockerfile: string) {
  let step: { text: string; number?: number } | undefined
  let failed: { text: string; number?: number } | undefined
  let line: number | undefined
  const made = new Set<string>()
  const containers = new Set<string>()
  const tail: string[] = []
  return {
    /** Images, and the containers of steps; ids as the builder prints them. */
    made,
    containers,
    add(raw: string): string {
      const text = plain(raw)
      const classic = /^Step (\d+)\/\d+ : (.*)$/.exec(text)
      if (classic) step = { number: Number(classic[1]), text: text.slice(5).replace(' : ', ' ') }
      const running = /^#\d+ \[(?:[^\]]* )?(\d+\/\d+)\] (.*)$/.exec(text)
      if (running) step = { text: `${running[1]} ${running[2]}` }
      // BuildKit names the failing step in its summary, also where others run beside it.
      const buildkit = /^ > \[(?:[^\]]* )?(\d+\/\d+)\] (.*?):?$/.exec(text)
      if (buildkit) failed = { text: `${buildkit[1]} ${buildkit[2]}` }
      const at = /(?:^|\/)[^/\s:]+:(\d+)$/.exec(text)
      if (at && failed) line ??= Number(at[1])
      const parse = /[dD]ockerfile parse error (?:on )?line (\d+)/.exec(text)
      if (parse) line ??= Number(parse[1])
      const image =
        /^ ---> ([0-9a-f]{12})$/.exec(text) ??
        /^Successfully built ([0-9a-f]{12})$/.exec(text) ??
        /^#\d+ (?:writing image|exporting manifest) (sha256:[0-9a-f]{64})/.exec(text)
      if (image) made.add(image[1]!)
      const container = /^ ---> Running in ([0-9a-f]{12})$/.exec(text)
      if (container) containers.add(container[1]!)
      if (text.trim() !== '' && !NOTICE.test(text)) {
        tail.push(text)
        if (tail.length > TAIL) tail.shift()
      }
      return text
    },
    failure(reason: BuildFailure['reason']): BuildFailure {
      const where = failed ?? step
      const found = line ?? (where && instructionLine(dockerfile, where))
      return {
        reason,
        ...(where && { step: where.text }),
        ...(found !== undefined && { line: found }),
        tail: [...tail],
      }
    },
  }
}

/** A base that is pinned by digest and already here cannot be fetched into anything else. */
async function mustPull(engine: Engine, dockerfile: string, args: BuildRequest['args']): Promise<boolean> {
  for (const { reference, pinned } of inspectDockerfile(dockerfile, args).bases) {
    if (!pinned || (await engine.inspect(reference)) === null) return true
  }
  return false
}

/**
 * Builds the image and registers its removal. Whatever becomes of the build, the images it left
 * half-way are removed; the base images it has fetched stay, as with any build.
 *
 * @throws ReprogateError `environment/path-missing`, `environment/path-outside`
 */
export async function rebuild(context: Context, engine: Engine, request: BuildRequest): Promise<BuildResult> {
  const dockerfile = await inside(request.directory, request.dockerfile, 'Dockerfile')
  const contextPath = await inside(request.directory, request.context, 'Context')
  const text = await readFile(dockerfile, 'utf8')
  const scratch = await mkdtemp(join(context.scratch, 'build-'))
  const idFile = join(scratch, 'id')

  const listed = await engine.docker(['image', 'ls', '--all', '--quiet', '--no-trunc'], { timeout: 60_000 })
  const before = new Set(listed.stdout.toString().split('\n'))
  const log = buildLog(text)
  let id = ''
  const remove = async () => {
    if (id === '' && log.containers.size > 0) {
      await engine.cleanup(['rm', '--force', '--volumes', '--', ...log.containers])
    }
    // The last image first: removing it takes the layers along that it alone was built on.
    for (const image of [id, ...[...log.made].reverse()]) {
      const old = [...before].some((one) => one === image || one.startsWith(`sha256:${image}`))
      if (image !== '' && !old) await engine.removeImage(image)
    }
  }
  context.defer(remove)

  const started = context.now()
  const { platform } = request
  const result = await engine.docker(
    buildArguments(
      engine.builder,
      {
        dockerfile,
        context: contextPath,
        args: request.args,
        ...(platform !== undefined && platform !== engine.platform && { platform }),
      },
      { fresh: request.fresh, pull: request.fresh && (await mustPull(engine, text, request.args)), idFile },
    ),
    {
      timeout: request.timeout,
      outputCap: 0,
      onLine: (line) => context.progress.line(log.add(line)),
    },
  )
  const seconds = (context.now() - started) / 1000
  const { builder } = engine
  id = result.timedOut ? '' : (await readFile(idFile, 'utf8').catch(() => '')).trim()
  await rm(scratch, { recursive: true, force: true })
  if (result.code === 0 && !result.timedOut && id !== '') return { id, builder, seconds }
  await remove()
  return { failure: log.failure(result.timedOut ? 'timeout' : 'failed'), builder, seconds }
}
