import type { Entry } from '../environment/manifest/entries.js'
import type { Manifest } from '../environment/manifest/manifest.js'
import { throughTopLinks } from '../environment/packages/owners.js'
import { BATCH, type Pause } from '../environment/pause.js'

/** What has to lie over an image so that some paths are as in another one. Paths: latin1, no leading slash. */
export interface LayerPlan {
  /** Around everything below, outermost first: a layer without them would reset their mode and owner. */
  folders: readonly { path: string; entry: Entry }[]
  /** Taken from the other image; `from` is the path there. */
  files: readonly { path: string; from: string }[]
  /** Hidden: the other image does not have them. A folder that would be left empty goes as a whole. */
  gone: readonly string[]
}

type Tree = Pick<Manifest, 'entries'>

const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0))

/** The layer that makes `paths` of the base as they are in the donor. */
export async function planLayer(
  base: Tree,
  donor: Tree,
  paths: Iterable<string>,
  pause: Pause,
): Promise<LayerPlan> {
  // A path through a link (`lib` → `usr/lib`) would replace the link, and nothing would start any more.
  const real = await throughTopLinks(base, pause)
  const files: { path: string; from: string }[] = []
  const removed = new Set<string>()
  const written = new Set<string>()
  for (const from of new Set(paths)) {
    const path = real(from)
    if (donor.entries.has(from)) {
      files.push({ path, from })
      written.add(path)
    } else if (base.entries.has(path)) removed.add(path)
  }
  const gone = await wholeFolders(
    base,
    donor,
    [...removed].filter((path) => !written.has(path)),
    pause,
  )
  const around = new Set([...written, ...gone].flatMap(ancestors))
  const folders = [...around].sort().flatMap((path) => {
    const entry = base.entries.get(path) ?? donor.entries.get(path)
    return entry?.type === 'd' ? [{ path, entry }] : []
  })
  return { folders, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), gone }
}

function ancestors(path: string): string[] {
  const found: string[] = []
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) found.push(at)
  return found
}

/** Folders of which nothing is left, and that the donor does not have, instead of what is in them. */
async function wholeFolders(
  base: Tree,
  donor: Tree,
  removed: readonly string[],
  pause: Pause,
): Promise<string[]> {
  if (removed.length === 0) return []
  const left = new Set(removed)
  const kept = new Set<string>()
  let done = 0
  for (const [path, { type }] of base.entries) {
    if (type !== 'd' && !left.has(path)) for (const folder of ancestors(path)) kept.add(folder)
    if (++done % BATCH === 0) await pause()
  }
  const outermost = (path: string): string => {
    const folder = parentOf(path)
    return folder === '' || kept.has(folder) || donor.entries.has(folder) ? path : outermost(folder)
  }
  return [...new Set(removed.map(outermost))].sort()
}
