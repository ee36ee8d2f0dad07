import type { z } from 'zod'
import type { hashesSchema } from '../../verdict/evidence.js'
import type { Ownership, Package } from '../packages/package.js'
import type { Covers } from './covers.js'
import type { RULESET } from './normalise.js'

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

/** What decides how a container of the image behaves; labels, history and dates do not. */
export interface ImageConfig {
  os: string
  arch: string
  variant: string
  /** `NAME=value`, last wins, sorted. */
  env: string[]
  entrypoint: string[]
  cmd: string[]
  user: string
  workingDir: string
  shell: string[]
  volumes: string[]
  exposedPorts: string[]
  stopSignal: string
}

export type Hashes = z.infer<typeof hashesSchema>

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
  /** Every file and the sha256 of its bytes as they are, in hex; also of files that are not compared. */
  contents(): Iterable<readonly [path: string, sha256: string]>
  /** Files that say what the recorded answers say, in other bytes, if these were looked for. */
  disguised: readonly string[]
  /** What is there and not compared. */
  covers: Covers
  /** Private keys that the build generated. */
  privateKeys: string[]
  hashes: Hashes
}

/** Regular files; folders and links are not counted. */
export function countFiles(entries: ReadonlyMap<string, Entry>): number {
  let files = 0
  for (const entry of entries.values()) if (entry.type === 'f') files++
  return files
}
