import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { plainName } from '../../provenance/lockfiles/lock.js'
import { daysLater } from './date.js'
import { HEAVY } from './distributions.js'
import type { EnvironmentTools } from './request.js'
import type { WantedPackages } from './wanted.js'

/** A resolution that came to its end. */
export interface Resolved {
  /** `requirements.lock`, with hashes. */
  lock: string
  python: string
  /** The time as of which versions were taken. */
  time: string
  /** Name of the attempt that succeeded. */
  attempt: string
  dropped: string[]
  changed: string[]
}

export interface Resolving {
  wanted: WantedPackages
  /** In the order in which they are tried. */
  pythons: readonly string[]
  time: string
  /** The last commit's time, for pins that are younger than the code. */
  headTime: string | undefined
  today: boolean
}

/** Milliseconds for one attempt: of the index most of it. */
const ATTEMPT_MS = 180_000
const MOST_REPAIRS = 6
/** Build tools are cut off later: what was current then builds old packages, and hardly anything older does. */
const TOOLS_SINCE = '2021-09-01T00:00:00Z'
/** Before 3.10 packages build with `use_2to3`. */
const oldBuildTools = (python: string): boolean => Number(python.split('.')[1]) < 10
const BUILD_CONSTRAINT = 'setuptools<58'

interface Attempt {
  name: string
  time: string
  /** Pins contradict each other, as installers before 2020-11-30 did not check. */
  override?: boolean
  /** Only what the code imports. */
  minimal?: boolean
  when(error: string): boolean
}

const always = () => true
const isConflict = (error: string) => /conflict|incompatible|depends on|unsatisfiable/i.test(error)
const isTooNew = (error: string) => /exclude-newer|exclude newer|no versions? of/i.test(error)

/** The ladder, in order. The name of the step that succeeds is recorded. */
function ladder({ time, headTime, today }: Resolving): Attempt[] {
  if (today) return [{ name: 'today', time, when: always }]
  return [
    { name: 'as-of', time, when: always },
    { name: 'conflict-overridden', time, override: true, when: isConflict },
    ...[90, 180, 365].map((days) => ({
      name: days === 365 ? 'later-1y' : `later-${days}d`,
      time: daysLater(time, days),
      when: isTooNew,
    })),
    ...(headTime === undefined || headTime === time
      ? []
      : [{ name: 'head-date', time: headTime, when: isTooNew }]),
    { name: 'minimal', time, minimal: true, when: always },
  ]
}

/**
 * Climbs the ladder until something resolves.
 *
 * @returns the resolver's last words if nothing does
 * @throws ReprogateError `program/missing` without `uv`
 */
export async function resolveVersions(
  tools: EnvironmentTools,
  resolving: Resolving,
): Promise<Resolved | { error: string }> {
  let error = ''
  for (const attempt of ladder(resolving)) {
    if (!attempt.when(error)) continue
    for (const python of resolving.pythons) {
      const outcome = await withRepairs(tools, resolving.wanted, { ...attempt, python })
      if ('lock' in outcome) return { ...outcome, python, time: attempt.time, attempt: attempt.name }
      error = outcome.error
      // A later Python cannot mend pins that contradict each other.
      if (attempt.override || attempt.minimal) break
    }
  }
  return { error }
}

type Step = Attempt & { python: string }

async function withRepairs(
  tools: EnvironmentTools,
  { lines, constraints, imported }: WantedPackages,
  step: Step,
): Promise<Pick<Resolved, 'lock' | 'dropped' | 'changed'> | { error: string }> {
  const [dropped, changed]: [string[], string[]] = [[], []]
  const isImported = (line: string) => imported.has(plainName(nameIn(line)))
  let now = step.minimal ? lines.filter(isImported) : [...lines]
  if (step.minimal)
    dropped.push(...lines.filter((line) => !isImported(line)).map((line) => `${line}: not imported`))
  let error = ''
  for (let round = 0; round <= MOST_REPAIRS; round++) {
    const compiled = await compile(tools, { lines: now, constraints, step })
    if ('lock' in compiled) return { ...compiled, dropped, changed }
    error = compiled.error
    const repaired = repair(now, error, isImported)
    if (repaired === undefined) break
    now = repaired.lines
    if (repaired.to === undefined) dropped.push(`${repaired.from}: the index has no such version`)
    else changed.push(`${repaired.from} → ${repaired.to}`)
  }
  return { error }
}

const nameIn = (line: string): string => /^[A-Za-z0-9][\w.-]*/.exec(line)?.[0] ?? line

/** A pin that the index does not have: its base version, else left out if nothing imports it, else the next later one. */
export function repair(
  lines: readonly string[],
  error: string,
  isImported: (line: string) => boolean,
): { lines: string[]; from: string; to: string | undefined } | undefined {
  for (const [, name = '', version = ''] of error.matchAll(
    /no version of ([\w.-]+)(?:\[[^\]]*\])?==([\w.+!-]+)/g,
  )) {
    const at = lines.findIndex(
      (line) => plainName(nameIn(line)) === plainName(name) && line.includes(`==${version}`),
    )
    if (at < 0) continue
    const from = lines[at]!
    const base = version.replace(/\+.*|\.post\d+$/s, '')
    const to =
      base !== version
        ? from.replace(version, base)
        : isImported(from)
          ? from.replace(`==${version}`, `>=${version}`)
          : undefined
    return { lines: lines.toSpliced(at, 1, ...(to === undefined ? [] : [to])), from, to }
  }
  return undefined
}

async function compile(
  { run, scratch }: EnvironmentTools,
  { lines, constraints, step }: { lines: readonly string[]; constraints: readonly string[]; step: Step },
): Promise<{ lock: string } | { error: string }> {
  const folder = await mkdtemp(join(scratch, 'resolve-'))
  const file = async (name: string, text: readonly string[]) => {
    await writeFile(join(folder, name), `${text.join('\n')}\n`)
    return join(folder, name)
  }
  const out = join(folder, 'requirements.lock')
  const input = await file('in.txt', lines)
  const build = await file('build.txt', oldBuildTools(step.python) ? [BUILD_CONSTRAINT] : [])
  const pins = await file(
    'pins.txt',
    lines.filter((line) => line.includes('==')),
  )
  const held = await file('constraints.txt', constraints)
  const argv: [string, ...string[]] = [
    'uv',
    ...['pip', 'compile', input, '--output-file', out, '--quiet', '--no-header', '--no-annotate'],
    ...['--generate-hashes', '--no-config', '--python-platform', 'linux', '--python-version', step.python],
    ...['--exclude-newer', step.time, '--build-constraints', build, '--constraints', held],
    ...(step.override ? ['--overrides', pins] : []),
    ...HEAVY.flatMap((name) => ['--only-binary', name]),
    ...['setuptools', 'wheel'].flatMap((name) => [
      '--exclude-newer-package',
      `${name}=${step.time > TOOLS_SINCE ? step.time : TOOLS_SINCE}`,
    ]),
  ]
  const { code, stderr, timedOut } = await run(argv, { cwd: folder, timeout: ATTEMPT_MS })
  if (code === 0 && !timedOut) return { lock: await readFile(out, 'utf8') }
  return { error: timedOut ? `it took longer than ${ATTEMPT_MS / 1000} s` : stderr.trim() }
}
