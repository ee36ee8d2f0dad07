import { lchown, lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { algorithmOf, fileDigest } from '../data/digest.js'
import { createRunner } from '../system/process.js'
import { within } from '../system/paths.js'
import type { Mount } from './sandbox.js'

/** What the evaluation must not see. */
export interface Hidden {
  /** Files or folders, relative to the workspace. */
  paths: readonly string[]
  /** `sha256:…` or `md5:…`: every file with these bytes is hidden, whatever its name. */
  digests: readonly string[]
}

/**
 * Makes a fresh export ready for a run: takes out what is hidden, by path and by content, gives it to
 * the user of the run (`owner`, where that is not us), and makes the places that mounts and the image's
 * volumes (`folders`, relative to the workspace) go to, so that the engine does not make them as root. Follows no link out of the workspace, whose path is a real one.
 */
export async function readyWorkspace(
  workspace: string,
  hidden: Hidden,
  mounts: readonly Mount[],
  folders: readonly string[],
  owner: { uid: number; gid: number } | undefined,
): Promise<void> {
  for (const path of hidden.paths) await hide(workspace, path)
  for (const { source, target } of mounts)
    await makePlace(workspace, target, (await stat(source)).isDirectory())
  for (const folder of folders) await makePlace(workspace, folder, true)

  const algorithms = [...new Set(hidden.digests.map(algorithmOf))]
  const isSecret = async (path: string): Promise<boolean> => {
    for (const algorithm of algorithms)
      if (hidden.digests.includes((await fileDigest(path, algorithm)).digest)) return true
    return false
  }
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await visit(path)
      else if (entry.isFile() && (await isSecret(path))) {
        await rm(path)
        continue
      }
      if (owner) await lchown(path, owner.uid, owner.gid)
    }
  }
  await visit(workspace)
  if (owner) await lchown(workspace, owner.uid, owner.gid)
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
  const names = target.split('/').filter((name) => name !== '' && name !== '.')
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
 * folder that is mounted. Empty where all is well.
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

export interface Size {
  /** Of disk space, so that a sparse file counts what it takes. */
  bytes: number
  entries: number
}

/**
 * Disk space below a folder, links not followed. Something in it may be writing at the same time:
 * what vanishes meanwhile counts nothing; what is nested too deeply to be looked at counts as endless.
 */
export async function sizeOf(folder: string): Promise<Size> {
  const size: Size = { bytes: 0, entries: 0 }
  const visit = async (path: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true })
    size.entries += entries.length
    for (const entry of entries) {
      const child = join(path, entry.name)
      try {
        if (entry.isDirectory()) await visit(child)
        else size.bytes += (await lstat(child)).blocks * 512
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') size.entries = Infinity
      }
    }
  }
  await visit(folder).catch(() => {})
  return size
}

const always = createRunner(new AbortController().signal)

/** Removes a folder that an evaluation wrote into: also where it took permissions away or nested endlessly. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 })
  } catch {
    await always(['chmod', '-R', 'u+rwx', '--', folder])
    await always(['rm', '-rf', '--', folder])
  }
}
