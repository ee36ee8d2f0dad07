import { createHash } from 'node:crypto'
import { ReprogateError } from '../../system/errors.js'
import { packageReader, type PackageReader } from '../packages/index.js'
import type { Ownership, Package } from '../packages/package.js'
import { Coverings } from './covers.js'
import { Entries, type EntryHead, type HeldKind } from './entries.js'
import { isMasked, maskContent, MASKED_CAP } from './masks.js'
import { PRIVATE_KEY, treatmentOf, type Treatment } from './normalise.js'
import type { TarHeader } from './tar-header.js'
import type { TarSink } from './tar.js'

/** Bytes of the package databases, each and together: they are held whole while they are parsed. */
const DATABASE_CAP = 64 * 1024 * 1024
const DATABASES_CAP = 256 * 1024 * 1024
const ENTRIES_CAP = 3_000_000
const PATH_CAP = 4096
const DEPTH_CAP = 256
/** Characters of all paths, links and attributes, which are held. */
const TEXT_CAP = 1024 ** 3
const PACKAGES_CAP = 200_000
/** Each gets a finding. */
const KEYS_CAP = 1000

const KIND: Readonly<Record<TarHeader['type'], HeldKind>> = {
  file: 'f',
  hardlink: 'hardlink',
  symlink: 'l',
  char: 'c',
  block: 'b',
  directory: 'd',
  fifo: 'p',
}
const XATTR = 'SCHILY.xattr.'

const tooLarge = (what: string) =>
  new ReprogateError('image/too-large', `the image cannot be described: ${what}`)

/** Without `./` and slashes before it, and slashes behind; in linear time. */
export function cleanPath(path: string): string {
  let [start, end] = [0, path.length]
  while (path[start] === '/' || path.startsWith('./', start)) start += path[start] === '/' ? 1 : 2
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}

/** A kernel takes no longer path, and nobody nests deeper: what is compared by its folders has to end. */
function checkPath(path: string): void {
  if (path.length > PATH_CAP) throw tooLarge(`a path has more than ${PATH_CAP} bytes`)
  let depth = 1
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) depth++
  if (depth > DEPTH_CAP) throw tooLarge(`its folders are nested more than ${DEPTH_CAP} deep`)
}

function securityAttributes(pax: TarHeader['pax']): string {
  if (pax.size === 0) return ''
  return [...pax]
    .filter(([key]) => key.startsWith(`${XATTR}security.`))
    .map(([key, value]) => `${key.slice(XATTR.length)}=${Buffer.from(value, 'latin1').toString('hex')}`)
    .sort()
    .join(',')
}

/** What of an entry is held; null: nothing, as it is ignored and no link can lead to its bytes. */
function headOf(path: string, header: TarHeader, treatment: Treatment | null): EntryHead | null {
  const { type, mode, uid, gid, link, device, pax } = header
  const ignored = treatment === 'ignore'
  if (ignored && type !== 'file') return null
  return {
    path,
    kind: ignored ? 'ignored' : KIND[type],
    raw: type === 'file' && treatment !== null && !ignored,
    mode,
    uid,
    gid,
    link: type === 'hardlink' ? cleanPath(link) : link || device,
    xattrs: securityAttributes(pax),
  }
}

/** Hashes bytes as they come; keeps them too if asked. */
function contentSink(keep: boolean, done: (digest: Buffer, content: Buffer | null) => void): TarSink {
  const hash = createHash('sha256')
  const kept: Buffer[] | null = keep ? [] : null
  return {
    data(chunk) {
      hash.update(chunk)
      kept?.push(Buffer.from(chunk))
    },
    end: () => done(hash.digest(), kept && Buffer.concat(kept)),
  }
}

/** How the file at a path is treated. */
interface Handling {
  path: string
  /** Of the entry. */
  row: number
  treatment: ReturnType<typeof treatmentOf>
  /** If it belongs to a package database. */
  reader: PackageReader | null
}

/**
 * What counts of an image's file tree, collected from its tar entry by entry. Held are the entries, the
 * package databases, and one file at a time whose content has to be masked.
 */
export class FileTree {
  readonly entries = new Entries()
  readonly packages: Package[] = []
  readonly ownership: Ownership[] = []
  readonly privateKeys: string[] = []
  readonly coverings = new Coverings()
  /** Package databases by path: installers link them from their cache, whose bytes come first. */
  private readonly databases = new Map<string, string>()
  /** Bytes of them. */
  private held = 0
  /** Characters that are held of entries. */
  private text = 0

  /** @throws ReprogateError `image/too-large` */
  add(header: TarHeader): TarSink | null {
    const path = cleanPath(header.path)
    if (path === '') return null
    checkPath(path)
    if (header.link.length > PATH_CAP) throw tooLarge(`a link has more than ${PATH_CAP} bytes`)
    const treatment = treatmentOf(path)
    if (header.type !== 'directory' && PRIVATE_KEY.test(path)) this.privateKey(path)
    if (treatment === 'ignore' || (treatment === 'presence' && header.type !== 'symlink'))
      this.coverings.add(path, header)
    const reader = packageReader(path)
    if (header.type === 'hardlink' && treatment === null && reader)
      this.collect(reader, this.databases.get(cleanPath(header.link)) ?? '')
    const head = headOf(path, header, treatment)
    if (head === null) return null
    const handling = { path, row: this.hold(head), treatment, reader }
    return header.type === 'file' ? this.file(handling, header.size) : null
  }

  private hold(head: EntryHead): number {
    if (this.entries.held >= ENTRIES_CAP) throw tooLarge(`it has more than ${ENTRIES_CAP} files`)
    this.text += head.path.length + head.link.length + head.xattrs.length
    if (this.text > TEXT_CAP) throw tooLarge('its paths, links and attributes are too long')
    return this.entries.append(head)
  }

  private privateKey(path: string): void {
    if (this.privateKeys.length >= KEYS_CAP) throw tooLarge(`it has more than ${KEYS_CAP} private keys`)
    this.privateKeys.push(path)
  }

  private file({ path, row, treatment, reader }: Handling, size: number): TarSink {
    if (reader) this.holdDatabase(size)
    const mask = isMasked(treatment) && size <= MASKED_CAP ? treatment : null
    const keep = size > 0 && (mask !== null || reader !== null)
    return contentSink(keep, (digest, content) => {
      const normal =
        mask && content ? createHash('sha256').update(maskContent(mask, content)).digest() : digest
      this.entries.setDigest(row, treatment === 'presence' ? null : normal, digest)
      if (reader && content) {
        const text = content.toString('latin1')
        this.databases.set(path, text)
        if (treatment === null) this.collect(reader, text)
      }
    })
  }

  private holdDatabase(size: number): void {
    this.held += size
    if (size > DATABASE_CAP || this.held > DATABASES_CAP)
      throw tooLarge('its package databases are too large')
  }

  private collect(reader: PackageReader, text: string): void {
    const { packages, ownership } = reader(text)
    // Not spread: a database can name more packages than a call takes arguments.
    for (const one of packages) this.packages.push(one)
    if (this.packages.length > PACKAGES_CAP) throw tooLarge(`it has more than ${PACKAGES_CAP} packages`)
    for (const one of ownership) this.ownership.push(one)
  }
}
