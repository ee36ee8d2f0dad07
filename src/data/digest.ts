import { createHash } from 'node:crypto'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileDigest, fileDigests, type Algorithm } from '../system/digest.js'

export interface ListedFile {
  /** Relative to the folder, with `/`; '' for a single file. */
  path: string
  digest: string
  bytes: number
}

export interface Fingerprint {
  /** `sha256:…` of the file's bytes, or of the folder's list. */
  digest: string
  files: ListedFile[]
  bytes: number
}

/** Something in a data folder that cannot be data: a pipe, a device, a link that leads out. */
export class NotData extends Error {}

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/**
 * The list that a folder's digest is taken of: a line `digest  path` for each file, sorted by the
 * bytes of the path. It is what `find . -type f | LC_ALL=C sort | xargs sha256sum` prints without `./`,
 * and `sha256sum --check` reads it.
 */
export const listText = (files: readonly ListedFile[]): string =>
  files.map(({ digest, path }) => `${digest.slice(digest.indexOf(':') + 1)}  ${path}\n`).join('')

export function listDigest(files: readonly ListedFile[], algorithm: Algorithm): string {
  return `${algorithm}:${createHash(algorithm).update(listText(files)).digest('hex')}`
}

/** Digests by path, from such a list. */
export function parseList(text: string, algorithm: Algorithm): Map<string, string> {
  const entries = text.split('\n').flatMap((line): [string, string][] => {
    const match = /^([0-9a-f]{32,64}) [ *](.+)$/.exec(line)
    return match ? [[match[2]!, `${algorithm}:${match[1]}`]] : []
  })
  return new Map(entries)
}

/**
 * Fingerprint of a file, or of all files below a folder.
 *
 * @param root real path: links inside a folder may not lead out of it
 * @throws NotData for what is neither file nor folder
 */
export async function fingerprint(
  root: string,
  path: string,
  algorithm: Algorithm,
  signal?: AbortSignal,
): Promise<Fingerprint> {
  if (!(await lstat(path)).isDirectory()) {
    const { digest, bytes } = await fileDigest(path, algorithm, signal)
    return { digest, bytes, files: [{ path: '', digest, bytes }] }
  }
  const names = (await walk(root, path, '')).sort(compareBytes)
  const digests = await fileDigests(
    names.map((name) => join(path, name)),
    algorithm,
    signal,
  )
  const files = names.map((name, index): ListedFile => ({ path: name, ...digests[index]! }))
  return {
    digest: listDigest(files, algorithm),
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

async function walk(root: string, folder: string, below: string): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true })
  const names: string[] = []
  for (const entry of entries) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) names.push(...(await walk(root, folder, name)))
    else if (entry.isFile()) names.push(name)
    else if (entry.isSymbolicLink()) {
      const target = await realpath(join(folder, name)).catch(() => null)
      const way = target === null ? '..' : relative(root, target)
      if (way === '..' || way.startsWith(`..${sep}`))
        throw new NotData(`${name} is a link that leads out of the repository, or nowhere`)
      // A linked folder could hold itself.
      if ((await lstat(target!)).isDirectory()) throw new NotData(`${name} is a link to a folder`)
      names.push(name)
    } else throw new NotData(`${name} is neither a file nor a folder`)
  }
  return names
}
