import type { Manifest } from '../manifest/manifest.js'
import { ReprogateError } from '../../system/errors.js'
import { lineEnd } from './headers.js'
import { ECOSYSTEMS, ecosystemOf, sourceOf } from './index.js'
import type { Ownership } from './package.js'

/** Lines of all lists of an image, and characters of one. */
const LISTED_CAP = 4_000_000
const LINE_CAP = 16 * 1024

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
 */
export function ownersOf(manifest: Pick<Manifest, 'ownership' | 'entries'>): Owners {
  const real = throughTopLinks(manifest)
  const limit = { left: LISTED_CAP }
  const owners = new Map<string, Ownership>()
  // Folders are shared, and a distribution lists files of Python packages as its own.
  for (const { type } of ECOSYSTEMS.toReversed()) {
    for (const ownership of manifest.ownership) {
      if (ownership.ecosystem !== type) continue
      for (const line of listLines(ownership.text, limit)) {
        const listed = ecosystemOf(type).listed(line)
        const path = listed === '' ? '' : real(joinPath(ownership.root, listed))
        if (path !== '' && !owners.has(path)) owners.set(path, ownership)
      }
    }
  }
  return (path) => {
    const source = sourceOf(path)
    return owners.get(path) ?? (source === undefined ? undefined : owners.get(source))
  }
}

/**
 * The lines of a list, one at a time. What is too long for a path is left out.
 *
 * @throws ReprogateError `image/too-large`: files that are not looked up would pass as nobody's
 */
function* listLines(text: string, limit: { left: number }): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = lineEnd(text, at)
    if (limit.left-- <= 0)
      throw new ReprogateError('image/too-large', `its packages list more than ${LISTED_CAP} files`)
    if (end - at <= LINE_CAP) yield text.slice(at, end)
    at = end + 1
  }
}

/** Follows links at the top of the tree, as `lib` → `usr/lib`. */
export function throughTopLinks({ entries }: Pick<Manifest, 'entries'>): (path: string) => string {
  const links = new Map<string, string>()
  for (const [path, entry] of entries) {
    if (entry.type === 'l' && !path.includes('/')) links.set(path, joinPath('', entry.link))
  }
  return (path) => {
    const slash = path.indexOf('/')
    const target = slash === -1 ? undefined : links.get(path.slice(0, slash))
    return target === undefined ? path : target + path.slice(slash)
  }
}
