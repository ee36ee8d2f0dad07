import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import type { Engine } from '../engine/engine.js'
import type { Hashes } from './manifest/hash.js'
import { readImage, type Manifest } from './manifest/read.js'

export interface ImageDescription {
  /** Of the image on this engine. */
  id: string
  manifest: Manifest
  hashes: Hashes
  /** As `linux/amd64`. */
  platform: string
}

const missing = (reference: string, reason: string) =>
  new ReprogateError(
    'environment/image-missing',
    `The image ${reference} cannot be had: ${reason}`,
    'Correct its name, or log in to its registry (`docker login`).',
  )

/** Describes an image that is on this engine, or can be pulled. */
export async function describeImage(
  context: Context,
  engine: Engine,
  reference: string,
): Promise<ImageDescription> {
  context.defer(() => engine.sweep())
  let image = await engine.inspect(reference)
  if (!image) {
    const pulled = await engine.pull(reference, { onLine: (line) => context.progress.line(line) })
    if (!pulled.ok) throw missing(reference, pulled.reason)
    image = await engine.inspect(reference)
    if (!image) throw missing(reference, 'it was pulled and is not there')
  }
  const manifest = await readImage(context, engine, image)
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
 * @throws ReprogateError `environment/image-missing`, or `environment/image-not-pushed` where no registry has it
 */
export async function resolveDigest(engine: Engine, reference: string): Promise<string> {
  let image = await engine.inspect(reference)
  if (!image) {
    const pulled = await engine.pull(reference)
    if (!pulled.ok) throw missing(reference, pulled.reason)
    image = await engine.inspect(reference)
  }
  if (/@sha256:[0-9a-f]{64}$/.test(reference) && image) return reference
  const digests = image?.RepoDigests ?? []
  const wanted = familiar(repositoryOf(reference))
  const found = digests.find((digest) => repositoryOf(digest) === wanted) ?? digests[0]
  if (found !== undefined) return found
  throw new ReprogateError(
    'environment/image-not-pushed',
    `The image ${reference} is in no registry, so it has no digest that others could pull`,
    'Push it (`docker push`), or let `reprogate record --push <repository>` build and push it.',
  )
}

/**
 * Pushes an image into a repository, tagged with its id where the repository names no tag.
 *
 * @returns the reference by digest
 * @throws ReprogateError `engine/failed` when the registry refuses
 */
export async function pushImage(
  context: Context,
  engine: Engine,
  id: string,
  repository: string,
): Promise<string> {
  const name = repositoryOf(repository)
  const image = await engine.inspect(id)
  if (!image) throw missing(id, 'it is not on this engine')
  const tagged = name === repository ? `${name}:${image.Id.replace(/^sha256:/, '').slice(0, 12)}` : repository
  await engine.tag(image.Id, tagged)
  context.defer(() => engine.removeImage(tagged))
  const result = await engine.push(tagged, (line) => context.progress.line(line))
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(result.stdout.toString())?.[1]
  if (digest !== undefined) return `${name}@${digest}`
  throw new Error(`the registry did not say under which digest it keeps ${tagged}`)
}
