import type { z } from 'zod'
import type { hashesSchema } from '../../verdict/evidence.js'
import type { Ownership, Package } from '../packages/package.js'
import type { Covers } from './covers.js'
import type { Entries } from './entries.js'
import type { RULESET } from './normalise.js'

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
  /** Paths are latin1, without a leading slash. */
  entries: Entries
  ownership: Ownership[]
  /** Files that say what the recorded answers say, in other bytes, if these were looked for. */
  disguised: readonly string[]
  /** What is there and not compared. */
  covers: Covers
  /** Private keys that the build generated. */
  privateKeys: string[]
  hashes: Hashes
}
