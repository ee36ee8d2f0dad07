import { lchown, lstat, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { removeAnswers, type Concealed } from '../system/answers.js'
import { plainPath } from '../system/files.js'
import { uncancelled } from '../system/process.js'
import type { User } from './conditions.js'
import type { Mount } from './sandbox.js'

export interface WorkspaceNeeds {
  hidden: Concealed
  mounts: readonly Mount[]
  /** Where the image's volumes go, relative to the workspace. */
  folders: readonly string[]
  /** Who the run is, if not us. */
  owner: User | undefined
}

/**
 * Makes a fresh export ready for a run: takes out what is hidden, by path and by content, gives it to
 * the user of the run, and makes the places that mounts and volumes go to, so that the engine does not
 * make them as root. Follows no link out of the workspace, whose path is a real one.
 */
export async function readyWorkspace(
  workspace: string,
  { hidden, mounts, folders, owner }: WorkspaceNeeds,
): Promise<void> {
  await removeAnswers(workspace, hidden)
  for (const { source, target } of mounts)
    await makePlace(workspace, target, (await stat(source)).isDirectory())
  for (const folder of folders) await makePlace(workspace, folder, true)
  if (owner) await own(workspace, owner)
}

async function own(path: string, owner: User): Promise<void> {
  if ((await lstat(path)).isDirectory())
    for (const name of await readdir(path)) await own(join(path, name), owner)
  await lchown(path, owner.uid, owner.gid)
}

async function makePlace(workspace: string, target: string, folder: boolean): Promise<void> {
  let path = workspace
  const names = plainPath(target).split('/')
  for (const [index, name] of names.entries()) {
    path = join(path, name)
    const there = await lstat(path).catch(() => undefined)
    // The engine resolves a link within the container, so it cannot lead out of it.
    if (there?.isSymbolicLink()) return
    const asFolder = index < names.length - 1 || folder
    if (there?.isDirectory() === asFolder) continue
    // The commit has a file where there is a folder now, or the other way round.
    if (there) await rm(path, { recursive: true })
    if (asFolder) await mkdir(path)
    else await writeFile(path, '')
  }
}

/**
 * Hidden paths that would be visible through the mounted data: below the target of a folder that is
 * mounted, `..` resolved. Empty if there are none.
 */
export async function exposed({ paths }: Concealed, mounts: readonly Mount[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    for (const { source, target } of mounts) {
      const below = posix.relative(posix.normalize(target), posix.normalize(path))
      if (below === '..' || below.startsWith('../')) continue
      const there = await lstat(join(source, below)).catch(() => undefined)
      if (there) found.push(path)
    }
  }
  return found
}

/** Removes a folder that an evaluation wrote into, also if it took permissions away or nested endlessly. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 })
  } catch {
    await uncancelled(['chmod', '-R', 'u+rwx', '--', folder])
    await uncancelled(['rm', '-rf', '--', folder])
  }
}
