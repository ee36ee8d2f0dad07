import { createHash, type Hash } from 'node:crypto'
import { openRegular } from './files.js'

/** Digests of files, as text: `sha256:` and 64 hex digits, or `md5:` and 32. */

export const DIGEST = /^(?:sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$/

export type Algorithm = 'sha256' | 'md5'

/** The algorithm that a digest names; sha256 if it names none. */
export const algorithmOf = (digest: string): Algorithm => (digest.startsWith('md5:') ? 'md5' : 'sha256')

const CHUNK = 1024 * 1024

/**
 * Digest of a regular file, read in chunks of 1 MiB: memory does not grow with the file.
 *
 * @throws NotAFile
 */
export async function fileDigest(
  path: string,
  algorithm: Algorithm,
  signal?: AbortSignal,
): Promise<{ digest: string; bytes: number }> {
  const hash = createHash(algorithm)
  const bytes = await readInto(hash, path, signal)
  return { digest: `${algorithm}:${hash.digest('hex')}`, bytes }
}

async function readInto(hash: Hash, path: string, signal?: AbortSignal): Promise<number> {
  const handle = await openRegular(path)
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    let total = 0
    for (;;) {
      signal?.throwIfAborted()
      const { bytesRead } = await handle.read(chunk, 0, CHUNK, null)
      if (bytesRead === 0) return total
      hash.update(chunk.subarray(0, bytesRead))
      total += bytesRead
    }
  } finally {
    await handle.close()
  }
}
