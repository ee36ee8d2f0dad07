import { compareConfig, variableOf } from '../environment/compare/config.js'
import { DifferingPaths } from '../environment/compare/differing.js'
import { comparePackages } from '../environment/compare/packages.js'
import type { Manifest } from '../environment/manifest/manifest.js'
import { isTrace, sourceOf } from '../environment/packages/index.js'
import { ownersOf } from '../environment/packages/owners.js'
import { BATCH, type Pause } from '../environment/pause.js'
import { showPath, showText } from '../text/latin1.js'
import type { Difference } from '../verdict/evidence.js'

/** What can be put from one image into another as a whole: a package, a file that none owns, a variable. */
export interface Unit {
  readonly id: string
  readonly difference: Difference
  /** Everything that it has in either image: latin1, without a leading slash. None for a variable. */
  readonly paths: readonly string[]
  readonly variable?: string | undefined
  /** A look at what the pinned image loads cannot show it: a variable, what only the rebuild has, `.pth`. */
  readonly unseen: boolean
}

export interface Units {
  units: readonly Unit[]
  /** Package databases: they go along with everything, and decide nothing. */
  traces: readonly string[]
}

/** Files outside packages that are a unit each; of more, those of one folder are. */
const MOST_FILES = 100
/** Folders from the root that such a unit is named by. */
const FOLDER_DEPTH = 4

/** Two images in which something differs. */
export interface Pair {
  pinned: Manifest
  rebuilt: Manifest
}

/** Every difference as a unit. What a package has beside its changed files belongs to it, too. */
export async function unitsOf(pair: Pair, pause: Pause): Promise<Units> {
  const { pinned, rebuilt } = pair
  const differing = await DifferingPaths.between(pinned.entries, rebuilt.entries, pause)
  const paths = [...differing.all()].filter((path) => counts(pair, path))
  const traces = paths.filter(isTrace)
  const owner = await ownerIn(pair, pause)
  const owned = new Map<string, string[]>()
  /** The first path of each that differs: what a package is told by if its version does not. */
  const firstOf = new Map<string, string>()
  const loose: string[] = []
  for (const path of paths) {
    if (isTrace(path)) continue
    const of = owner(path)
    if (of === undefined) loose.push(path)
    else {
      owned.set(of, [])
      if (!firstOf.has(of)) firstOf.set(of, path)
    }
  }
  const versions = new Map(
    comparePackages(pair.pinned.packages, pair.rebuilt.packages).map(({ package: one, difference }) => [
      keyOf(one.ecosystem, difference.name, one.root),
      difference,
    ]),
  )
  for (const key of versions.keys()) if (!owned.has(key)) owned.set(key, [])
  await giveFiles(pair, { owner, owned }, pause)
  return {
    traces,
    units: [
      // A distribution's Python package is named twice, and has its files once.
      ...[...owned].flatMap(([key, all]) =>
        all.length === 0
          ? []
          : [packageUnit(pair, key, all, versions.get(key) ?? filesDiffer(key, firstOf.get(key) ?? all[0]!))],
      ),
      ...variableUnits(pair),
      ...looseUnits(pair, loose),
    ],
  }
}

type OwnerOf = (path: string) => string | undefined

/** Gives each changed package all of its files, in either image. */
async function giveFiles(
  pair: Pair,
  { owner, owned }: { owner: OwnerOf; owned: ReadonlyMap<string, string[]> },
  pause: Pause,
): Promise<void> {
  const { pinned, rebuilt } = pair
  let done = 0
  for (const entries of [pinned.entries, rebuilt.entries])
    for (const path of entries.paths()) {
      if (++done % BATCH === 0) await pause()
      const known = entries === rebuilt.entries && pinned.entries.has(path)
      if (known || isTrace(path) || !counts(pair, path)) continue
      const of = owner(path)
      if (of !== undefined) owned.get(of)?.push(path)
    }
}

const keyOf = (ecosystem: string, owner: string, root: string): string => [ecosystem, owner, root].join('\0')

/** A folder that has something in it comes and goes with that, unless its own mode or owner differs. */
function counts({ pinned, rebuilt }: Pair, path: string): boolean {
  const sides = [pinned.entries.get(path), rebuilt.entries.get(path)].filter((side) => side !== undefined)
  return sides.length === 2 || sides.every(({ type }) => type !== 'd')
}

/** The key of the package that owns a path on either side. */
async function ownerIn({ pinned, rebuilt }: Pair, pause: Pause): Promise<OwnerOf> {
  const owners = [await ownersOf(pinned, pause), await ownersOf(rebuilt, pause)]
  return (path) => {
    if ((pinned.entries.get(path) ?? rebuilt.entries.get(path))?.type === 'd') return undefined
    for (const ownerOf of owners) {
      const found = ownerOf(path)
      if (found) return keyOf(found.ecosystem, found.owner, found.root)
    }
    return undefined
  }
}

function packageUnit({ pinned }: Pair, key: string, paths: readonly string[], difference: Difference): Unit {
  const unseen = !paths.some((path) => pinned.entries.has(path)) || paths.some((path) => /\.pth$/.test(path))
  return { id: `package ${key.replaceAll('\0', ' ')}`, difference, paths, unseen }
}

/** Of a package whose version is the same. */
function filesDiffer(key: string, path: string): Difference {
  const [, owner = ''] = key.split('\0')
  return { kind: 'package-file', name: showPath(path), owner: showText(owner) }
}

function variableUnits({ pinned, rebuilt }: Pair): Unit[] {
  return compareConfig(pinned.config, rebuilt.config).flatMap(({ difference }) => {
    const variable = variableOf(difference.name)
    if (variable === undefined) return []
    return [{ id: `variable ${variable}`, difference, paths: [], variable, unseen: true }]
  })
}

/** A compiled file goes with its source. */
function looseUnits({ pinned, rebuilt }: Pair, paths: readonly string[]): Unit[] {
  const many = new Set(paths.map((path) => sourceOf(path) ?? path)).size > MOST_FILES
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const source = sourceOf(path) ?? path
    const name = many ? source.split('/').slice(0, FOLDER_DEPTH).join('/') : source
    const group = groups.get(name)
    if (group) group.push(path)
    else groups.set(name, [path])
  }
  return [...groups].map(([name, group]) => {
    const note = !group.some((path) => rebuilt.entries.has(path))
      ? 'missing in the rebuild'
      : !group.some((path) => pinned.entries.has(path))
        ? 'only in the rebuild'
        : 'content'
    const kind = group.length === 1 && group[0] === name ? 'file' : 'folder'
    return {
      id: `file ${name}`,
      difference: { kind, name: showPath(name), note },
      paths: group,
      unseen: note === 'only in the rebuild' || /(?:\.pth|sitecustomize\.py)$/.test(name),
    }
  })
}
