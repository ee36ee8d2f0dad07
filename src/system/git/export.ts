import { chmodSync, closeSync, fchmodSync, ftruncateSync, mkdirSync, symlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createNew } from '../files.js'
import { readBlobs, type BlobSink } from './blobs.js'
import { copyObject, pointerIn, POINTER_LARGEST } from './lfs.js'
import type { Plumbing } from './plumbing.js'
import { submoduleNames, submoduleWith } from './submodules.js'
import {
  byteText,
  bytesOf,
  checkTree,
  entriesBelow,
  foldersOf,
  pathText,
  unsafeTree,
  type TreeEntry,
} from './tree.js'

/** What a commit names and the checkout does not have. Its place holds an empty folder, or the pointer. */
export type MissingPart =
  | { kind: 'submodule'; path: string; commit: string }
  | { kind: 'lfs'; path: string; oid: string; bytes: number }

/** Bytes of a link's target: no system takes more. */
const TARGET_LARGEST = 4096
/** What a file system says of a name that it cannot hold. */
const UNWRITABLE = new Set([
  'EEXIST',
  'ENAMETOOLONG',
  'ENOTDIR',
  'EISDIR',
  'EILSEQ',
  'EINVAL',
  'ELOOP',
  'ENOENT',
])

interface Target {
  /** Absolute path of a folder that is there, and empty. */
  into: string
  /** The folder of the commit that is written, relative to the top: '' or 'examples/digits/'. */
  prefix: string
}

/**
 * Writes a folder of a commit, byte for byte as git holds it, with the modes that it records: 755 or 644,
 * whatever the umask is. Submodules and LFS objects come from what the checkout has, verified by commit
 * and digest. All folders are made first, then files, links last: nothing is written through a link.
 *
 * @returns what is missing, with paths relative to `prefix`
 * @throws ReprogateError `git/unsafe-tree`
 */
export async function exportTree(
  git: Plumbing,
  commit: string,
  { into, prefix }: Target,
): Promise<MissingPart[]> {
  const start = byteText(prefix)
  const entries = (await entriesBelow(git, commit, prefix.slice(0, -1)))
    .filter(({ path }) => path.startsWith(start))
    .map((entry) => ({ ...entry, path: entry.path.slice(start.length) }))
  checkTree(entries)
  const of = (kind: TreeEntry['kind']) => entries.filter((entry) => entry.kind === kind)
  for (const folder of foldersOf(entries)) makeFolder(into, folder)
  for (const { path } of of('submodule')) makeFolder(into, path)
  chmodSync(into, 0o755)
  const missing: MissingPart[] = await writeFiles(git, of('file'), { into, prefix })
  const names = of('submodule').length > 0 ? await submoduleNames(git, commit) : new Map<string, string>()
  for (const { path, oid } of of('submodule')) {
    const inner = await submoduleWith(git, { path: start + path, commit: oid, names })
    if (!inner) {
      missing.push({ kind: 'submodule', path: pathText(path), commit: oid })
      continue
    }
    for (const part of await exportTree(inner, oid, { into: join(into, pathText(path)), prefix: '' }))
      missing.push({ ...part, path: `${pathText(path)}/${part.path}` })
  }
  await writeLinks(git, of('link'), into)
  return missing
}

const placeOf = (into: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${into}/`), bytesOf(path)])

/** What the file system refuses is the tree's fault. */
function written<T>(path: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw UNWRITABLE.has(code) ? unsafeTree(path, `cannot be written here (${code})`) : error
  }
}

function makeFolder(into: string, path: string): void {
  const place = placeOf(into, path)
  written(path, () => mkdirSync(place))
  chmodSync(place, 0o755)
}

/** A file that is being written. The calls are synchronous: each is short, and a tree has many thousands. */
class NewFile {
  private readonly handle: number
  private size = 0

  constructor(place: Buffer, mode: number) {
    this.handle = createNew(place)
    fchmodSync(this.handle, mode)
  }

  write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      const count = writeSync(this.handle, bytes, done, bytes.length - done, this.size)
      done += count
      this.size += count
    }
  }

  reset(): void {
    ftruncateSync(this.handle, 0)
    this.size = 0
  }

  close(): void {
    closeSync(this.handle)
  }
}

async function writeFiles(
  git: Plumbing,
  files: readonly TreeEntry[],
  { into, prefix }: Target,
): Promise<MissingPart[]> {
  const start = byteText(prefix)
  const missing: MissingPart[] = []
  let path = ''
  let file: NewFile | undefined
  let small: Buffer[] | undefined
  const sink: BlobSink = {
    begin(index, size) {
      const entry = files[index]!
      path = entry.path
      file = written(path, () => new NewFile(placeOf(into, path), entry.executable ? 0o755 : 0o644))
      small = size < POINTER_LARGEST ? [] : undefined
    },
    chunk(bytes) {
      if (small) small.push(bytes)
      else file!.write(bytes)
    },
    async end() {
      const blob = small && Buffer.concat(small)
      const pointer = blob && pointerIn(blob)
      const found = pointer && (await copyObject(git.place, start + path, pointer, file!))
      if (blob && !found) file!.write(blob)
      if (pointer && !found) missing.push({ kind: 'lfs', path: pathText(path), ...pointer })
      file!.close()
      file = undefined
    },
  }
  try {
    await readBlobs(git, oidsOf(files), sink)
  } finally {
    file?.close()
  }
  return missing
}

const oidsOf = (entries: readonly TreeEntry[]): string[] => entries.map(({ oid }) => oid)

async function writeLinks(git: Plumbing, links: readonly TreeEntry[], into: string): Promise<void> {
  const useless = 'is a link to what no file system can name'
  let path = ''
  let target: Buffer[] = []
  await readBlobs(git, oidsOf(links), {
    begin(index, size) {
      path = links[index]!.path
      target = []
      if (size === 0 || size >= TARGET_LARGEST) throw unsafeTree(path, useless)
    },
    chunk: (bytes) => void target.push(bytes),
    end() {
      const to = Buffer.concat(target)
      if (to.includes(0)) throw unsafeTree(path, useless)
      written(path, () => symlinkSync(to, placeOf(into, path)))
    },
  })
}
