import type { Difference } from '../../verdict/report.js'
import { byText, type ImageConfig } from '../manifest/hash.js'
import type { Entry, Manifest } from '../manifest/read.js'
import { folderDigests, type ManifestFile } from '../manifest/file.js'
import { ownersOf, packageKey, purl, sourceOf, type Owners, type Package } from '../packages/packages.js'
import { showPath, showText } from '../../text/latin1.js'

/** How equal two environments are: no difference; only files of no package; or more. */
export type Level = 'content' | 'packages' | 'drift'

export interface Comparison {
  level: Level
  /** All of them, most important first. */
  differences: Difference[]
  counts: Partial<Record<Difference['kind'], number>>
}

const ORDER: readonly Difference['kind'][] = ['package', 'config', 'package-file', 'file', 'folder']
const ONLY_REBUILT = 'only in the rebuild'
const ONLY_PINNED = 'missing in the rebuild'
const VALUE_CAP = 500

/** What changes along with any Debian package, and says no more than the package itself does. */
const DPKG_TRACES = /^(?:var\/lib\/dpkg(?:\/.*)?|var\/lib\/apt\/extended_states|etc\/ld\.so\.cache)$/s
/** The same by folder, where only folders can be compared. */
const DPKG_FOLDERS = /^(?:var\/lib\/dpkg(?:\/.*)?|var\/lib\/apt|etc)$/s

const present = (pinned: string | undefined, rebuilt: string | undefined) => ({
  ...(pinned !== undefined && { pinned: pinned.slice(0, VALUE_CAP) }),
  ...(rebuilt !== undefined && { rebuilt: rebuilt.slice(0, VALUE_CAP) }),
})

function keyed<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const map = new Map<string, T[]>()
  for (const value of values) {
    const name = key(value)
    const same = map.get(name)
    if (same) same.push(value)
    else map.set(name, [value])
  }
  return map
}

interface PackageDifference {
  difference: Difference
  package: Package
}

function comparePackages(pinned: readonly Package[], rebuilt: readonly Package[]): PackageDifference[] {
  const [before, after] = [keyed(pinned, packageKey), keyed(rebuilt, packageKey)]
  const versions = (packages: Package[] | undefined) =>
    packages &&
    showText(
      packages
        .map(({ version }) => version)
        .sort(byText)
        .join(', '),
    )
  const found: PackageDifference[] = []
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [versions(before.get(key)), versions(after.get(key))]
    if (was === is) continue
    const [one] = (before.get(key) ?? after.get(key))!
    found.push({
      package: one!,
      difference: { kind: 'package', name: showText(purl(one!)), ...present(was, is) },
    })
  }
  // Two environments in one image: the name alone would not say which of them.
  for (const same of keyed(found, ({ difference }) => difference.name).values()) {
    if (same.length > 1) {
      for (const {
        difference,
        package: { root, arch },
      } of same)
        difference.note = root === '' ? arch : `in ${showPath(root)}`
    }
  }
  return found
}

function compareConfig(pinned: ImageConfig, rebuilt: ImageConfig): Difference[] {
  const split = (env: readonly string[]) =>
    new Map(env.map((setting) => [setting.split('=', 1)[0]!, setting.slice(setting.indexOf('=') + 1)]))
  const [before, after] = [split(pinned.env), split(rebuilt.env)]
  const shown = (value: string | string[]) =>
    value.length === 0 ? undefined : typeof value === 'string' ? value : JSON.stringify(value)
  const settings = (Object.keys(pinned) as (keyof ImageConfig)[])
    .filter((key) => key !== 'env')
    .map((key) => ({
      name: key[0]!.toUpperCase() + key.slice(1),
      was: shown(pinned[key]),
      is: shown(rebuilt[key]),
    }))
  const variables = [...new Set([...before.keys(), ...after.keys()])].map((name) => ({
    name: `Env.${name}`,
    was: before.get(name),
    is: after.get(name),
  }))
  return [...variables, ...settings]
    .filter(({ was, is }) => was !== is)
    .map(({ name, was, is }) => ({ kind: 'config', name, ...present(was, is) }))
}

function describe(entry: Entry): string {
  if (entry.type === 'f') return entry.digest === '' ? 'file' : `sha256:${entry.digest.slice(0, 12)}`
  return entry.type === 'd' ? 'folder' : showText(entry.link)
}

function note(path: string, was: Entry, is: Entry, equal: (path: string) => boolean): string {
  const source = sourceOf(path)
  const parts = [
    was.type !== is.type && `type ${was.type} → ${is.type}`,
    was.digest !== is.digest && was.type === is.type && 'content',
    was.digest !== is.digest && source !== undefined && equal(source) && 'derived: its source is equal',
    was.link !== is.link && was.type === is.type && 'target',
    was.mode !== is.mode && `mode ${was.mode.toString(8)} → ${is.mode.toString(8)}`,
    (was.uid !== is.uid || was.gid !== is.gid) && `owner ${was.uid}:${was.gid} → ${is.uid}:${is.gid}`,
    was.xattrs !== is.xattrs && 'security attributes',
  ]
  return parts.filter((part) => part !== false).join(', ')
}

const sameEntry = (a: Entry, b: Entry): boolean =>
  a.digest === b.digest &&
  a.type === b.type &&
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid &&
  a.link === b.link &&
  a.xattrs === b.xattrs

function ancestors(path: string): string[] {
  const found: string[] = []
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    found.push(path.slice(0, at))
  return found
}

/** Whether a path belongs to a package that is named already, with its other version. */
function swallower(changed: readonly PackageDifference[], owners: readonly Owners[]) {
  const named = new Set(changed.map((one) => `${purl(one.package)}\0${one.package.root}`))
  const debian = changed.some((one) => one.package.ecosystem === 'deb')
  return {
    debian,
    owned: (path: string) =>
      owners.some((owner) => {
        const found = owner(path)
        return found !== undefined && named.has(`${found.owner}\0${found.root}`)
      }),
  }
}

function compareFiles(
  pinned: Manifest,
  rebuilt: Manifest,
  changed: readonly PackageDifference[],
): Difference[] {
  const paths = new Set<string>()
  for (const [path, entry] of pinned.entries) {
    const other = rebuilt.entries.get(path)
    if (!other || !sameEntry(entry, other)) paths.add(path)
  }
  for (const path of rebuilt.entries.keys()) if (!pinned.entries.has(path)) paths.add(path)
  if (paths.size === 0) return []

  const owners = [ownersOf(rebuilt), ownersOf(pinned)]
  const swallow = swallower(changed, owners)
  const explained = new Set<string>()
  for (const path of paths) {
    if (!swallow.owned(path) && !(swallow.debian && DPKG_TRACES.test(path))) continue
    paths.delete(path)
    for (const folder of ancestors(path)) explained.add(folder)
  }

  const equal = (path: string) => {
    const [was, is] = [pinned.entries.get(path), rebuilt.entries.get(path)]
    return was !== undefined && is !== undefined && sameEntry(was, is)
  }
  const onlyOnOneSide = (path: string) => pinned.entries.has(path) !== rebuilt.entries.has(path)
  const ownerOf = (path: string) =>
    owners.map((owner) => owner(path)).find((owner) => owner !== undefined)?.owner
  /** Folders that are on one side only stand for what is in them. */
  const inside = new Map<string, number>()
  const found: Difference[] = []
  for (const path of [...paths].sort(byText)) {
    const [was, is] = [pinned.entries.get(path), rebuilt.entries.get(path)]
    const isFolder = (was ?? is)!.type === 'd'
    const owner = ownerOf(path)
    const lone = onlyOnOneSide(path)
    if (lone && isFolder && explained.has(path)) continue
    const top = ancestors(path)
      .filter((folder) => inside.has(folder))
      .at(-1)
    if (lone && owner === undefined && top !== undefined) {
      inside.set(top, inside.get(top)! + 1)
      continue
    }
    if (lone && isFolder && owner === undefined) inside.set(path, 0)
    found.push({
      kind: owner !== undefined ? 'package-file' : isFolder ? 'folder' : 'file',
      name: showPath(path),
      ...present(was && describe(was), is && describe(is)),
      ...(owner !== undefined && { owner: showText(owner) }),
      note: was && is ? note(path, was, is, equal) : was ? ONLY_PINNED : ONLY_REBUILT,
    })
  }
  const sizes = new Map([...inside].map(([path, size]) => [showPath(path), size]))
  for (const difference of found) {
    const size = sizes.get(difference.name)
    if (size) difference.note += `, with ${size} more inside`
  }
  return found
}

function compareFolders(
  pinned: ManifestFile,
  rebuilt: Manifest,
  changed: readonly PackageDifference[],
): Difference[] {
  if (pinned.hashes.tree === rebuilt.hashes.tree) return []
  const [before, after] = [new Map(pinned.folders), folderDigests(rebuilt.entries)]
  const folders = [...new Set([...before.keys(), ...after.keys()])]
    .filter((folder) => before.get(folder) !== after.get(folder))
    .sort(byText)
  const owners = ownersOf(rebuilt)
  const swallow = swallower(changed, [owners])
  const wanted = new Set(folders)
  const filesOf = new Map<string, string[]>()
  for (const [path, entry] of rebuilt.entries) {
    const folder = showText(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    if (entry.type === 'd' || !wanted.has(folder)) continue
    const files = filesOf.get(folder)
    if (files) files.push(path)
    else filesOf.set(folder, [path])
  }
  const roots = changed.map((one) => (one.package.ecosystem === 'deb' ? 'usr' : showText(one.package.root)))
  const explained = (folder: string) =>
    (filesOf.get(folder) ?? []).some(swallow.owned) ||
    (swallow.debian && DPKG_FOLDERS.test(folder)) ||
    (!after.has(folder) && roots.some((root) => folder.startsWith(`${root}/`)))
  return folders
    .filter((folder) => !explained(folder))
    .map((folder): Difference => {
      const owner = (filesOf.get(folder) ?? [])
        .map((path) => owners(path)?.owner)
        .find((one) => one !== undefined)
      return {
        kind: 'folder',
        name: `/${folder}`,
        ...present(before.get(folder), after.get(folder)),
        ...(owner !== undefined && { owner: showText(owner) }),
        note: !before.has(folder)
          ? ONLY_REBUILT
          : !after.has(folder)
            ? ONLY_PINNED
            : 'something in this folder',
      }
    })
}

function conclude(found: readonly Difference[], equal: boolean): Comparison {
  // The hash has the last word: what differs and was not found still differs.
  const unlocated: Difference = {
    kind: 'folder',
    name: '/',
    note: 'something differs that cannot be located',
  }
  const differences = found.length === 0 && !equal ? [unlocated] : [...found]
  const importance = (difference: Difference): number =>
    ORDER.indexOf(difference.kind) +
    // A version that moved says more than a package that came or went, an edit more than what follows from one.
    (difference.pinned === undefined || difference.rebuilt === undefined ? 0.25 : 0) +
    (difference.note?.includes('derived') ? 0.5 : 0)
  differences.sort((a, b) => importance(a) - importance(b) || byText(a.name, b.name))
  const counts: Comparison['counts'] = {}
  for (const { kind } of differences) counts[kind] = (counts[kind] ?? 0) + 1
  const outsidePackages = (difference: Difference) =>
    difference.kind === 'file' ||
    (difference.kind === 'folder' && !difference.owner && difference.name !== '/')
  const level =
    differences.length === 0 ? 'content' : differences.every(outsidePackages) ? 'packages' : 'drift'
  return { level, differences, counts }
}

/** Compares two images entry by entry. */
export function compareManifests(pinned: Manifest, rebuilt: Manifest): Comparison {
  const packages = comparePackages(pinned.packages, rebuilt.packages)
  return conclude(
    [
      ...packages.map(({ difference }) => difference),
      ...compareConfig(pinned.config, rebuilt.config),
      ...compareFiles(pinned, rebuilt, packages),
    ],
    pinned.hashes.environment === rebuilt.hashes.environment,
  )
}

/**
 * Compares an image with the manifest kept of another. Packages and settings are named as ever, files
 * by their folder; a folder that holds files of a package counts as drift, as nobody can tell which
 * of its files it was.
 */
export function compareWithFile(pinned: ManifestFile, rebuilt: Manifest): Comparison {
  const packages = comparePackages(pinned.packages, rebuilt.packages)
  return conclude(
    [
      ...packages.map(({ difference }) => difference),
      ...compareConfig(pinned.config, rebuilt.config),
      ...compareFolders(pinned, rebuilt, packages),
    ],
    pinned.hashes.environment === rebuilt.hashes.environment,
  )
}
