import type { Engine, EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import { ReprogateError } from '../system/errors.js'
import type { Hashes, Manifest } from './manifest/manifest.js'
import { readImage } from './manifest/read.js'
import { BY_DIGEST } from './pinned.js'

export interface ImageDescription {
  /** Of the image on this engine. */
  id: string
  manifest: Manifest
  hashes: Hashes
  /** As `linux/amd64`. */
  platform: string
}

const missing = (reference: string, reason: string) =>
  new ReprogateError('image/missing', `the image ${reference} cannot be pulled: ${reason}`)

/** What the engine says of an image, which is pulled if it is not here. */
async function obtain(engine: Engine, reference: string, onLine?: (line: string) => void): Promise<Image> {
  const local = await engine.inspect(reference)
  if (local) return local
  const pulled = await engine.pull(reference, { onLine })
  if (!pulled.ok) throw missing(reference, pulled.reason)
  const image = await engine.inspect(reference)
  if (image) return image
  throw missing(reference, 'it was pulled and is not there')
}

/**
 * Describes an image that is on this engine, or can be pulled.
 *
 * @throws ReprogateError `image/missing`, `image/unreadable`, `image/too-large`, `engine/failed`
 */
export async function describeImage(context: EngineContext, reference: string): Promise<ImageDescription> {
  const { engine, progress } = context
  context.defer(() => engine.sweep())
  const image = await obtain(engine, reference, (line) => progress.line(line))
  const manifest = await readImage(context, image)
  return { id: image.Id, manifest, hashes: manifest.hashes, platform: manifest.platform }
}

/** `registry:5000/a/b:tag@sha256:…` → `registry:5000/a/b` */
export const repositoryOf = (reference: string): string =>
  reference.replace(/@sha256:[0-9a-f]*$/, '').replace(/:[^:/]*$/, '')

/** As engines write it in a digest: `docker.io/library/` is left out. */
const familiar = (repository: string): string =>
  repository.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '')

/**
 * The reference by digest of an image named by tag, id or digest; pulled if it is not here.
 *
 * @throws ReprogateError `image/missing`, or `image/not-pushed` if no registry has it
 */
export async function resolveDigest(engine: Engine, reference: string): Promise<string> {
  const { RepoDigests } = await obtain(engine, reference)
  if (BY_DIGEST.test(reference)) return reference
  const wanted = familiar(repositoryOf(reference))
  const found = RepoDigests.find((digest) => repositoryOf(digest) === wanted) ?? RepoDigests[0]
  if (found !== undefined) return found
  throw new ReprogateError(
    'image/not-pushed',
    `the image ${reference} is in no registry, so it has no digest that others could pull`,
  )
}

/**
 * Pushes an image into a repository, tagged with its id if the repository names no tag.
 *
 * @returns the reference by digest
 * @throws ReprogateError `engine/failed` if the registry refuses, `image/missing`
 */
export async function pushImage(context: EngineContext, id: string, repository: string): Promise<string> {
  const { engine, progress } = context
  const name = repositoryOf(repository)
  const image = await engine.inspect(id)
  if (!image) throw missing(id, 'it is not on this engine')
  const tagged = name === repository ? `${name}:${image.Id.replace(/^sha256:/, '').slice(0, 12)}` : repository
  await engine.tag(image.Id, tagged)
  context.defer(() => engine.removeImage(tagged))
  const output = await engine.push(tagged, (line) => progress.line(line))
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(output)?.[1]
  if (digest !== undefined) return `${name}@${digest}`
  throw new Error(`the registry did not say under which digest it keeps ${tagged}`)
}
