import { lstat, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { confine, NotAFile, readRegular, TooLarge } from './files.js'
import type { Git } from './git.js'

/** Why a file of a tree is not read. */
export type Refusal = 'missing' | 'outside' | 'irregular' | 'too-large'

export type TreeFile = { bytes: Buffer } | { refused: Refusal; why: string }

/** Files of a tree, by their path relative to the working directory. No link is followed. */
export interface TreeFiles {
  list(): Promise<readonly string[]>
  /** @param cap bytes */
  read(path: string, cap: number): Promise<TreeFile>
}

const missing = (path: string): TreeFile => ({ refused: 'missing', why: `there is no ${path}` })
const tooLarge = (path: string, cap: number): TreeFile => ({
  refused: 'too-large',
  why: `${path} is larger than ${cap / 1024 ** 2} MiB`,
})
const irregular = (path: string, what: string, at: string): TreeFile => ({
  refused: 'irregular',
  why: at === path ? `${path} is ${what}` : `${path} lies behind ${at}, which is ${what}`,
})

const KINDS = { link: 'a link', folder: 'a folder', submodule: 'a submodule' } as const

/** The files of a commit, as git has them. */
export const filesOfCommit = (git: Git, commit: string): TreeFiles => ({
  list: () => git.filesAt(commit),
  async read(path, cap) {
    const entry = await git.entry(commit, path)
    if (entry === null) return missing(path)
    if (entry.kind !== 'file') return irregular(path, KINDS[entry.kind], entry.path)
    const bytes = await git.showUpTo(commit, path, cap)
    if (bytes === null) return missing(path)
    return bytes === undefined ? tooLarge(path, cap) : { bytes }
  },
})

/** The same files, listed once: for a tree that nobody changes meanwhile. */
export function listedOnce(files: TreeFiles): TreeFiles {
  let listed: ReturnType<TreeFiles['list']> | undefined
  return { list: () => (listed ??= files.list()), read: (path, cap) => files.read(path, cap) }
}

/**
 * The files that lie in the working directory, committed or not.
 *
 * @param also which ignored files and folders belong to it all the same; of a folder all files do
 */
export const filesOfWorkTree = (
  git: Git,
  root: string,
  also: (path: string) => boolean = () => false,
): TreeFiles => ({
  async list() {
    const files = await git.files()
    const ignored = (await git.ignored()).map((path) => path.replace(/\/$/, '')).filter(also)
    const inside = await Promise.all(ignored.map((path) => filesBelow(root, path)))
    return [...new Set([...files, ...inside.flat()])]
  },
  async read(path, cap) {
    const place = await confine(root, path)
    if (!place.ok) return { refused: 'outside', why: `${path} ${place.why}` }
    const link = await firstLink(root, path)
    if (link !== undefined) return irregular(path, KINDS.link, link)
    if (!place.exists) return missing(path)
    try {
      return { bytes: await readRegular(place.absolute, cap) }
    } catch (error) {
      if (error instanceof NotAFile) return irregular(path, 'not a regular file', path)
      if (error instanceof TooLarge) return tooLarge(path, cap)
      throw error
    }
  },
})

/** Ignored files that are listed. */
const MOST_IGNORED = 100_000

/** A file, or all files of a folder; links are left out. */
async function filesBelow(root: string, path: string): Promise<string[]> {
  const info = await lstat(join(root, path)).catch(() => null)
  if (info?.isFile()) return [path]
  if (!info?.isDirectory()) return []
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .slice(0, MOST_IGNORED)
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

async function firstLink(root: string, path: string): Promise<string | undefined> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  for (const index of parts.keys()) {
    const way = parts.slice(0, index + 1).join('/')
    const info = await lstat(join(root, way)).catch(() => null)
    if (info === null) return undefined
    if (info.isSymbolicLink()) return way
  }
  return undefined
}
