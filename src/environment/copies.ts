import type { EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import type { Found } from '../verdict/finding.js'
import { entryText } from './manifest/hash.js'
import type { Manifest } from './manifest/manifest.js'
import { readImage } from './manifest/read.js'
import { isListed } from './reference.js'
import { notRebuiltFinding, type Rebuilding, type UsedImage } from './used-images.js'

type Entries = Pick<Manifest, 'entries'>

/**
 * Whether the build gave a copy of the pinned image again: whether the images that it read from, and
 * that the pinned one was not built on layer by layer, hold all that the rebuild and the pinned image have
 * in common. What is squashed, flattened or imported has other layers and the same files.
 *
 * @param is reads the rebuild, if that has not been done
 * @param was null: it is gone, and what the build made of its own may be anything
 */
export async function copyOfPinned(
  context: EngineContext,
  { used, pinned, allowed, file }: Rebuilding,
  { is, was }: { is: () => Promise<Entries>; was: Entries | null },
): Promise<Found | undefined> {
  const opaque = used.filter(
    ({ reference, image }) => !isListed(reference, allowed.bases ?? []) && !isBelow(image, pinned),
  )
  if (opaque.length === 0) return undefined
  const rebuilt = await is()
  const read: Entries[] = []
  for (const image of distinct(opaque)) read.push(await readImage(context, image))
  if (hasOwn(rebuilt, was, read)) return undefined
  return notRebuiltFinding(opaque[0]!, 'holds all that the build gives', file)
}

/** Whether an image was built on another one: its layers begin with those of the other. */
const isBelow = ({ RootFS }: Image, upper: Image | null): boolean =>
  upper !== null &&
  RootFS.Layers.length > 0 &&
  RootFS.Layers.every((layer, index) => layer === upper.RootFS.Layers[index])

const distinct = (used: readonly UsedImage[]): Image[] => [
  ...new Map(used.map(({ image }) => [image.Id, image])).values(),
]

/** Whether the rebuild has anything, as the pinned image has it, that none of the images has. */
function hasOwn(is: Entries, was: Entries | null, images: readonly Entries[]): boolean {
  const has = ({ entries }: Entries, path: string, text: string): boolean => {
    const entry = entries.get(path)
    return entry !== undefined && entryText(path, entry) === text
  }
  for (const [path, entry] of is.entries) {
    const text = entryText(path, entry)
    if ((was === null || has(was, path, text)) && !images.some((image) => has(image, path, text))) return true
  }
  return false
}
