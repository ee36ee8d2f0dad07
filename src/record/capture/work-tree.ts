import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders that no run's result lies in: tools keep them. */
const PASSED_OVER = new Set([
  '.git',
  '.reprogate',
  '__pycache__',
  'node_modules',
  '.venv',
  'venv',
  '.pytest_cache',
  '.ipynb_checkpoints',
  '.mypy_cache',
])
/** Entries that are looked at; a tree of more is too large to watch. */
const MOST_ENTRIES = 500_000

/** Regular files below a folder, by path, with what changes when one is written. */
export type TreeState = ReadonlyMap<string, string>

export const isPassedOver = (path: string): boolean => path.split('/').some((name) => PASSED_OVER.has(name))

/** A look at every file: size, times and inode, no bytes. 50,000 files take half a second. */
export async function treeState(root: string): Promise<TreeState> {
  const state = new Map<string, string>()
  const folders = ['']
  while (folders.length > 0 && state.size < MOST_ENTRIES) {
    const folder = folders.pop()!
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    await Promise.all(
      entries.map(async (entry) => {
        if (PASSED_OVER.has(entry.name)) return
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (entry.isDirectory()) folders.push(path)
        if (!entry.isFile()) return
        const { size, mtimeNs, ctimeNs, ino } = await lstat(join(root, path), { bigint: true })
        state.set(path, `${size} ${mtimeNs} ${ctimeNs} ${ino}`)
      }),
    )
  }
  return state
}

/** Files that are new or were written, sorted. */
export const writtenSince = (before: TreeState, after: TreeState): string[] =>
  [...after].flatMap(([path, now]) => (before.get(path) === now ? [] : path)).sort()
