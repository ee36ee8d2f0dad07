import type { EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import type { Manifest } from './manifest/manifest.js'
import { readImage } from './manifest/read.js'
import type { EnvironmentRequest } from './request.js'

/** By digest, as the end of a reference. */
export const BY_DIGEST = /@sha256:[0-9a-f]{64}$/

type PinnedRequest = Pick<EnvironmentRequest, 'image' | 'recordedHash' | 'platform' | 'timeout' | 'answers'>

/** What the rebuild is compared with. */
export interface Pinned {
  pinned: Image | null
  /** Its description, if the record states a hash that only reading can contradict. */
  was: Manifest | null
  /** Why the image cannot be had. */
  reason: string
}

/** Fetches the pinned image, and reads it if that will be needed whatever the rebuild is. */
export async function readPinned(context: EngineContext, request: PinnedRequest): Promise<Pinned> {
  const found = await findPinned(context, request)
  const { pinned } = found
  const read = pinned !== null && request.recordedHash !== undefined
  return { ...found, was: read ? await readImage(context, pinned, request.answers) : null }
}

async function findPinned(
  { engine, progress }: EngineContext,
  { image, platform, timeout }: PinnedRequest,
): Promise<Omit<Pinned, 'was'>> {
  if (image === undefined) return { pinned: null, reason: 'the record names no image' }
  if (!BY_DIGEST.test(image)) return { pinned: null, reason: `${image} is not pinned by digest` }
  const local = await engine.inspect(image)
  if (local) return { pinned: local, reason: '' }
  progress.line(`pulling ${image} …`)
  const pulled = await engine.pull(image, {
    timeout,
    platform: platform === engine.platform ? undefined : platform,
    onLine: (line) => progress.line(line),
  })
  if (!pulled.ok) return { pinned: null, reason: pulled.reason }
  return { pinned: await engine.inspect(image), reason: 'it was pulled and is not there' }
}
