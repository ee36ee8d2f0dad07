import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Context } from '../../system/context.js'
import { ReprogateError } from '../../system/errors.js'
import type { Engine, Image } from '../../engine/engine.js'
import {
  combineHashes,
  hashConfig,
  hashPackages,
  hashTree,
  imageConfig,
  platformOf,
  sortPackages,
  type Hashes,
  type ImageConfig,
} from './hash.js'
import {
  isMasked,
  MASKED_CAP,
  normalise,
  PRIVATE_KEY,
  RULESET,
  treatmentOf,
  type Treatment,
} from './normalise.js'
import { packageReader, readPackageFile, type Ownership, type Package } from '../packages/packages.js'
import { readTar, type TarHeader, type TarSink } from './tar.js'

/** One file, folder or link of an image. Text is latin1: the bytes as they are. */
export interface Entry {
  /** f file, d folder, l symbolic link, c and b devices, p fifo. A hard link is the file that it is a link to. */
  type: 'f' | 'd' | 'l' | 'c' | 'b' | 'p'
  mode: number
  uid: number
  gid: number
  /** Target of a symbolic link, or `major:minor` of a device. */
  link: string
  /** sha256 of the normalised content in hex; '' for what has none, or whose content does not count. */
  digest: string
  /** `security.*` attributes as `name=hex`, sorted, joined by commas. */
  xattrs: string
}

/** The canonical description of an image: what counts of it, and nothing else. */
export interface Manifest {
  ruleset: typeof RULESET
  /** As `linux/amd64`. */
  platform: string
  config: ImageConfig
  packages: Package[]
  /** By path without a leading slash, latin1. */
  entries: ReadonlyMap<string, Entry>
  ownership: Ownership[]
  /** Private keys that the build generated. */
  privateKeys: string[]
  hashes: Hashes
}

/** How an image is described: from an export stream here, or by a faster way that gives the same manifest. */
export type ManifestReader = (context: Context, engine: Engine, image: Image) => Promise<Manifest>

/** Package databases are held whole while they are parsed. */
const DATABASE_CAP = 64 * 1024 * 1024
const DATABASES_CAP = 256 * 1024 * 1024
const ENTRIES_CAP = 3_000_000

const TYPE: Record<TarHeader['type'], Entry['type']> = {
  file: 'f',
  hardlink: 'f',
  symlink: 'l',
  char: 'c',
  block: 'b',
  directory: 'd',
  fifo: 'p',
}

const tooLarge = (what: string) =>
  new ReprogateError(
    'environment/image-too-large',
    `The image cannot be described: ${what}`,
    'Make the image smaller.',
  )

const cleanPath = (path: string): string => path.replace(/^(?:\.?\/+)+/, '').replace(/\/+$/, '')

function securityAttributes(pax: ReadonlyMap<string, string>): string {
  if (pax.size === 0) return ''
  return [...pax]
    .filter(([key]) => key.startsWith('SCHILY.xattr.security.'))
    .map(
      ([key, value]) =>
        `${key.slice('SCHILY.xattr.'.length)}=${Buffer.from(value, 'latin1').toString('hex')}`,
    )
    .sort()
    .join(',')
}

/** Hashes as bytes come; keeps them too where `keep` allows for it. */
function contentSink(keep: number, done: (digest: string, content: Buffer | null) => void): TarSink {
  const hash = createHash('sha256')
  const kept: Buffer[] | null = keep > 0 ? [] : null
  return {
    data(chunk) {
      hash.update(chunk)
      kept?.push(Buffer.from(chunk))
    },
    end: () => done(hash.digest('hex'), kept && Buffer.concat(kept)),
  }
}

/**
 * Describes an image from the tar of its flattened tree (`docker export`). Everything is streamed:
 * held are the metadata of each entry, the package databases (each up to 64 MiB, 256 MiB together),
 * and one file at a time whose content has to be masked (up to 16 MiB).
 *
 * @throws ReprogateError `environment/tar-broken`, `environment/image-too-large`
 */
export async function readManifest(stream: Readable, config: ImageConfig): Promise<Manifest> {
  const entries = new Map<string, Entry>()
  const packages: Package[] = []
  const ownership: Ownership[] = []
  const privateKeys: string[] = []
  /** Digests of the bytes as they are, where the entry's own digest is another or the path is ignored. */
  const raw = new Map<string, { treatment: Treatment | null; digest: string; normal: string }>()
  /** Package databases by path: installers link them from their cache, where the bytes come first. */
  const databases = new Map<string, string>()
  let held = 0

  const readDatabase = (path: string, text: string): void => {
    const reader = packageReader(path)
    if (!reader || treatmentOf(path) !== null) return
    const read = readPackageFile(reader, text)
    packages.push(...read.packages)
    ownership.push(...read.ownership)
  }
  const hardlink = (header: TarHeader, treatment: Treatment | null): string => {
    const target = cleanPath(header.link)
    const altered = raw.get(target)
    if (altered) return altered.treatment === treatment ? altered.normal : altered.digest
    return entries.get(target)?.digest ?? ''
  }

  await readTar(stream, (header) => {
    const path = cleanPath(header.path)
    if (path === '') return null
    if (entries.size >= ENTRIES_CAP) throw tooLarge(`it has more than ${ENTRIES_CAP} files`)
    const treatment = treatmentOf(path)
    if (header.type !== 'directory' && PRIVATE_KEY.test(path)) privateKeys.push(path)
    const entry: Entry = {
      type: TYPE[header.type],
      mode: header.mode,
      uid: header.uid,
      gid: header.gid,
      link: header.type === 'symlink' ? header.link : header.device,
      digest: '',
      xattrs: securityAttributes(header.pax),
    }
    if (treatment === 'ignore') entries.delete(path)
    else entries.set(path, entry)
    if (header.type === 'hardlink') {
      if (treatment !== 'presence') entry.digest = hardlink(header, treatment)
      readDatabase(path, databases.get(cleanPath(header.link)) ?? '')
      return null
    }
    if (header.type !== 'file') return null

    const database = packageReader(path) !== null
    if (database) {
      held += header.size
      if (header.size > DATABASE_CAP || held > DATABASES_CAP)
        throw tooLarge('its package databases are too large')
    }
    const masked = isMasked(treatment) && header.size <= MASKED_CAP
    return contentSink(masked || database ? header.size : 0, (digest, content) => {
      entry.digest = treatment === 'presence' ? '' : digest
      if (masked && content) {
        const normal = normalise(treatment, content)
        if (normal !== content) entry.digest = createHash('sha256').update(normal).digest('hex')
      }
      if (treatment !== null) raw.set(path, { treatment, digest, normal: entry.digest })
      if (database && content) {
        const text = content.toString('latin1')
        databases.set(path, text)
        readDatabase(path, text)
      }
    })
  })

  const hashes = combineHashes({
    tree: hashTree(entries),
    config: hashConfig(config),
    packages: hashPackages(packages),
  })
  return {
    ruleset: RULESET,
    platform: platformOf(config),
    config,
    packages: sortPackages(packages),
    entries,
    ownership,
    privateKeys: privateKeys.sort(),
    hashes,
  }
}

/** Reads an image through `docker export`; works with an engine on any machine. */
export const readImage: ManifestReader = (context, engine, image) => {
  context.progress.line(`reading ${image.Id.slice(0, 19)} …`)
  return engine.exportImage(image.Id, (tar) => readManifest(tar, imageConfig(image)))
}
