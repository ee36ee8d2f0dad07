import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readRegular } from '../../system/files.js'
import type { Mount } from '../../evaluation/sandbox.js'

/** A file that the evaluation may read, whole. */
export interface InputFile {
  /** Relative to the workspace. */
  path: string
  /** Relative to the folder that is mounted; '' for a file that is mounted by itself. */
  below: string
  bytes: Buffer
}

/** Bytes and files of all data and of the model together: they are held while they are altered. */
export const INPUTS_LARGEST = 256 * 1024 * 1024
const MOST_FILES = 20_000

/**
 * The regular files of mounts; links are not followed.
 *
 * @returns undefined if there are more than 256 MiB or 20,000 files of them
 */
export async function inputFiles(mounts: readonly Mount[]): Promise<InputFile[] | undefined> {
  const files: InputFile[] = []
  let left = INPUTS_LARGEST
  const visit = async ({ source, target }: Mount, below: string): Promise<boolean> => {
    const place = join(source, below)
    const info = await lstat(place)
    if (info.isDirectory()) {
      for (const name of (await readdir(place)).sort())
        if (!(await visit({ source, target }, below === '' ? name : `${below}/${name}`))) return false
      return true
    }
    if (!info.isFile()) return true
    left -= info.size
    if (left < 0 || files.length === MOST_FILES) return false
    const path = below === '' ? target : `${target}/${below}`
    files.push({ path, below, bytes: await readRegular(place, INPUTS_LARGEST) })
    return true
  }
  for (const mount of mounts) if (!(await visit(mount, ''))) return undefined
  return files
}

/**
 * Mounts with some files altered: copies in a new folder of `scratch` with the names and the times of
 * what they stand for. Mounts without an altered file stay as they are.
 */
export async function alteredMounts(
  scratch: string,
  mounts: readonly Mount[],
  altered: ReadonlyMap<string, Buffer>,
): Promise<{ mounts: Mount[]; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(scratch, 'altered-'))
  await chmod(folder, 0o755)
  const made: Mount[] = []
  for (const [index, mount] of mounts.entries()) {
    const files = [...altered].filter(
      ([path]) => path === mount.target || path.startsWith(`${mount.target}/`),
    )
    if (files.length === 0) {
      made.push(mount)
      continue
    }
    const copy = join(folder, String(index))
    await cp(mount.source, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    for (const [path, bytes] of files) await replace(join(copy, path.slice(mount.target.length)), bytes)
    made.push({ source: copy, target: mount.target })
  }
  return { mounts: made, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Other bytes under the same name, mode and times. */
async function replace(path: string, bytes: Buffer): Promise<void> {
  const { atime, mtime, mode } = await lstat(path)
  await rm(path)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes, { flag: 'wx' })
  await chmod(path, mode & 0o777)
  await utimes(path, atime, mtime)
}
