import type { Context } from '../system/context.js'
import type { Engine, Image } from '../engine/engine.js'
import { readImage, type Manifest } from './manifest/read.js'
import type { EnvironmentRequest } from './check.js'

const PINNED = /@sha256:[0-9a-f]{64}$/

type Request = Pick<EnvironmentRequest, 'image' | 'recordedHash' | 'platform' | 'timeout'>

/** What the rebuild is compared with. */
export interface Pinned {
  pinned: Image | null
  /** Its description, where the record states a hash that only reading can contradict. */
  was: Manifest | null
  /** Why the image cannot be had. */
  reason: string
}

/** Fetches the pinned image, and reads it where that will be needed whatever the rebuild is. */
export async function readPinned(context: Context, engine: Engine, request: Request): Promise<Pinned> {
  const found = await findPinned(context, engine, request)
  const { pinned } = found
  const read = pinned !== null && request.recordedHash !== undefined
  return { ...found, was: read ? await readImage(context, engine, pinned) : null }
}

async function findPinned(context: Context, engine: Engine, request: Request): Promise<Omit<Pinned, 'was'>> {
  const { image, platform, timeout } = request
  if (image === undefined) return { pinned: null, reason: 'the record names no image' }
  if (!PINNED.test(image)) return { pinned: null, reason: `${image} is not pinned by digest` }
  const local = await engine.inspect(image)
  if (local) return { pinned: local, reason: '' }
  context.progress.line(`pulling ${image} …`)
  const pulled = await engine.pull(image, {
    timeout,
    ...(platform !== undefined && platform !== engine.platform && { platform }),
    onLine: (line) => context.progress.line(line),
  })
  if (!pulled.ok) return { pinned: null, reason: pulled.reason }
  return { pinned: await engine.inspect(image), reason: 'it was pulled and is not there' }
}
