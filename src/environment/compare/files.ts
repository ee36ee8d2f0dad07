import { showPath, showText } from '../../text/latin1.js'
import { grouped } from '../../text/numbers.js'
import { byText } from '../manifest/hash.js'
import type { Entry, Manifest } from '../manifest/manifest.js'
import { sourceOf } from '../packages/index.js'
import { ownersOf } from '../packages/owners.js'
import { CONTENT, ONLY_PINNED, ONLY_REBUILT, sidesOf, type FoundDifference } from './comparison.js'
import { explainedBy } from './explained.js'
import type { ChangedPackage } from './packages.js'

type Entries = Manifest['entries']

/** A path that is not the same in both images. */
interface Row {
  path: string
  was: Entry | undefined
  is: Entry | undefined
  owner: string | undefined
  /** How many more it stands for: a folder that is on one side only stands for what is in it. */
  inside: number
}

const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.digest === b.digest &&
  a.type === b.type &&
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid &&
  a.link === b.link &&
  a.xattrs === b.xattrs

/** Paths that are not the same in both trees, sorted. */
export function differingPaths(pinned: Entries, rebuilt: Entries): string[] {
  const paths: string[] = []
  for (const [path, entry] of pinned) if (!sameEntry(entry, rebuilt.get(path))) paths.push(path)
  for (const path of rebuilt.keys()) if (!pinned.has(path)) paths.push(path)
  return paths.sort(byText)
}

/** The folders around a path, the innermost first. */
function ancestors(path: string): string[] {
  const found: string[] = []
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    found.push(path.slice(0, at))
  return found
}

/**
 * Compares two trees entry by entry.
 *
 * @param changed packages that are named already: what follows from them is not named again
 */
export function compareFiles(
  pinned: Manifest,
  rebuilt: Manifest,
  changed: readonly ChangedPackage[],
): FoundDifference[] {
  const paths = differingPaths(pinned.entries, rebuilt.entries)
  if (paths.length === 0) return []
  const owners = [ownersOf(rebuilt), ownersOf(pinned)]
  const explained = explainedBy(changed, owners)
  const explainedPaths = paths.filter(explained.file)
  const explainedFolders = new Set(explainedPaths.flatMap(ancestors))
  const named = new Set(explainedPaths)
  const rows = paths
    .filter((path) => !named.has(path))
    .map((path): Row => {
      const owner = owners.map((ownerOf) => ownerOf(path)).find((found) => found !== undefined)
      const [was, is] = [pinned.entries.get(path), rebuilt.entries.get(path)]
      return { path, was, is, owner: owner?.owner, inside: 0 }
    })
    .filter((row) => !(isLone(row) && isFolder(row) && explainedFolders.has(row.path)))
  const equal = (path: string) => sameEntry(pinned.entries.get(path), rebuilt.entries.get(path))
  return gathered(rows).map((row) => differenceOf(row, equal))
}

const isLone = ({ was, is }: Row): boolean => was === undefined || is === undefined
const isFolder = ({ was, is }: Row): boolean => (was ?? is)!.type === 'd'

/** Leaves out what lies in a folder that is on one side only, and counts it there. */
function gathered(rows: readonly Row[]): Row[] {
  const lone = new Map<string, Row>()
  /** The outermost such folder around a folder, itself included; each folder is looked up once. */
  const known = new Map<string, Row | null>()
  const outermost = (folder: string): Row | null => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const slash = folder.lastIndexOf('/')
    const found = (slash > 0 ? outermost(folder.slice(0, slash)) : null) ?? lone.get(folder) ?? null
    known.set(folder, found)
    return found
  }
  return rows.filter((row) => {
    if (!isLone(row) || row.owner !== undefined) return true
    const slash = row.path.lastIndexOf('/')
    const around = slash > 0 ? outermost(row.path.slice(0, slash)) : null
    if (around) around.inside++
    else if (isFolder(row)) lone.set(row.path, row)
    return around === null
  })
}

function differenceOf(row: Row, equal: (path: string) => boolean): FoundDifference {
  const { path, was, is, owner, inside } = row
  const source = sourceOf(path)
  const derived =
    was !== undefined && is !== undefined && was.digest !== is.digest && source !== undefined && equal(source)
  const note = was && is ? changes(was, is, derived) : was ? ONLY_PINNED : ONLY_REBUILT
  return {
    derived,
    difference: {
      kind: owner !== undefined ? 'package-file' : isFolder(row) ? 'folder' : 'file',
      name: showPath(path),
      ...sidesOf(was && describe(was), is && describe(is)),
      owner: owner && showText(owner),
      note: inside > 0 ? `${note}, with ${grouped(inside)} more inside` : note,
    },
  }
}

function describe(entry: Entry): string {
  if (entry.type === 'f') return entry.digest === '' ? 'file' : `sha256:${entry.digest.slice(0, 12)}`
  return entry.type === 'd' ? 'folder' : showText(entry.link)
}

function changes(was: Entry, is: Entry, derived: boolean): string {
  const parts = [
    was.type !== is.type && `type ${was.type} → ${is.type}`,
    was.digest !== is.digest && was.type === is.type && CONTENT,
    derived && 'derived: its source is equal',
    was.link !== is.link && was.type === is.type && 'target',
    was.mode !== is.mode && `mode ${was.mode.toString(8)} → ${is.mode.toString(8)}`,
    (was.uid !== is.uid || was.gid !== is.gid) && `owner ${was.uid}:${was.gid} → ${is.uid}:${is.gid}`,
    was.xattrs !== is.xattrs && 'security attributes',
  ]
  return parts.filter((part) => part !== false).join(', ')
}
