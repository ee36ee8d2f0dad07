import { showPath } from '../../text/latin1.js'
import { BATCH, type Pause } from '../pause.js'

/**
 * Files of an image that are recorded answers: an evaluation inside it could print them.
 *
 * @param files path (latin1, without a leading slash) and sha256 of the bytes as they are, in hex; of
 *   every file, also of those that the comparison ignores or masks
 * @param digests `sha256:…`; others cannot be compared with an image
 * @returns their paths as people read them, in the order of the files
 */
export async function answersAmong(
  files: Iterable<readonly [path: string, sha256: string]>,
  digests: readonly string[],
  pause: Pause,
): Promise<string[]> {
  const wanted = new Set(
    digests.flatMap((digest) => (digest.startsWith('sha256:') ? [digest.slice('sha256:'.length)] : [])),
  )
  const found: string[] = []
  let done = 0
  for (const [path, digest] of wanted.size === 0 ? [] : files) {
    if (wanted.has(digest)) found.push(showPath(path))
    if (++done % BATCH === 0) await pause()
  }
  return found
}
