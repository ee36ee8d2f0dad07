import type { Manifest } from '../manifest/manifest.js'
import { ECOSYSTEMS, ecosystemOf, sourceOf } from './index.js'
import type { Ownership } from './package.js'

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
  const owners = new Map<string, Ownership>()
  // Folders are shared, and a distribution lists files of Python packages as its own.
  for (const { type } of ECOSYSTEMS.toReversed()) {
    for (const ownership of manifest.ownership) {
      if (ownership.ecosystem !== type) continue
      for (const listed of ecosystemOf(type).listed(ownership.text)) {
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

/** Follows links at the top of the tree, as `lib` → `usr/lib`. */
function throughTopLinks({ entries }: Pick<Manifest, 'entries'>): (path: string) => string {
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
