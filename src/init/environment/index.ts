import { join } from 'node:path/posix'
import { writeFile, mkdtemp } from 'node:fs/promises'
import { join as joinHere } from 'node:path'
import { lockCandidates } from '../../provenance/lockfiles/choose.js'
import { readLock, type LockReading } from '../../provenance/lockfiles/index.js'
import { plainName } from '../../provenance/lockfiles/lock.js'
import { ReprogateError } from '../../system/errors.js'
import { asOfTime, type AsOf } from './date.js'
import { DIGEST_MISSING, environmentDockerfile } from './dockerfile-text.js'
import { givenBase, pinnedImage } from './base.js'
import { checkedLock } from './checked.js'
import { SYSTEM_PACKAGES } from './distributions.js'
import { allows, isKnownPython, minorOf, pythonImage, pythonsToTry } from './python.js'
import type { EnvironmentTools, EnvironmentWish, MadeEnvironment, NoEnvironment } from './request.js'
import { resolveVersions, type Resolved } from './resolve.js'
import { noteOf, sentences, type Made, type StatedPython } from './told.js'
import { wantedFrom, type WantedPackages } from './wanted.js'

const OTHER_LANGUAGES = new Set(['renv', 'DESCRIPTION', 'Julia manifest'])
const SOURCE_CAP = 400 * 1024

/**
 * The files of an environment for a repository that has none: from the best lock, else resolved as of the
 * time of the result or the code. It says which, and never calls a reconstruction recorded.
 */
export async function makeEnvironment(
  tools: EnvironmentTools,
  wish: EnvironmentWish,
): Promise<MadeEnvironment | NoEnvironment> {
  const old = await pythonTwo(wish)
  if (old !== undefined)
    return {
      cannot: `${old} is written for Python 2, which no current resolver serves`,
      next: 'Write a Dockerfile by hand, from an image that has Python 2.',
    }
  const [lock, direct] = await locksOf(wish)
  if (lock && OTHER_LANGUAGES.has(lock.format))
    return {
      cannot: `${lock.path} is not of Python`,
      next: `Write a Dockerfile that installs from ${lock.path}.`,
    }
  if (lock === undefined && wish.imports.length === 0)
    return { cannot: 'nothing says which packages the code needs', next: 'Write a requirements.txt.' }
  const asOf = await asOfTime(tools, wish, lock?.path)
  if (asOf === undefined)
    return { cannot: 'nothing is committed, so there is no date to go by', next: 'Commit the code.' }
  const wanted = wantedFrom(lock, direct, wish.imports)
  const given = wish.base === undefined ? undefined : await givenBase(tools, wish.base)
  if (given && 'cannot' in given) return given
  const asked = statedPython(wish, lock)
  const other = given && anotherPython(given.python, asked, rangeOf(lock))
  if (other !== undefined)
    return {
      cannot: `${other}, and ${wish.base} has Python ${given?.python}`,
      next: 'Name an image that has it.',
    }
  const stated = given ? { version: given.python, by: wish.base! } : asked
  if (stated !== undefined && !isKnownPython(minorOf(stated.version)))
    return {
      cannot: `${stated.by} asks for Python ${stated.version}, for which there is no image`,
      next: 'Write a Dockerfile from an image that has it.',
    }
  try {
    const resolved =
      (await exported(tools, wish, { lock, asOf, stated: stated?.version })) ??
      (await resolvedAsOf(tools, wish, { wanted, asOf, stated: stated?.version, lock }))
    if ('error' in resolved)
      return {
        cannot: `no versions fit together as of ${asOf.time}: ${lastWords(resolved.error)}`,
        next: 'Correct the requirements, or ask for today’s versions with `--as-of today`.',
      }
    return await filesOf(tools, wish, { lock, wanted, resolved, asOf, stated, base: given?.reference })
  } catch (error) {
    if (!(error instanceof ReprogateError) || error.code !== 'program/missing') throw error
    return {
      cannot: 'the resolver `uv` is not installed',
      next: 'Install it (`pip install uv`, or https://docs.astral.sh/uv) and run the same again.',
    }
  }
}

const lastWords = (error: string): string =>
  error
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-3)
    .join(' ')
    .slice(0, 400)

/** The best lock, and what is asked for beside it. */
async function locksOf({
  files,
  folder,
  installed,
}: EnvironmentWish): Promise<[LockReading | undefined, LockReading | undefined]> {
  const found: LockReading[] = []
  for (const path of lockCandidates(await files.list(), { folder, installed }).slice(0, 20)) {
    const lock = await readLock(files, path)
    if (lock && lock.problem === undefined && lock.entries.length > 0) found.push(lock)
  }
  const isProject = ({ format }: LockReading) => format === 'pyproject' || format === 'Pipfile'
  return [found[0], found.find((one) => one !== found[0] && isProject(one))]
}

/** The first file that only Python 2 reads. */
async function pythonTwo({ files, code }: EnvironmentWish): Promise<string | undefined> {
  for (const path of code.slice(0, 50)) {
    const read = await files.read(path, SOURCE_CAP)
    if (
      'bytes' in read &&
      /^[ \t]*(?:print[ \t]+["'\w]|except[ \t]+[\w.]+[ \t]*,[ \t]*\w+[ \t]*:|exec[ \t]+["'])/m.test(
        read.bytes.toString(),
      )
    )
      return path
  }
  return undefined
}

/** An exact version; a range only filters. */
function statedPython({ python }: EnvironmentWish, lock: LockReading | undefined): StatedPython | undefined {
  if (python !== undefined) return python
  const exact = /^(?:==)?(\d\.\d+(?:\.\d+)?)(?:\.\*)?$/.exec(lock?.python?.trim() ?? '')?.[1]
  return exact === undefined || lock === undefined ? undefined : { version: exact, by: lock.path }
}

/** What the code asks for, as a clause, if a base has another Python. */
function anotherPython(
  has: string,
  stated: StatedPython | undefined,
  range: string | undefined,
): string | undefined {
  if (stated !== undefined && minorOf(stated.version) !== has)
    return `${stated.by} asks for Python ${stated.version}`
  return range === undefined || allows(range, has) ? undefined : `the project asks for Python ${range}`
}

const rangeOf = (lock: LockReading | undefined): string | undefined =>
  /[<>^~]/.test(lock?.python ?? '') ? lock?.python : undefined

interface Choosing {
  lock: LockReading | undefined
  asOf: AsOf
  stated: string | undefined
}

/** `uv.lock` as it stands; requirements with hashes as they are. undefined: there is neither. */
async function exported(
  { run, scratch }: EnvironmentTools,
  { files }: EnvironmentWish,
  { lock, asOf, stated }: Choosing,
): Promise<Resolved | undefined> {
  const [python] = pythonsToTry(asOf.time, stated, rangeOf(lock))
  if (lock === undefined || python === undefined || lock.level < 4) return undefined
  const recorded = { python, time: asOf.time, attempt: 'recorded', dropped: [], changed: [] }
  if (lock.format === 'requirements' && lock.entries.every(({ file }) => file === undefined)) {
    const read = await files.read(lock.path, SOURCE_CAP * 10)
    return 'bytes' in read ? { ...recorded, lock: read.bytes.toString() } : undefined
  }
  if (lock.format !== 'uv') return undefined
  const folder = await mkdtemp(joinHere(scratch, 'export-'))
  for (const name of ['uv.lock', 'pyproject.toml']) {
    const read = await files.read(join(lock.path, '..', name), SOURCE_CAP * 40)
    if (!('bytes' in read)) return undefined
    await writeFile(joinHere(folder, name), read.bytes)
  }
  const asked = [
    'export',
    '--frozen',
    '--no-emit-project',
    '--no-header',
    '--no-annotate',
    '--no-dev',
    '--no-config',
    '--quiet',
  ] as const
  const { code, stdout } = await run(['uv', ...asked], { cwd: folder })
  return code === 0 ? { ...recorded, lock: stdout.toString() } : undefined
}

async function resolvedAsOf(
  tools: EnvironmentTools,
  { asOf: wish }: EnvironmentWish,
  { wanted, asOf, stated, lock }: Choosing & { wanted: WantedPackages },
): Promise<Resolved | { error: string }> {
  const pythons = pythonsToTry(asOf.time, stated, rangeOf(lock))
  if (pythons.length === 0) return { error: `no Python of that time is in ${lock?.python}` }
  const head = await tools.git.lastChange(['.'])
  return resolveVersions(tools, {
    // Old packages import `pkg_resources` and do not say so.
    wanted:
      Number(pythons[0]!.split('.')[1]) < 12 ? { ...wanted, lines: withSetuptools(wanted.lines) } : wanted,
    pythons,
    time: asOf.time,
    headTime: head === undefined ? undefined : new Date(head).toISOString().replace(/\.\d+Z$/, 'Z'),
    today: wish === 'today',
  })
}

const withSetuptools = (lines: readonly string[]): string[] =>
  lines.some((line) => /^setuptools\b/i.test(line)) ? [...lines] : [...lines, 'setuptools']

async function filesOf(
  tools: EnvironmentTools,
  { files, folder }: EnvironmentWish,
  made: Made & { base: string | undefined },
): Promise<MadeEnvironment> {
  const { resolved, lock } = made
  const there = new Set(await files.list())
  const free = (...names: string[]) =>
    names.map((name) => join(folder, name)).find((path) => !there.has(path)) ?? join(folder, names.at(-1)!)
  const dockerfile = free('Dockerfile', 'reprogate.Dockerfile')
  const locked = free('requirements.lock', 'reprogate.requirements.lock')
  const said = [...sentences(made), ...(await checkedLock(tools, made))]
  const names = new Set(
    [...resolved.lock.matchAll(/^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==/gm)].map(([, name]) =>
      plainName(name!),
    ),
  )
  const system = new Set([
    ...(lock?.system ?? []).filter((name) => /^[a-z0-9][a-z0-9+.-]+$/.test(name)),
    ...[...names].flatMap((name) => (Object.hasOwn(SYSTEM_PACKAGES, name) ? SYSTEM_PACKAGES[name]! : [])),
  ])
  const image = pythonImage(resolved.python)
  const base = made.base ?? (await pinnedImage(tools, image))
  if (base === undefined)
    said.push(
      `No registry could be asked for the digest of ${image}, and this engine does not have it: complete the line ARG BASE of ${dockerfile}, or delete ${dockerfile} and run \`reprogate init --base <image>\`.`,
    )
  return {
    files: [
      {
        path: dockerfile,
        text: environmentDockerfile({
          said,
          base: base ?? `${image}@sha256:${DIGEST_MISSING}`,
          lock: locked,
          epoch: Math.floor(Date.parse(resolved.time) / 1000),
          system: [...system].sort(),
        }),
      },
      { path: locked, text: resolved.lock },
      { path: `${locked}.json`, text: `${JSON.stringify(noteOf(made), null, 2)}\n` },
    ],
    said,
  }
}
