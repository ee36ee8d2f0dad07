import { ReprogateError } from '../../system/errors.js'
import type { Manifest } from '../manifest/manifest.js'
import { PathTable } from '../manifest/path-table.js'
import { BATCH, type Pause } from '../pause.js'
import { lineEnd } from './headers.js'
import { ECOSYSTEMS, ecosystemOf, sourceOf } from './index.js'
import type { Ownership } from './package.js'

/** Lines of all lists of an image, and characters of one. */
const LISTED_CAP = 4_000_000
const LINE_CAP = 16 * 1024
/** Bytes of a path, and of all of them, which are held. */
const PATH_CAP = 4096
const TEXT_CAP = 1024 ** 3
/** The number of a list. */
const OWNER_BYTES = 4

/** What is left of the caps. */
interface Limit {
  lines: number
  text: number
}

/** Resolves `.` and `..` by name alone; a path cannot leave the root. */
export function joinPath(root: string, path: string): string {
  const parts = path.startsWith('/') ? [] : root.split('/').filter(Boolean)
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** The package that owns a path; undefined if none does. */
export type Owners = (path: string) => Ownership | undefined

/**
 * Which package owns a path: what its database lists, and for a compiled file that no list names, the
 * owner of its source. Lists are older than merged `/usr`: `/lib/x` is looked up where the link leads.
 *
 * @throws ReprogateError `image/too-large`
 */
export async function ownersOf(
  { ownership, entries }: Pick<Manifest, 'ownership' | 'entries'>,
  pause: Pause,
): Promise<Owners> {
  const real = await throughTopLinks({ entries }, pause)
  const limit: Limit = { lines: LISTED_CAP, text: TEXT_CAP }
  const table = new PathTable(OWNER_BYTES)
  // Folders are shared, and a distribution lists files of Python packages as its own: the first counts.
  for (const { type } of ECOSYSTEMS.toReversed()) {
    for (const [number, { ecosystem, root, text }] of ownership.entries()) {
      if (ecosystem !== type) continue
      for (const line of listLines(text, limit)) {
        const listed = ecosystemOf(type).listed(line)
        const path = listed === '' ? '' : real(joinPath(root, listed))
        if (path !== '' && path.length <= PATH_CAP) append(table, path, number, limit)
        if (limit.lines % BATCH === 0) await pause()
      }
    }
  }
  const sorted = await table.sorted(pause)
  const find = (path: string): Ownership | undefined => {
    const row = sorted[table.before(sorted, path)]
    return row !== undefined && table.path(row) === path
      ? ownership[table.row(row).readUInt32LE()]
      : undefined
  }
  return (path) => {
    const source = sourceOf(path)
    return find(path) ?? (source === undefined ? undefined : find(source))
  }
}

function append(table: PathTable, path: string, owner: number, limit: Limit): void {
  limit.text -= path.length
  if (limit.text < 0) throw new ReprogateError('image/too-large', 'its packages list paths without end')
  table.row(table.append(path)).writeUInt32LE(owner)
}

/**
 * The lines of a list, one at a time. What is too long for a path is left out.
 *
 * @throws ReprogateError `image/too-large`: files that are not looked up would pass as nobody's
 */
function* listLines(text: string, limit: Limit): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = lineEnd(text, at)
    if (limit.lines-- <= 0)
      throw new ReprogateError('image/too-large', `its packages list more than ${LISTED_CAP} files`)
    if (end - at <= LINE_CAP) yield text.slice(at, end)
    at = end + 1
  }
}

/** Follows links at the top of the tree, as `lib` → `usr/lib`. */
export async function throughTopLinks(
  { entries }: Pick<Manifest, 'entries'>,
  pause: Pause,
): Promise<(path: string) => string> {
  const links = new Map<string, string>()
  for (let at = 0, steps = 1; at < entries.size; steps++) {
    const path = entries.pathAt(at)
    const slash = path.indexOf('/')
    if (slash === -1) {
      const { type, link } = entries.at(at)
      if (type === 'l') links.set(path, joinPath('', link))
    }
    // Behind all that is in the folder: `0` is the byte after the slash.
    at = slash === -1 ? at + 1 : entries.before(`${path.slice(0, slash)}0`)
    if (steps % BATCH === 0) await pause()
  }
  return (path) => {
    const slash = path.indexOf('/')
    const target = slash === -1 ? undefined : links.get(path.slice(0, slash))
    return target === undefined ? path : target + path.slice(slash)
  }
}
