import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

/** Paths and files that somebody else has named or written. They are opened here and nowhere else. */

/** What was to be read is not a regular file. */
export class NotAFile extends Error {}
/** What was to be read whole is larger than its cap. */
export class TooLarge extends Error {}

/** For reading, without waiting for the writer of a named pipe. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/**
 * Opens a regular file for reading. Opening a named pipe would wait for a writer, so it is opened
 * without waiting and refused.
 *
 * @param path absolute; `confine` says where an untrusted one leads
 * @param noFollow refuses a link at the end of the path, with ELOOP
 * @throws NotAFile for a folder, a pipe, a device
 */
export async function openRegular(path: string, { noFollow = false } = {}): Promise<FileHandle> {
  const flags = READ_FLAGS | (noFollow ? constants.O_NOFOLLOW : 0)
  const handle = await open(path, flags)
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new NotAFile(`${path} is not a regular file`)
}

/**
 * The same at once, for many small files.
 *
 * @throws NotAFile
 */
export function openRegularSync(path: string): number {
  const file = openSync(path, READ_FLAGS)
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  throw new NotAFile(`${path} is not a regular file`)
}

/**
 * Reads a regular file whole.
 *
 * @param cap bytes
 * @throws NotAFile, TooLarge
 */
export async function readRegular(path: string, cap: number): Promise<Buffer> {
  const handle = await openRegular(path)
  try {
    const { size } = await handle.stat()
    if (size > cap) throw new TooLarge(`${path} is larger than ${cap / 1024 ** 2} MiB`)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Makes a file that is not there yet, through no link, and opens it for writing at its end. Mode 600. */
export const createNew = (path: string | Buffer): number => openSync(path, NEW | constants.O_APPEND, 0o600)

export type Confined =
  | { ok: true; absolute: string; exists: boolean }
  | { ok: false; why: 'leaves the repository' | 'leads out through a link' | 'names the inside of .git' }

/** Whether an absolute path is `root` or lies below it, links not looked at. */
export const liesIn = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/**
 * Where an untrusted relative path leads, links followed, and whether that is inside `root` (a real
 * path). `.git` is refused: a runner keeps its token there, and the evaluation would see it.
 */
export async function confine(root: string, path: string): Promise<Confined> {
  const wanted = join(root, path)
  if (isAbsolute(path) || /^[A-Za-z]:|\\/.test(path) || !liesIn(root, wanted))
    return { ok: false, why: 'leaves the repository' }
  let existing = wanted
  let real: string | undefined
  while (real === undefined) {
    try {
      real = await realpath(existing)
    } catch (error) {
      // A link that leads nowhere is followed no further: what it names could appear later.
      if (await isLink(existing)) return { ok: false, why: 'leads out through a link' }
      if (existing === root) throw error
      existing = dirname(existing)
    }
  }
  const absolute = join(real, relative(existing, wanted))
  if (!liesIn(root, absolute)) return { ok: false, why: 'leads out through a link' }
  const names = relative(root, absolute).split(sep)
  if (names.some((name) => name.toLowerCase() === '.git') || (absolute === root && path !== ''))
    return { ok: false, why: 'names the inside of .git' }
  return { ok: true, absolute, exists: existing === wanted }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink()
  } catch {
    return false
  }
}

/** `./a//b/` as `a/b`: one spelling for comparisons. */
export const plainPath = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

/** Whether `path` is `folder` or lies below it. */
export const within = (folder: string, path: string): boolean => {
  const [outer, inner] = [plainPath(folder), plainPath(path)]
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`)
}
