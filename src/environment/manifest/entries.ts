import { BATCH, type Pause } from '../pause.js'
import { treatmentOf } from './normalise.js'
import { PathTable } from './path-table.js'

/** One file, folder or link of an image. Text is latin1: the bytes as they are. */
export interface Entry {
  /** f file, d folder, l symbolic link, c and b devices, p fifo. A hard link is the file that it is a link to. */
  type: 'f' | 'd' | 'l' | 'c' | 'b' | 'p'
  mode: number
  uid: number
  gid: number
  /** Target of a symbolic link, or `major:minor` of a device. */
  link: string
  /** sha256 of the normalised content in hex; '' if there is none, or it does not count. */
  digest: string
  /** `security.*` attributes as `name=hex`, sorted, joined by commas. */
  xattrs: string
}

export const sameEntry = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.digest === b.digest &&
  a.type === b.type &&
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid &&
  a.link === b.link &&
  a.xattrs === b.xattrs

/** A hard link is resolved once all is read; an ignored file is kept for the links to it, and for its bytes. */
export type HeldKind = Entry['type'] | 'hardlink' | 'ignored'
const KINDS: readonly HeldKind[] = ['f', 'd', 'l', 'c', 'b', 'p', 'hardlink', 'ignored']
const HARDLINK = KINDS.indexOf('hardlink')
const IGNORED = KINDS.indexOf('ignored')

/** What is known of an entry before its content. */
export interface EntryHead extends Omit<Entry, 'type' | 'digest'> {
  path: string
  kind: HeldKind
  /** Whether the digest of the bytes as they are is kept beside that of the normalised content. */
  raw: boolean
}

/** The columns of a row, where each begins. */
const AT = { kind: 0, mode: 2, uid: 4, gid: 8, link: 12, xattrs: 14, digest: 18 } as const
/** Of `kind`: the digest counts; that of the bytes as they are is kept. */
const HAS_DIGEST = 0x100
const HAS_RAW = 0x200
const DIGEST = 32
const WIDTH = AT.digest + DIGEST

/**
 * The entries of an image, held in a table. Filled in the order of its tar; `seal` sorts them, resolves
 * hard links and leaves out what came again under the same path or is ignored. From then on an entry is
 * known by its position in the order of paths.
 *
 * An entry takes 60 bytes beyond its path, link and attributes, and 64 while they are sorted; a file
 * whose content is masked takes 32 more, for the digest of its bytes as they are.
 */
export class Entries {
  private readonly table = new PathTable(WIDTH)
  private order = new Uint32Array()
  /** Regular files; folders and links are not counted. Known when it is sealed. */
  files = 0

  /** Entries that count. Known when it is sealed. */
  get size(): number {
    return this.order.length
  }

  /** Entries that are held. */
  get held(): number {
    return this.table.length
  }

  /** Bytes that they are held in: the rows and their order, and the texts. */
  get bytes(): { rows: number; texts: number } {
    const { rows, texts } = this.table.bytes
    return { rows: rows + this.order.byteLength, texts }
  }

  /** @returns the row, for `setDigest` */
  append({ path, kind, raw, mode, uid, gid, link, xattrs }: EntryHead): number {
    const number = this.table.append(path, xattrs + link + (raw ? '\0'.repeat(DIGEST) : ''))
    const row = this.table.row(number)
    row.writeUInt16LE(KINDS.indexOf(kind) | (raw ? HAS_RAW : 0), AT.kind)
    row.writeUInt16LE(mode, AT.mode)
    row.writeUInt32LE(uid, AT.uid)
    row.writeUInt32LE(gid, AT.gid)
    row.writeUInt16LE(link.length, AT.link)
    row.writeUInt32LE(xattrs.length, AT.xattrs)
    return number
  }

  /**
   * @param digest sha256 of the normalised content; null: it does not count
   * @param raw sha256 of the bytes as they are
   */
  setDigest(number: number, digest: Buffer | null, raw: Buffer): void {
    const row = this.table.row(number)
    const flags = row.readUInt16LE(AT.kind)
    row.writeUInt16LE(flags | (digest ? HAS_DIGEST : 0), AT.kind)
    digest?.copy(row, AT.digest)
    if (flags & HAS_RAW) raw.copy(this.raw(number, row))
  }

  /** Ends the filling. */
  async seal(pause: Pause): Promise<void> {
    const all = await this.table.sorted(pause)
    for (let number = 0; number < this.table.length; number++) {
      if (this.kind(number) === HARDLINK) this.resolve(number, all)
      if (number % BATCH === 0) await pause()
    }
    let kept = 0
    for (const [at, number] of all.entries()) {
      if (at % BATCH === 0) await pause()
      const replaced = at + 1 < all.length && this.table.compare(number, all[at + 1]!) === 0
      if (replaced || this.kind(number) === IGNORED) continue
      all[kept++] = number
      if (this.typeOf(number) === 'f') this.files++
    }
    this.order = all.slice(0, kept)
  }

  pathAt(position: number): string {
    return this.table.path(this.order[position]!)
  }

  at(position: number): Entry {
    const number = this.order[position]!
    const row = this.table.row(number)
    const [link, xattrs] = [row.readUInt16LE(AT.link), row.readUInt32LE(AT.xattrs)]
    return {
      type: this.typeOf(number),
      mode: row.readUInt16LE(AT.mode),
      uid: row.readUInt32LE(AT.uid),
      gid: row.readUInt32LE(AT.gid),
      link:
        this.kind(number) === HARDLINK
          ? ''
          : this.table.tail(number, xattrs, xattrs + link).toString('latin1'),
      digest: row.readUInt16LE(AT.kind) & HAS_DIGEST ? row.toString('hex', AT.digest, WIDTH) : '',
      xattrs: xattrs === 0 ? '' : this.table.tail(number, 0, xattrs).toString('latin1'),
    }
  }

  /** How many entries have paths before this one. */
  before(path: string): number {
    return this.table.before(this.order, path)
  }

  get(path: string): Entry | undefined {
    const position = this.before(path)
    return position < this.size && this.pathAt(position) === path ? this.at(position) : undefined
  }

  has(path: string): boolean {
    const position = this.before(path)
    return position < this.size && this.pathAt(position) === path
  }

  /** Compares the path at a position with one of another image, by bytes. */
  comparePaths(position: number, other: Entries, otherPosition: number): number {
    return this.table.compare(this.order[position]!, other.order[otherPosition]!, other.table)
  }

  /** Compares all but the path. */
  sameAt(position: number, other: Entries, otherPosition: number): boolean {
    const row = this.table.row(this.order[position]!)
    // As most are: there is no text to compare.
    const textless = row.readUInt16LE(AT.link) + row.readUInt32LE(AT.xattrs) === 0
    if (textless && row.equals(other.table.row(other.order[otherPosition]!))) return true
    return sameEntry(this.at(position), other.at(otherPosition))
  }

  /** In order. */
  *paths(): Iterable<string> {
    for (let position = 0; position < this.size; position++) yield this.pathAt(position)
  }

  /** In the order of their paths. */
  *[Symbol.iterator](): Generator<readonly [path: string, entry: Entry]> {
    for (let position = 0; position < this.size; position++) yield [this.pathAt(position), this.at(position)]
  }

  /** Every file with the sha256 of its bytes as they are, in hex; also of files that are not compared. */
  *contents(): Iterable<readonly [path: string, sha256: string]> {
    for (let number = 0; number < this.table.length; number++) {
      const digest = this.bytesDigest(number)
      if (digest) yield [this.table.path(number), digest.toString('hex')]
    }
  }

  private kind(number: number): number {
    return this.table.row(number)[AT.kind]!
  }

  private typeOf(number: number): Entry['type'] {
    const kind = KINDS[this.kind(number)]!
    return kind === 'hardlink' || kind === 'ignored' ? 'f' : kind
  }

  private raw(number: number, row: Buffer): Buffer {
    const from = row.readUInt16LE(AT.link) + row.readUInt32LE(AT.xattrs)
    return this.table.tail(number, from, from + DIGEST)
  }

  /** sha256 of the bytes as they are, as far as it is known; of a hard link what it counts as. */
  private bytesDigest(number: number): Buffer | undefined {
    const row = this.table.row(number)
    const flags = row.readUInt16LE(AT.kind)
    if (flags & HAS_RAW) return this.raw(number, row)
    return flags & HAS_DIGEST ? row.subarray(AT.digest) : undefined
  }

  /** A hard link counts as its target, in the state in which it came before it. */
  private resolve(number: number, all: Uint32Array): void {
    const row = this.table.row(number)
    const xattrs = row.readUInt32LE(AT.xattrs)
    const target = this.table.tail(number, xattrs, xattrs + row.readUInt16LE(AT.link)).toString('latin1')
    const found = all[this.table.before(all, target, number) - 1]
    const treatment = treatmentOf(this.table.path(number))
    if (found === undefined || this.table.path(found) !== target || treatment === 'presence') return
    const flags = this.table.row(found).readUInt16LE(AT.kind)
    // Masked in another way, it was not masked at all.
    const alike = !(flags & HAS_RAW) || treatmentOf(target) === treatment
    const normal = flags & HAS_DIGEST ? this.table.row(found).subarray(AT.digest) : null
    const digest = alike ? normal : this.raw(found, this.table.row(found))
    if (digest) this.setDigest(number, digest, digest)
  }
}
