import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readBlobs } from './blobs.js'
import { isCheckedOut, pointerIn, POINTER_LARGEST } from './lfs.js'
import type { Plumbing } from './plumbing.js'
import { submoduleAt } from './submodules.js'
import { byteText, entriesBelow, parseTree, pathText, type TreeEntry } from './tree.js'

/** Index of our own: it has no bit that hides a file, and remembers which files were looked at. */
const INDEX = 'index'

/** Fills an index of our own from HEAD, once. */
async function ownIndex(git: Plumbing): Promise<NodeJS.ProcessEnv> {
  const env = git.indexAt(INDEX)
  const there = await lstat(env['GIT_INDEX_FILE'] ?? '').catch(() => undefined)
  if (!there) await git.must(git.call(['read-tree', '--no-sparse-checkout', 'HEAD'], { env }), 'read-tree')
  return env
}

/**
 * Files of the working directory that are not as HEAD has them, and untracked ones, relative to it. Every
 * file is read, once: neither the repository's index nor its configuration is believed. A submodule is one
 * entry, and is not as HEAD has it if its commit or any of its files is another.
 */
export async function dirtyPaths(git: Plumbing): Promise<string[]> {
  const env = await ownIndex(git)
  const refreshed = await git.here(['update-index', '-q', '--refresh'], { env })
  if (refreshed.code > 1) throw git.failure('update-index', refreshed.stderr.trim())
  const list = async (...args: string[]): Promise<string[]> => {
    const output = await git.must(git.here([...args, '-z', '--', '.'], { env }), args[0]!)
    return output.toString('latin1').split('\0').filter(Boolean)
  }
  const changed = await list(
    'diff-files',
    '--name-only',
    '--relative',
    '--no-renames',
    '--ignore-submodules=all',
  )
  const excused = new Set([...(await smudged(git, changed)), ...(await leftOut(git, changed))])
  const untracked = await list('ls-files', '--others', '--exclude-standard')
  const paths = [
    ...changed.filter((path) => !excused.has(path)),
    ...(await dirtySubmodules(git)),
    ...untracked,
  ]
  return paths.map(pathText)
}

/** Of changed files, those that only hold what an LFS pointer of HEAD stands for. */
async function smudged(git: Plumbing, changed: readonly string[]): Promise<string[]> {
  const start = byteText(git.place.prefix)
  const wanted = new Set(changed.map((path) => start + path))
  if (wanted.size === 0) return []
  const listed = git.call(['ls-tree', '-r', '-l', '-z', '--full-tree', 'HEAD'])
  const entries = parseTree(await git.must(listed, 'ls-tree')).filter(
    ({ kind, path, size }) => kind === 'file' && size < POINTER_LARGEST && wanted.has(path),
  )
  const same: string[] = []
  let blob: Buffer[] = []
  let entry: TreeEntry | undefined
  await readBlobs(
    git,
    entries.map(({ oid }) => oid),
    {
      begin(index) {
        entry = entries[index]
        blob = []
      },
      chunk: (bytes) => void blob.push(bytes),
      async end() {
        const pointer = pointerIn(Buffer.concat(blob))
        const { path } = entry!
        if (pointer && (await isCheckedOut(git.place, path, pointer))) same.push(path.slice(start.length))
      },
    },
  )
  return same
}

/** Of changed files, those that are not there because the checkout is sparse. */
async function leftOut(git: Plumbing, changed: readonly string[]): Promise<string[]> {
  if (changed.length === 0) return []
  const { top, prefix } = git.place
  const env = git.indexOfRepository()
  const { code, stdout, truncated } = await git.here(['ls-files', '-t', '-z', '--', '.'], { env })
  // What git cannot tell is no excuse.
  if (code !== 0 || truncated) return []
  const flagged = new Set(
    stdout
      .toString('latin1')
      .split('\0')
      .filter((line) => line.startsWith('S '))
      .map((line) => line.slice(2)),
  )
  const left: string[] = []
  for (const path of changed)
    if (flagged.has(path) && !(await lstat(join(top, prefix, pathText(path))).catch(() => undefined)))
      left.push(path)
  return left
}

async function dirtySubmodules(git: Plumbing): Promise<string[]> {
  const { top, prefix } = git.place
  const start = byteText(prefix)
  const dirty: string[] = []
  for (const { kind, oid, path } of await entriesBelow(git, 'HEAD', prefix.slice(0, -1))) {
    if (kind !== 'submodule' || !path.startsWith(start)) continue
    const inner = await submoduleAt(git, path)
    const differs = inner
      ? (await headOf(inner)) !== oid || (await dirtyPaths(inner)).length > 0
      : // It was not brought along; then there is nothing, or something else.
        (await readdir(join(top, pathText(path))).catch(() => [])).length > 0
    if (differs) dirty.push(path.slice(start.length))
  }
  return dirty
}

/** Hash of the commit that is checked out. */
export const headOf = async (git: Plumbing): Promise<string> =>
  (await git.must(git.call(['rev-parse', '--verify', 'HEAD^{commit}']), 'rev-parse')).toString().trim()
