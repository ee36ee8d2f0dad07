import { mkdir } from 'node:fs/promises'
import { join, normalize } from 'node:path/posix'
import { withoutEnd } from '../text/trim.js'
import { ReprogateError } from './errors.js'
import { confine, readRegular } from './files.js'
import { BlobReader } from './git/blob-reader.js'
import { dirtyPaths, headOf } from './git/dirty.js'
import { exportTree, type MissingPart } from './git/export.js'
import { copyObject, isAtHand, pointerIn } from './git/lfs.js'
import { locate } from './git/locate.js'
import { Plumbing } from './git/plumbing.js'
import { holds } from './git/submodules.js'
import {
  byteText,
  entriesBelow,
  entryAt,
  listingOf,
  pathText,
  type EntryKind,
  type TreeEntry,
} from './git/tree.js'
import type { RunProgram } from './process.js'

/** Bytes of a file of the repository that is held whole. */
const LARGEST_FILE = 256 * 1024 * 1024
/** Bytes of a diff that is shown. */
const DIFF_SHOWN = 64 * 1024
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** Two commits are compared by their trees, whatever attributes and `.gitmodules` ask for. */
const PLAINLY = ['--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none']

const zeroSeparated = (output: Buffer): string[] =>
  output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '')

/** What a path of a commit is. */
export interface GitEntry {
  kind: EntryKind
  /** Of the link, submodule or file on the way, if there is one. Relative to the working directory, or to the top if it lies on the way there. */
  path: string
}

/**
 * What the gate asks of git. The repository's configuration is never read, and nothing that it names is
 * ever run (`Plumbing`). A failing git is an error, never an answer.
 */
export class Git {
  /** Of commits whose files were listed: what a path is, without asking git again. */
  private readonly listings = new Map<string, (path: string) => TreeEntry | null>()

  private readonly blobs: BlobReader

  private constructor(private readonly git: Plumbing) {
    this.blobs = new BlobReader(git)
  }

  /** The folder with the work tree, absolute. */
  get top(): string {
    return this.git.place.top
  }

  /** The working directory within it: '' or 'examples/digits/'. */
  get prefix(): string {
    return this.git.place.prefix
  }

  /**
   * Opens the repository that holds `directory`, a real absolute path.
   *
   * @param scratch absolute path of a folder that is removed when the check ends
   * @throws ReprogateError `git/no-repository`, `git/untrusted`, `git/unsupported`
   */
  static async open(run: RunProgram, directory: string, scratch: string): Promise<Git> {
    return new Git(await Plumbing.open(run, await locate(directory), scratch))
  }

  head(): Promise<string> {
    return headOf(this.git)
  }

  /**
   * Full hash of the commit that a revision means, such as `HEAD` or `refs/remotes/origin/main`; undefined
   * if there is none. What begins with `-` is not a revision.
   */
  async resolve(revision: string): Promise<string | undefined> {
    if (!isRevision(revision)) return undefined
    const asked = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]
    const { code, stdout, stderr } = await this.git.call(asked)
    const hash = stdout.toString().trim()
    if (code === 0 && HASH.test(hash)) return hash
    // `--quiet` says nothing of a revision that is not there.
    if (code === 1 || code === 0) return undefined
    throw this.git.failure('rev-parse', stderr.trim())
  }

  async shallow(): Promise<boolean> {
    return (await this.text(['rev-parse', '--is-shallow-repository'])).trim() === 'true'
  }

  /** Whether the repository holds this commit. */
  async has(commit: string): Promise<boolean> {
    return HASH.test(commit) && holds(this.git, commit)
  }

  async isAncestor(commit: string, head: string): Promise<boolean> {
    const asked = ['merge-base', '--is-ancestor', revisionOf(commit), revisionOf(head)]
    return (await this.yesOrNo(asked)) !== undefined
  }

  /** A best common ancestor; undefined if the two have none, as far as the clone reaches. */
  async mergeBase(a: string, b: string): Promise<string | undefined> {
    return (await this.yesOrNo(['merge-base', revisionOf(a), revisionOf(b)]))?.toString().trim()
  }

  /** Hashes of a commit's parents as the commit itself names them, also of those that the clone lacks. */
  async parents(commit: string): Promise<string[]> {
    const text = (await this.must(['cat-file', 'commit', revisionOf(commit)])).toString('latin1')
    const headers = text.slice(0, text.indexOf('\n\n') + 1)
    return [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent)
  }

  /**
   * What a path is at a commit; null if it is not there. A link, submodule or file anywhere on the way,
   * that to the working directory included, is given as what it is, with its own path.
   *
   * @param path relative to the working directory
   */
  async entry(commit: string, path: string): Promise<GitEntry | null> {
    const found = await this.find(commit, path)
    if (!found) return null
    const from = pathText(found.path)
    return { kind: found.kind, path: from.startsWith(this.prefix) ? from.slice(this.prefix.length) : from }
  }

  /**
   * Bytes of a file of the working directory at a commit, as an export writes them; null if it is not
   * there, or is not a regular file.
   *
   * @throws ReprogateError `output/truncated` for one of more than 256 MiB
   */
  async show(commit: string, path: string): Promise<Buffer | null> {
    const bytes = await this.showUpTo(commit, path, LARGEST_FILE)
    if (bytes === undefined)
      throw new ReprogateError('output/truncated', `${path} is larger than ${LARGEST_FILE / 1024 ** 2} MiB`)
    return bytes
  }

  /**
   * Like `show`; undefined for a file of more bytes than that, which is not held.
   *
   * @param cap bytes
   */
  async showUpTo(commit: string, path: string, cap: number): Promise<Buffer | null | undefined> {
    const found = await this.find(commit, path)
    // A link's blob is the name of its target, and a builder would follow it to another file.
    if (found?.kind !== 'file' || pathText(found.path) !== this.fromTop(path)) return null
    const blob = await this.blobs.read(found.oid, cap)
    const pointer = blob && pointerIn(blob)
    if (!pointer) return blob
    if (pointer.bytes > cap) return (await isAtHand(this.git.place, found.path, pointer)) ? undefined : blob
    const chunks: Buffer[] = []
    const sink = {
      write: (chunk: Buffer) => void chunks.push(Buffer.from(chunk)),
      reset: () => void chunks.splice(0),
    }
    return (await copyObject(this.git.place, found.path, pointer, sink)) ? Buffer.concat(chunks) : blob
  }

  /** Bytes of a blob, or of what an LFS pointer stands for, without reading them; undefined if `show` gives null. */
  async sizeOf(commit: string, path: string): Promise<number | undefined> {
    const found = await this.find(commit, path)
    if (found?.kind !== 'file' || pathText(found.path) !== this.fromTop(path)) return undefined
    const size = Number(await this.text(['cat-file', '-s', found.oid]))
    const pointer = size < 1024 ? pointerIn(await this.must(['cat-file', 'blob', found.oid])) : undefined
    return pointer?.bytes ?? size
  }

  /** Whether the file in the work tree has the very bytes that git holds for it at a commit. */
  async tracks(commit: string, path: string): Promise<boolean> {
    const size = await this.sizeOf(commit, path)
    const place = await confine(join(this.top, this.prefix.slice(0, -1)), path)
    if (size === undefined || size > LARGEST_FILE || !place.ok || !place.exists) return false
    const [held, here] = [
      await this.show(commit, path),
      await readRegular(place.absolute, LARGEST_FILE).catch(() => null),
    ]
    return held !== null && here !== null && held.equals(here)
  }

  /** Paths that differ between two commits, relative to the working directory. */
  async changed(from: string, to: string): Promise<string[]> {
    const options = ['--name-only', '-z', '--relative', ...PLAINLY]
    return zeroSeparated(await this.must(['diff', ...options, revisionOf(from), revisionOf(to), '--', '.']))
  }

  /**
   * Tracked files of the working directory that differ from HEAD, submodules, and untracked files, relative
   * to it. Every file is read: bits of the index that hide changes have no effect.
   */
  dirty(): Promise<string[]> {
    return dirtyPaths(this.git)
  }

  /** Of these paths, those that git keeps through a filter other than LFS, by the attributes of the work tree. */
  async filtered(paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return []
    const input = paths.map((path) => `${path}\0`).join('')
    const asked = this.git.here(['check-attr', '-z', '--stdin', 'filter'], { input })
    const fields = (await this.git.must(asked, 'check-attr')).toString().split('\0')
    const unfiltered = new Set(['unspecified', 'unset', 'set', 'lfs'])
    return paths.filter(
      (path, index) => fields[3 * index] === path && !unfiltered.has(fields[3 * index + 2]!),
    )
  }

  /** Files that are in the index or untracked, relative to the working directory. */
  async files(): Promise<string[]> {
    const options = ['-z', '--cached', '--others', '--exclude-standard', '--', '.']
    const listed = this.git.here(['ls-files', ...options], { env: this.git.indexOfRepository() })
    return zeroSeparated(await this.git.must(listed, 'ls-files'))
  }

  /** Files, links and submodules of the working directory at a commit, relative to it. */
  async filesAt(commit: string): Promise<string[]> {
    const start = byteText(this.prefix)
    const entries = await entriesBelow(this.git, revisionOf(commit), this.prefix.slice(0, -1))
    if (HASH.test(commit)) this.listings.set(commit, listingOf(entries))
    return entries
      .filter(({ path }) => path.startsWith(start))
      .map(({ path }) => pathText(path.slice(start.length)))
  }

  /**
   * Files and folders that git ignores and that lie in the working directory, relative to it. Of an ignored
   * folder only its own path, with `/` behind it.
   */
  async ignored(): Promise<string[]> {
    const options = ['-z', '--others', '--ignored', '--exclude-standard', '--directory', '--', '.']
    const listed = this.git.here(['ls-files', ...options], { env: this.git.indexOfRepository() })
    return zeroSeparated(await this.git.must(listed, 'ls-files'))
  }

  /** The unified diff of one file, to be shown as text whatever attributes say: at most its first 64 KiB. */
  async diff(from: string, to: string, path: string): Promise<string> {
    const options = ['--text', '--no-color', ...PLAINLY]
    const asked = ['diff', ...options, revisionOf(from), revisionOf(to), '--', path]
    const result = await this.git.here(asked, { outputCap: DIFF_SHOWN })
    const shown = await this.git.must(Promise.resolve({ ...result, truncated: false }), 'diff')
    return shown.toString() + (result.truncated ? '\n… the rest of the diff is not shown\n' : '')
  }

  /**
   * Writes the working directory's tree at a commit into a new folder, byte for byte, with fresh
   * modification times and the modes that git records: 755 or 644, whatever the umask is. Submodules and
   * LFS objects come from what the checkout has.
   *
   * @param into absolute path; nothing is in it yet
   * @returns what is missing of them, by paths relative to the working directory
   * @throws ReprogateError `git/unsafe-tree`, `directory/missing`
   */
  async export(commit: string, into: string): Promise<MissingPart[]> {
    const own = await entryAt(this.git, revisionOf(commit), this.prefix)
    if (own?.kind !== 'folder')
      throw new ReprogateError('directory/missing', `${commit.slice(0, 7)} has no folder ${this.prefix}`)
    await mkdir(into, { recursive: true })
    return exportTree(this.git, commit, { into, prefix: this.prefix })
  }

  /** Address of `origin`, without a password. */
  remote(): Promise<string | undefined> {
    // A token in the address has no place in a record, also one with an @ in it.
    const address = this.git.setting('remote.origin.url')
    return Promise.resolve(address?.replace(/^(https?:\/\/)[^/]*@/i, '$1'))
  }

  /**
   * When the last commit was made, up to the head, that touched one of these paths: ISO 8601. undefined: none
   * did. A shallow clone gives its oldest commit the blame for everything: ask `shallow`.
   */
  async lastChange(paths: readonly string[]): Promise<string | undefined> {
    const asked = ['log', '-1', '--no-show-signature', '--format=%cI', 'HEAD', '--', ...paths]
    return (await this.must(asked)).toString().trim() || undefined
  }

  /** Commits that touch a path, newest first, from a commit on backwards. */
  async history(path: string, limit: number, from = 'HEAD'): Promise<string[]> {
    const output = await this.text(['rev-list', `--max-count=${limit}`, revisionOf(from), '--', path])
    return output.split('\n').filter(Boolean)
  }

  /** A path from the top of the repository; undefined if it leaves the working directory. */
  private fromTop(path: string): string | undefined {
    const name = withoutEnd(normalize(path), '/')
    if (name === '..' || name.startsWith('../') || name.startsWith('/') || name.includes('\0'))
      return undefined
    return name === '.' ? this.prefix.slice(0, -1) : this.prefix + name
  }

  private async find(commit: string, path: string) {
    const name = this.fromTop(path)
    if (name === undefined) return null
    const listing = name.startsWith(this.prefix) ? this.listings.get(commit) : undefined
    return listing ? listing(name) : entryAt(this.git, revisionOf(commit), name)
  }

  /** Output for the exit code 0, undefined for 1. Anything else is a git that failed. */
  private async yesOrNo(args: string[]): Promise<Buffer | undefined> {
    const result = await this.git.call(args)
    return result.code === 1 ? undefined : this.git.must(Promise.resolve(result), args[0]!)
  }

  private must(args: string[]): Promise<Buffer> {
    return this.git.must(this.git.here(args), args[0]!)
  }

  private async text(args: string[]): Promise<string> {
    return (await this.must(args)).toString()
  }
}

const isRevision = (revision: string): boolean => /^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(revision)

/** A revision cannot be an option. */
function revisionOf(revision: string): string {
  if (isRevision(revision)) return revision
  throw new ReprogateError('git/failed', `${JSON.stringify(revision)} is not a revision`)
}
