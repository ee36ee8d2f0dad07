import type { EnvironmentEvidence, Parity } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { BuildRequest } from './build.js'
import type { Covers } from './manifest/covers.js'
import type { ManifestFile } from './manifest/file.js'

/** What to build, and what to compare it with. */
export interface EnvironmentRequest extends BuildRequest {
  /** The pinned image, by digest; anything else is no reference. */
  image?: string | undefined
  recordedHash?: string | undefined
  /** Digests of recorded answers, which no file of the image may have. */
  answers?: readonly string[] | undefined
  /** What the record kept of the image. */
  manifestFile?: ManifestFile | undefined
  /**
   * Whether the manifest may stand in for an image: the base knew it, or neither record has ever named an
   * image. Default false.
   */
  manifestKnown?: boolean | undefined
}

export interface EnvironmentCheck {
  findings: Found[]
  parity: Parity
  evidence: EnvironmentEvidence
  /** Without the parity: `1 of 214 packages changed`. */
  summary: string
  /** Id of the rebuilt image, for the replay; there also if it drifted. Removed when the check ends. */
  image?: string | undefined
  /** What of the rebuilt image was there and not compared, if it was read. */
  covers?: Covers | undefined
  /** Environment hash of the rebuild, if it was read. */
  hash?: string | undefined
}
