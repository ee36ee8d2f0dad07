import { showPath, showText } from '../../text/latin1.js'
import { grouped } from '../../text/numbers.js'
import type { Entry } from '../manifest/entries.js'
import type { Manifest } from '../manifest/manifest.js'
import { sourceOf } from '../packages/index.js'
import { ownersOf } from '../packages/owners.js'
import { BATCH, type Pause } from '../pause.js'
import {
  CONTENT,
  ONLY_PINNED,
  ONLY_REBUILT,
  sidesOf,
  type Differences,
  type FoundDifference,
} from './comparison.js'
import { DifferingPaths } from './differing.js'
import { explainedBy, type Explained } from './explained.js'
import type { ChangedPackage } from './packages.js'

/** A path that is not the same in both images. */
interface Row {
  path: string
  was: Entry | undefined
  is: Entry | undefined
  owner: string | undefined
  /** How many more it stands for: a folder that is on one side only stands for what is in it. */
  inside: number
}

/** Two images, and the packages that are named already: what follows from them is not named again. */
export interface Trees<Pinned = Manifest> {
  pinned: Pinned
  rebuilt: Manifest
  changed: readonly ChangedPackage[]
}

/** Compares two trees entry by entry. Memory: some 40 bytes for each path that differs. */
export async function compareFiles(
  { pinned, rebuilt, changed }: Trees,
  found: Differences,
  pause: Pause,
): Promise<void> {
  const paths = await DifferingPaths.between(pinned.entries, rebuilt.entries, pause)
  if (paths.length === 0) return
  const owners = [await ownersOf(rebuilt, pause), await ownersOf(pinned, pause)]
  const explained = await countExplained(paths, explainedBy(changed, owners), pause)
  const ownerOf = (path: string) => owners.map((of) => of(path)).find((one) => one !== undefined)?.owner
  const { kept, ownersOfKept, inside } = await gather(paths, { explained, ownerOf }, pause)
  for (const [at, number] of kept.entries()) {
    const row: Row = {
      path: paths.path(number),
      was: paths.was(number),
      is: paths.is(number),
      owner: ownersOfKept[at],
      inside: inside[number]!,
    }
    found.add(differenceOf(row, (path) => paths.isSame(path)))
    if (at % BATCH === 0) await pause()
  }
}

/** How many paths before each number are explained. */
async function countExplained(paths: DifferingPaths, by: Explained, pause: Pause): Promise<Uint32Array> {
  const before = new Uint32Array(paths.length + 1)
  for (let number = 0; number < paths.length; number++) {
    before[number + 1] = before[number]! + (by.file(paths.path(number)) ? 1 : 0)
    if (number % BATCH === 0) await pause()
  }
  return before
}

interface Knowledge {
  explained: Uint32Array
  ownerOf: (path: string) => string | undefined
}

/**
 * Leaves out what is explained, the folders around it that are on one side only, and what lies in
 * another folder that is on one side only, which is counted there.
 */
async function gather(paths: DifferingPaths, { explained, ownerOf }: Knowledge, pause: Pause) {
  const kept: number[] = []
  const ownersOfKept: (string | undefined)[] = []
  const inside = new Uint32Array(paths.length)
  /** The number behind that of the outermost such folder around each; 0: none. */
  const around = new Uint32Array(paths.length)
  const areExplained = (from: number, to: number) => explained[from] !== explained[to]
  for (let number = 0; number < paths.length; number++) {
    if (number % BATCH === 0) await pause()
    if (areExplained(number, number + 1)) continue
    const path = paths.path(number)
    const [was, is] = [paths.was(number), paths.is(number)]
    const lone = was === undefined || is === undefined
    const folder = lone && (was ?? is)!.type === 'd'
    const [from, to] = folder ? paths.inside(path) : [number, number]
    if (folder && areExplained(from, to)) continue
    const owner = ownerOf(path)
    if (lone && owner === undefined) {
      const outermost = around[number]!
      if (outermost > 0) {
        inside[outermost - 1]!++
        continue
      }
      around.fill(number + 1, from, to)
    }
    kept.push(number)
    ownersOfKept.push(owner)
  }
  return { kept, ownersOfKept, inside }
}

const isFolder = ({ was, is }: Row): boolean => (was ?? is)!.type === 'd'

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
