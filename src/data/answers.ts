import type { Context } from '../system/context.js'
import { algorithmOf, fileDigest } from '../system/digest.js'
import { confine, NotAFile } from '../system/files.js'
import type { Found } from '../verdict/finding.js'

/** The recorded predictions, once their bytes are the recorded ones. */
export interface RecordedPredictions {
  findings: Found[]
  /** Absolute path. */
  file: string | undefined
}

/** Finds the recorded predictions. That they are not kept is not a finding here: the digest alone may do. */
export async function recordedPredictions(
  { root, signal }: Pick<Context, 'root' | 'signal'>,
  { path, digest }: { path?: string | undefined; digest?: string | undefined },
): Promise<RecordedPredictions> {
  const wrong = (finding: Found): RecordedPredictions => ({ findings: [finding], file: undefined })
  const none: RecordedPredictions = { findings: [], file: undefined }
  if (path === undefined) return none
  const field = 'evaluation.predictions.path'
  const place = await confine(root, path)
  if (!place.ok) return wrong({ rule: 'record/path-outside', message: `${path} ${place.why}`, field })
  if (!place.exists) return none
  try {
    const now = await fileDigest(place.absolute, algorithmOf(digest ?? ''), signal)
    if (digest === undefined || now.digest === digest) return { findings: [], file: place.absolute }
    return wrong({
      rule: 'data/digest-mismatch',
      message: `the recorded predictions ${path} do not match their recorded digest`,
      field: 'evaluation.predictions.digest',
      expected: digest,
      actual: now.digest,
    })
  } catch (error) {
    if (error instanceof NotAFile)
      return wrong({ rule: 'record/malformed', message: `${path} is not a regular file`, field })
    throw error
  }
}
