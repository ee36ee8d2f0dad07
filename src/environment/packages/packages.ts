import type { Manifest } from '../manifest/read.js'

/** A package that is installed in an image. */
export interface Package {
  ecosystem: 'deb' | 'pypi'
  name: string
  version: string
  /** '' where the ecosystem has none. */
  arch: string
  /** Where it is installed, without a leading slash: a virtual environment's site-packages. '' for the system. */
  root: string
}

/** The list of files that a package says are its own; read only when a difference has to be explained. */
export interface Ownership {
  /** purl without version. */
  owner: string
  /** Paths are relative to this folder; '' for the root of the tree. */
  root: string
  kind: 'dpkg' | 'record'
  /** The list as it is in the image, latin1. */
  text: string
}

/** purl without version, https://github.com/package-url/purl-spec */
export const purl = ({ ecosystem, name }: Pick<Package, 'ecosystem' | 'name'>): string =>
  ecosystem === 'deb' ? `pkg:deb/debian/${name}` : `pkg:pypi/${name}`

/** What makes two entries of two images the same package. */
export const packageKey = ({ ecosystem, name, arch, root }: Package): string =>
  [ecosystem, name, arch, root].join('\0')

type Reader =
  | { kind: 'dpkg-status' }
  | { kind: 'python'; root: string }
  | { kind: 'dpkg-list'; name: string }
  | { kind: 'record'; root: string; distribution: string }

const READERS: readonly [RegExp, (match: RegExpExecArray) => Reader][] = [
  [/^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+(?<!\.md5sums))$/, () => ({ kind: 'dpkg-status' })],
  [/^var\/lib\/dpkg\/info\/([^/:]+)(?::[^/]+)?\.list$/, ([, name]) => ({ kind: 'dpkg-list', name: name! })],
  [
    /^(?:(.*)\/)?[^/]+(?:\.dist-info\/METADATA|\.egg-info\/PKG-INFO|\.egg-info)$/s,
    ([, root]) => ({ kind: 'python', root: root ?? '' }),
  ],
  [
    /^(?:(.*)\/)?([^/]+)\.dist-info\/RECORD$/s,
    ([, root, distribution]) => ({ kind: 'record', root: root ?? '', distribution: distribution! }),
  ],
]

/** How a file contributes to the list of packages; null for all others. Paths are latin1, without a leading slash. */
export function packageReader(path: string): Reader | null {
  for (const [pattern, reader] of READERS) {
    const match = pattern.exec(path)
    if (match) return reader(match)
  }
  return null
}

/** The header fields that are needed, of one RFC 822 paragraph. Continuation lines are not. */
function fields(paragraph: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of paragraph.split('\n')) {
    const match = /^(Package|Version|Architecture|Status|Name):[ \t]*(.*?)\s*$/.exec(line)
    if (match && !found.has(match[1]!)) found.set(match[1]!, match[2]!)
  }
  return found
}

/** dpkg's `status`, or a file of `status.d` (which has no Status field). */
export function parseDpkgStatus(text: string): Package[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const found = fields(paragraph)
    const name = found.get('Package')
    const version = found.get('Version')
    const status = found.get('Status')
    if (!name || !version || (status !== undefined && !status.endsWith(' installed'))) return []
    return [{ ecosystem: 'deb' as const, name, version, arch: found.get('Architecture') ?? '', root: '' }]
  })
}

/** Normalised as PyPI does: https://packaging.python.org/en/latest/specifications/name-normalization/ */
export const pypiName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

/** METADATA or PKG-INFO: the headers end at the first empty line. */
export function parsePythonMetadata(text: string, root: string): Package | null {
  const found = fields(text.split(/\r?\n\r?\n/, 1)[0]!)
  const name = found.get('Name')
  if (!name) return null
  return { ecosystem: 'pypi', name: pypiName(name), version: found.get('Version') ?? '', arch: '', root }
}

/** What one file of a package database says. `text` is latin1. */
export function readPackageFile(
  reader: Reader,
  text: string,
): { packages: Package[]; ownership: Ownership[] } {
  switch (reader.kind) {
    case 'dpkg-status':
      return { packages: parseDpkgStatus(text), ownership: [] }
    case 'python': {
      const found = parsePythonMetadata(text, reader.root)
      return { packages: found ? [found] : [], ownership: [] }
    }
    case 'dpkg-list':
      return {
        packages: [],
        ownership: [{ owner: purl({ ecosystem: 'deb', name: reader.name }), root: '', kind: 'dpkg', text }],
      }
    case 'record':
      return {
        packages: [],
        ownership: [
          {
            owner: purl({
              ecosystem: 'pypi',
              name: pypiName(reader.distribution.replace(/-[^-]*$/, '')),
            }),
            root: reader.root,
            kind: 'record',
            text,
          },
        ],
      }
  }
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

/** The first column of a CSV row, which may be quoted. */
function recordPath(line: string): string {
  if (!line.startsWith('"')) return line.slice(0, line.indexOf(',') === -1 ? undefined : line.indexOf(','))
  const match = /^"((?:[^"]|"")*)"/.exec(line)
  return match ? match[1]!.replaceAll('""', '"') : ''
}

/** The package that owns a path; undefined where none does. */
export type Owners = (path: string) => Ownership | undefined

/**
 * Which package owns a path: what its database lists, and for a `.pyc` that no list names, the owner
 * of its source. Lists are older than merged `/usr`: `/lib/x` is looked up where the link leads.
 */
export function ownersOf(manifest: Pick<Manifest, 'ownership' | 'entries'>): Owners {
  const merged = new Map<string, string>()
  for (const [path, entry] of manifest.entries) {
    if (entry.type === 'l' && !path.includes('/')) merged.set(path, joinPath('', entry.link))
  }
  const real = (path: string): string => {
    const slash = path.indexOf('/')
    const target = slash === -1 ? undefined : merged.get(path.slice(0, slash))
    return target === undefined ? path : target + path.slice(slash)
  }
  const owners = new Map<string, Ownership>()
  for (const ownership of manifest.ownership) {
    const { root, kind, text } = ownership
    for (const line of text.split('\n')) {
      const listed = kind === 'dpkg' ? line : recordPath(line.trimEnd())
      if (listed === '') continue
      const path = real(joinPath(root, listed))
      if (path === '') continue
      // Python's own lists are finer than those of the distribution, and folders are shared.
      if (kind === 'record' || !owners.has(path)) owners.set(path, ownership)
    }
  }
  return (path) => {
    const source = sourceOf(path)
    return owners.get(path) ?? (source === undefined ? undefined : owners.get(source))
  }
}

/** `a/__pycache__/b.cpython-311.opt-1.pyc` → `a/b.py`; undefined for what is no compiled file. */
export function sourceOf(path: string): string | undefined {
  if (!path.endsWith('.pyc')) return undefined
  const cached = /^(.*\/|)__pycache__\/([^/]*?)\.[^/.]+(?:\.opt-[^/.]+)?\.pyc$/s.exec(path)
  return cached ? `${cached[1]}${cached[2]}.py` : path.slice(0, -1)
}
