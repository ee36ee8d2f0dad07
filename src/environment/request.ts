import type { Concealed } from '../system/answers.js'
import type { Difference, EnvironmentEvidence, Parity } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { BuildRequest } from './build.js'
import type { Covers } from './manifest/covers.js'
import type { ManifestFile } from './manifest/file.js'
import type { Manifest } from './manifest/manifest.js'

/** What to build, and what to compare it with. */
export interface EnvironmentRequest extends BuildRequest {
  /** The pinned image, by digest; anything else is no reference. */
  image?: string | undefined
  recordedHash?: string | undefined
  /** Recorded answers, which no file of the image may hold. */
  answers?: Pick<Concealed, 'digests' | 'rows'> | undefined
  /** What the record kept of the image. */
  manifestFile?: ManifestFile | undefined
  /**
   * Whether the manifest may stand in for an image: the base knew it, or neither record has ever named an
   * image. Default false.
   */
  manifestKnown?: boolean | undefined
}

/** Two images that were read and are not the same. */
export interface DifferingImages {
  /** Ids. */
  ids: { pinned: string; rebuild: string }
  pinned: Manifest
  rebuilt: Manifest
  /** What a person does about a difference. */
  remedyOf(difference: Difference): string | undefined
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
  /** Both images, if both are here and differ. */
  images?: DifferingImages | undefined
  /** Environment hash of the rebuild, if it was read. */
  hash?: string | undefined
}
