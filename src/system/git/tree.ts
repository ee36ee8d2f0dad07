import { ReprogateError } from '../errors.js'
import type { Plumbing } from './plumbing.js'

export type EntryKind = 'file' | 'link' | 'folder' | 'submodule'

/** One entry of a tree. */
export interface TreeEntry {
  kind: EntryKind
  executable: boolean
  oid: string
  /** Of a file, if it was asked for. */
  size: number
  /** One character for each byte: names are bytes, and need not be UTF-8. */
  path: string
}

/** The file type of a mode, as `stat` has it. */
const TYPES: Readonly<Record<number, EntryKind>> = {
  0o100000: 'file',
  0o120000: 'link',
  0o040000: 'folder',
  0o160000: 'submodule',
}

/** Bytes as text with one character each, and back. */
export const byteText = (text: string): string => Buffer.from(text).toString('latin1')
export const bytesOf = (path: string): Buffer => Buffer.from(path, 'latin1')
/** For people. */
export const pathText = (path: string): string => bytesOf(path).toString('utf8')

/** What `ls-tree -z` prints. */
export function parseTree(output: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let from = 0; from < output.length;) {
    const end = output.indexOf(0, from)
    const line = output.toString('latin1', from, end)
    const tab = line.indexOf('\t')
    const [mode = '', , oid = '', size = ''] = line.slice(0, tab).split(/ +/)
    const bits = parseInt(mode, 8)
    const kind = TYPES[bits & 0o170000]
    const path = line.slice(tab + 1)
    if (kind === undefined) throw unsafeTree(path, `has the mode ${mode}, which git never writes`)
    entries.push({ kind, executable: (bits & 0o100) !== 0, oid, path, size: parseInt(size, 10) })
    from = end + 1
  }
  return entries
}

export const unsafeTree = (path: string, why: string): ReprogateError =>
  new ReprogateError('git/unsafe-tree', `the commit's ${JSON.stringify(pathText(path))} ${why}`)

/** Everything below a folder of a commit, but the folders; '' is the top. Paths are relative to the top. */
export async function entriesBelow(git: Plumbing, commit: string, folder: string): Promise<TreeEntry[]> {
  const where = folder === '' ? [] : ['--', folder]
  const listed = git.call(['ls-tree', '-r', '-z', '--full-tree', commit, ...where])
  return parseTree(await git.must(listed, 'ls-tree'))
}

/**
 * What a path of a commit is. A link, a submodule or a file on the way is given as what it is, with its
 * own path.
 *
 * @param path relative to the top, without `.` and `..`
 */
export async function entryAt(git: Plumbing, commit: string, path: string): Promise<TreeEntry | null> {
  let found: TreeEntry | null = { kind: 'folder', executable: false, oid: commit, path: '', size: NaN }
  for (const name of byteText(path).split('/').filter(Boolean)) {
    if (found.kind !== 'folder') return found
    const listed = git.call(['ls-tree', '-z', '--full-tree', found.oid, '--', bytesOf(name).toString()])
    const folder: string = found.path
    const entry = parseTree(await git.must(listed, 'ls-tree')).find((one) => one.path === name)
    if (entry === undefined) return null
    found = { ...entry, path: folder === '' ? name : `${folder}/${name}` }
  }
  return found
}

/**
 * `entryAt` of a tree that was listed.
 *
 * @param entries of `entriesBelow`
 */
export function listingOf(entries: readonly TreeEntry[]): (path: string) => TreeEntry | null {
  const leaves = new Map(entries.map((entry) => [entry.path, entry]))
  const folders = foldersOf(entries)
  return (path) => {
    const name = byteText(path)
    if (name === '' || folders.has(name))
      return { kind: 'folder', executable: false, oid: '', size: NaN, path: name }
    for (let at = name; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const entry = leaves.get(at)
      if (entry !== undefined) return entry
    }
    return null
  }
}

/**
 * Refuses a tree that could not be written as it is: names that lead elsewhere, and entries that lie
 * behind one another.
 *
 * @param entries of `entriesBelow`: none of them a folder
 * @throws ReprogateError `git/unsafe-tree`
 */
export function checkTree(entries: readonly TreeEntry[]): void {
  const leaves = new Set<string>()
  for (const { path } of entries) {
    for (const name of path.split('/'))
      if (name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git')
        throw unsafeTree(path, `has the name ${JSON.stringify(pathText(name))} in it`)
    if (leaves.has(path)) throw unsafeTree(path, 'is there twice')
    leaves.add(path)
  }
  for (const folder of foldersOf(entries))
    if (leaves.has(folder)) throw unsafeTree(folder, 'is both a folder and something else')
}

/** Every folder on the way to an entry, outer ones first. */
export function foldersOf(entries: readonly Pick<TreeEntry, 'path'>[]): Set<string> {
  const folders = new Set<string>()
  for (const { path } of entries) {
    const own = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    // Entries come in order, so nearly always the folder is known already.
    if (own === '' || folders.has(own)) continue
    for (let end = own.indexOf('/'); end >= 0; end = own.indexOf('/', end + 1)) folders.add(own.slice(0, end))
    folders.add(own)
  }
  return folders
}
