import { constants, type Stats } from 'node:fs'
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  stat,
  symlink,
} from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Context } from '../system/context.js'
import { confine, within } from '../system/files.js'
import type { User } from './conditions.js'
import type { Mount } from './sandbox.js'

type CopyContext = Pick<Context, 'root' | 'scratch' | 'progress'>

/**
 * Mounts that the sandbox's user can read, whatever modes the checkout has. A source of which it cannot
 * read everything is replaced by a copy in the scratch folder; the source itself is never touched. Also
 * copied is a source with links that lead out of it: the sandbox would not find what they name.
 */
export async function readableMounts(
  context: CopyContext,
  mounts: readonly Mount[],
  user: User,
): Promise<Mount[]> {
  const copies = new Map<string, string>()
  const readable: Mount[] = []
  for (const { source, target } of mounts) {
    const real = await realpath(source)
    const known =
      copies.get(real) ?? ((await isReadable(real, user)) ? real : await copy(context, real, target))
    copies.set(real, known)
    readable.push({ source: known, target })
  }
  return readable
}

const READ = 4
const ENTER = 1

/** Whether the permission bits give `user` all of `wanted`; the first class that fits decides, as in the kernel. */
export function permits(
  { mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>,
  user: User,
  wanted: number,
): boolean {
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  return ((mode >> shift) & wanted) === wanted
}

async function isReadable(source: string, user: User): Promise<boolean> {
  const visit = async (path: string): Promise<boolean> => {
    const info = await lstat(path)
    if (info.isSymbolicLink()) {
      const link = await readlink(path)
      return !isAbsolute(link) && within(source, resolve(dirname(path), link))
    }
    if (!info.isDirectory()) return permits(info, user, READ)
    if (!permits(info, user, READ | ENTER)) return false
    for (const name of await readdir(path)) if (!(await visit(join(path, name)))) return false
    return true
  }
  return visit(source)
}

/** A readable copy of a file or folder; its absolute path. */
async function copy(context: CopyContext, source: string, name: string): Promise<string> {
  context.progress.line(`copying ${name}: the user of the sandbox cannot read all of it`)
  const to = join(await mkdtemp(join(context.scratch, 'mount-')), basename(source))
  await copyEntry(context, source, to)
  return to
}

async function copyEntry(context: CopyContext, from: string, to: string): Promise<void> {
  const info = await lstat(from)
  if (info.isDirectory()) {
    await mkdir(to)
    await chmod(to, 0o755)
    for (const name of await readdir(from)) await copyEntry(context, join(from, name), join(to, name))
  } else if (info.isSymbolicLink()) await copyLink(context, from, to)
  else if (info.isFile()) await copyBytes(from, to)
}

/** Copies what a link names, as its digest was taken; a link that names no file of the repository stays one. */
async function copyLink({ root }: CopyContext, from: string, to: string): Promise<void> {
  const named = await confine(root, relative(root, from))
  if (named.ok && named.exists && (await stat(named.absolute)).isFile()) await copyBytes(named.absolute, to)
  else await symlink(await readlink(from), to)
}

async function copyBytes(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await chmod(to, (await stat(from)).mode & 0o100 ? 0o755 : 0o644)
}
