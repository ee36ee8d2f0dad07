import type { LockReading } from '../../provenance/lockfiles/index.js'
import { bareName, plainName, type LockEntry } from '../../provenance/lockfiles/lock.js'
import { CONDA_NAMES, distributionOf, OWN_CODE, STUB_NAMES } from './distributions.js'

/** What is to be resolved. */
export interface WantedPackages {
  /** Lines of requirements. */
  lines: string[]
  /** Versions that a lock has, of what these bring along. */
  constraints: string[]
  /** Distributions that the code imports, by plain name: they are never dropped. */
  imported: ReadonlySet<string>
  /** Distributions that are imported and stand in no file. */
  added: string[]
  /** Entries that are left out, with the reason. */
  dropped: string[]
  /** Imports whose distribution nobody knows. */
  unknown: string[]
}

const CONDA = new Set(['conda-lock', 'explicit conda', 'pixi', 'conda environment'])
/** Locks that list for every system, and hold tools of developers: their direct names come from elsewhere. */
const WIDE = new Set(['poetry', 'pdm', 'Pipfile.lock'])

/**
 * Completes what a file asks for by what the code imports. Names are mapped, never guessed: a stranger's
 * package of the import's own name is not installed.
 *
 * @param direct what is asked for beside a lock: of `pyproject.toml`, of `Pipfile`
 */
export function wantedFrom(
  lock: LockReading | undefined,
  direct: LockReading | undefined,
  imports: readonly string[],
): WantedPackages {
  const found = imports.map((module) => [module.split('.')[0] ?? '', distributionOf(module)] as const)
  const imported = new Set(found.flatMap(([, one]) => (typeof one === 'object' ? plainName(one.name) : [])))
  const dropped: string[] = []
  const entries = (lock?.entries ?? []).flatMap((entry) => usable(entry, lock!, { imported, dropped }))
  const wide = lock !== undefined && WIDE.has(lock.format)
  const asked = wide && direct !== undefined ? direct.entries : entries
  const names = new Set(entries.map(({ name }) => bareName(name)))
  const added = [...imported].filter((name) => !names.has(name) && !hasVariant(names, name)).sort()
  const unknown = found.flatMap(([top, one]) =>
    one === 'unknown' && !OWN_CODE.has(top) && !names.has(plainName(top)) ? [top] : [],
  )
  return {
    lines: [...asked.map(lineOf).filter(isOneLine), ...added],
    constraints: wide
      ? entries
          .flatMap(({ name, version }) => (version === undefined ? [] : `${bareName(name)}==${version}`))
          .filter(isOneLine)
      : [],
    imported,
    added,
    dropped,
    unknown: [...new Set(unknown)].sort(),
  }
}

/** A name or version of a lock may hold anything, and a second line could be an option. */
const isOneLine = (line: string): boolean => /^[A-Za-z0-9][^\p{Cc}]*$/u.test(line)

/** `opencv-python` gives what `opencv-python-headless` gives. */
const VARIANTS: readonly (readonly string[])[] = [
  ['opencv-python-headless', 'opencv-python', 'opencv-contrib-python', 'opencv-contrib-python-headless'],
  ['tensorflow', 'tensorflow-cpu', 'tensorflow-gpu'],
  ['progressbar2', 'progressbar33', 'progressbar'],
  ['faiss-cpu', 'faiss-gpu'],
]
const hasVariant = (names: ReadonlySet<string>, name: string): boolean =>
  VARIANTS.some((all) => all.includes(name) && all.some((one) => names.has(one)))

function usable(
  entry: LockEntry,
  { format, level }: LockReading,
  { imported, dropped }: { imported: ReadonlySet<string>; dropped: string[] },
): LockEntry[] {
  const drop = (why: string): LockEntry[] => {
    dropped.push(`${entry.name}: ${why}`)
    return []
  }
  if (/^(?:pywin32|pywinpty|win-|vs20|codecov)/i.test(entry.name) && !imported.has(bareName(entry.name)))
    return drop('for another system')
  if (/another machine|nothing that pip/.test(entry.loose ?? '') && entry.range !== undefined)
    return imported.has(bareName(entry.name)) ? [{ name: entry.name }] : drop('a file of another machine')
  const meant = Object.hasOwn(STUB_NAMES, bareName(entry.name)) ? STUB_NAMES[bareName(entry.name)] : undefined
  // A version of the stub is none of the package.
  if (!CONDA.has(format) && meant !== undefined) {
    dropped.push(`${entry.name}: a stub, ${meant} is meant`)
    return [{ name: meant }]
  }
  if (!CONDA.has(format)) return entry.loose?.startsWith('is nothing') ? drop('no requirement') : [entry]
  const known = Object.hasOwn(CONDA_NAMES, entry.name) ? CONDA_NAMES[entry.name]! : entry.name
  const marked = entry.range?.startsWith('build ') || level >= 3
  if (known === '') return []
  // An export lists what conda alone has: only what is imported is sure to be on the index.
  if (marked && !imported.has(bareName(known))) return drop('conda’s, and not imported')
  return [{ ...entry, name: known, range: entry.version === undefined ? condaRange(entry.range) : undefined }]
}

/** `=1.2` of conda is `==1.2.*` of pip. */
const condaRange = (range = ''): string =>
  range.replace(/^=(?!=)([\d.]+)$/, '==$1.*').replace(/^=[^=]*=.*/s, '')

function lineOf({ name, version, range = '', marker }: LockEntry): string {
  const behind = marker === undefined ? '' : ` ; ${marker}`
  if (/^(?:git\+|https?:)/.test(range)) return `${name} @ ${range}${behind}`
  return `${name}${version === undefined ? poetryRange(range) : `==${version}`}${behind}`
}

/** Poetry's `^1.2` and `~1.2`, as pip has them. */
const poetryRange = (range: string): string =>
  range
    .replace(/^\^(\d+)(\D.*)?$/s, (_, major: string, rest = '') => `>=${major}${rest},<${Number(major) + 1}`)
    .replace(/^~(\d[\d.]*)$/, '~=$1')
