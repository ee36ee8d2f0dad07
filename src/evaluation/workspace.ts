import { lchown, lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { algorithmOf, fileDigest } from '../system/digest.js'
import { plainPath, within } from '../system/files.js'
import { uncancelled } from '../system/process.js'
import type { Mount, User } from './sandbox.js'

/** What the evaluation must not see. */
export interface Hidden {
  /** Files or folders, relative to the workspace. */
  paths: readonly string[]
  /** `sha256:…` or `md5:…`: every file with these bytes is hidden, whatever its name. */
  digests: readonly string[]
}

export interface WorkspaceNeeds {
  hidden: Hidden
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
  for (const path of hidden.paths) await hide(workspace, path)
  for (const { source, target } of mounts)
    await makePlace(workspace, target, (await stat(source)).isDirectory())
  for (const folder of folders) await makePlace(workspace, folder, true)
  const secret = secrets(hidden.digests)
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await visit(path)
      else if (entry.isFile() && (await secret(path))) {
        await rm(path)
        continue
      }
      if (owner) await lchown(path, owner.uid, owner.gid)
    }
  }
  await visit(workspace)
  if (owner) await lchown(workspace, owner.uid, owner.gid)
}

/** Tells whether a file has one of these digests. */
function secrets(digests: readonly string[]): (path: string) => Promise<boolean> {
  const algorithms = [...new Set(digests.map(algorithmOf))]
  return async (path) => {
    for (const algorithm of algorithms)
      if (digests.includes((await fileDigest(path, algorithm)).digest)) return true
    return false
  }
}

/** Removes one path of the workspace, and what it links to. What lies outside stays untouched. */
async function hide(workspace: string, path: string): Promise<void> {
  const wanted = join(workspace, path)
  const target = await realpath(wanted).catch(() => undefined)
  const folder = await realpath(dirname(wanted)).catch(() => undefined)
  for (const doomed of [target, folder && join(folder, basename(wanted))])
    if (doomed !== undefined && doomed !== workspace && within(workspace, doomed) && (await isThere(doomed)))
      await rm(doomed, { recursive: true, force: true })
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

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
 * Hidden things that would be visible through the mounted data: a hidden path below the target of a
 * folder that is mounted. Empty if there are none.
 */
export async function exposed(hidden: Hidden, mounts: readonly Mount[]): Promise<string[]> {
  const found: string[] = []
  for (const path of hidden.paths) {
    for (const { source, target } of mounts) {
      if (!within(target, path)) continue
      if (await isThere(join(source, relative(target, path)))) found.push(path)
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
