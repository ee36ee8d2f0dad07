import type { Engine, EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import type { Found } from '../verdict/finding.js'
import { readDockerfile, triggerReading, type BaseImage, type DockerfileReading } from './base-images.js'
import type { BuildRequest } from './build.js'
import { dockerfileFindings, LIKELY_PLATFORM, readingFindings } from './dockerfile.js'
import { isListed, type AllowedImages } from './reference.js'

/** An image that the build reads from, as the engine has it. */
export interface UsedImage extends BaseImage {
  image: Image
}

export interface UsedImages {
  used: UsedImage[]
  /** What only the engine can tell: triggers of base images, and how its builder reads the file. */
  findings: Found[]
  /** Why the build cannot be tried. */
  missing?: { base: BaseImage; reason: string } | undefined
}

/** Images of one build; a Dockerfile is written by hand. */
const MOST_IMAGES = 100

type Request = Pick<BuildRequest, 'args' | 'platform' | 'fresh' | 'timeout' | 'allowed'>

/**
 * Fetches every image that a Dockerfile reads from, and those that the triggers of its base images
 * read from, before the build does: so their layers are known, and a tag is fetched again.
 */
export async function fetchUsed(
  context: EngineContext,
  text: string,
  file: string,
  request: Request,
): Promise<UsedImages> {
  const { engine } = context
  const { args, allowed = {} } = request
  const platform = request.platform ?? engine.platform
  // The classic builder presets no arguments.
  const presets = engine.builder === 'classic' ? undefined : platform
  const reading = readDockerfile(text, args, presets)
  const told = (of: string | undefined) => dockerfileFindings(file, text, args, { allowed, platform: of })
  // Before there was an engine, the likeliest reading was judged.
  const before = new Set(told(LIKELY_PLATFORM).map((finding) => JSON.stringify(finding)))
  const result: UsedImages = {
    used: [],
    findings: told(presets).filter((finding) => !before.has(JSON.stringify(finding))),
  }
  await fetchAll(context, reading, request, result)
  for (const { image, line, used: how } of [...result.used]) {
    if (how !== 'FROM' || image.Config.OnBuild.length === 0) continue
    const triggers = triggerReading(image.Config.OnBuild, line)
    result.findings.push(...readingFindings(file, triggers, allowed))
    await fetchAll(context, triggers, request, result)
  }
  return result
}

async function fetchAll(
  { engine, progress }: EngineContext,
  { bases }: DockerfileReading,
  { platform = engine.platform, fresh, timeout }: Request,
  result: UsedImages,
): Promise<void> {
  for (const base of bases) {
    if (result.missing) return
    if (result.used.length >= MOST_IMAGES) {
      result.missing = { base, reason: `the Dockerfile names more than ${MOST_IMAGES} images` }
      return
    }
    const wanted = base.platform ?? platform
    const found = await obtain(engine, base, {
      wanted,
      fresh,
      timeout,
      onLine: (line) => progress.line(line),
    })
    if ('reason' in found) result.missing = { base, reason: found.reason }
    else result.used.push({ ...base, image: found.image })
  }
}

interface Obtaining {
  wanted: string
  fresh: boolean
  timeout: number
  onLine: (line: string) => void
}

const isFor = ({ Os, Architecture }: Image, platform: string): boolean =>
  platform === `${Os}/${Architecture}` || platform.startsWith(`${Os}/${Architecture}/`)

async function obtain(
  engine: Engine,
  { reference, pinned, platform }: BaseImage,
  { wanted, fresh, timeout, onLine }: Obtaining,
): Promise<{ image: Image } | { reason: string }> {
  if (reference === '' || reference.startsWith('-')) return { reason: 'that is no name of an image' }
  const local = await engine.inspect(reference)
  // What is pinned and here cannot be fetched into anything else, but for another platform.
  if (local && (pinned || !fresh) && (platform === undefined || isFor(local, wanted))) return { image: local }
  const asked = wanted === engine.platform ? undefined : wanted
  const pulled = await engine.pull(reference, { platform: asked, timeout, onLine })
  if (!pulled.ok) return { reason: pulled.reason }
  const image = await engine.inspect(reference)
  return image ? { image } : { reason: 'it was pulled and is not there' }
}

/** What is to be built again, and what the build read from. */
export interface Rebuilding {
  used: readonly UsedImage[]
  /** null: it is gone. */
  pinned: Image | null
  rebuilt: Image
  allowed: AllowedImages
  /** As findings name it. */
  file: string
}

/**
 * Whether the build gave an image again instead of building it: it read from the pinned image, by
 * whatever name, or from one that holds all of its layers, or it added nothing to an image.
 */
export function notRebuilt({ used, pinned, rebuilt, allowed, file }: Rebuilding): Found | undefined {
  for (const one of used) {
    const { reference, used: how, image } = one
    const why = sameness({ image, pinned, rebuilt, isListed: isListed(reference, allowed.bases ?? []), how })
    if (why !== undefined) return notRebuiltFinding(one, why, file)
  }
  return undefined
}

/** @param why as a clause: `is the pinned image` */
export const notRebuiltFinding = (
  { reference, line, used }: BaseImage,
  why: string,
  file: string,
): Found => ({
  rule: 'environment/not-rebuilt',
  message: `${used} names ${reference}, which ${why}, so nothing was rebuilt`,
  file,
  line,
  actual: reference,
  remedy: `Build from the image that the pinned one was built from, in ${file}:${line}. If a base image is all there is, list it in \`bases\` of the policy.`,
})

interface Sameness {
  image: Image
  pinned: Image | null
  rebuilt: Image
  isListed: boolean
  how: string
}

/** Of a step that changed nothing: the digest of a tar without entries, 1024 zero bytes. */
const EMPTY_LAYER = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef'

const holds = (image: Image, other: Image): boolean => {
  const layers = new Set([...image.RootFS.Layers, EMPTY_LAYER])
  return other.RootFS.Layers.length > 0 && other.RootFS.Layers.every((layer) => layers.has(layer))
}

function sameness({ image, pinned, rebuilt, isListed: listed, how }: Sameness): string | undefined {
  if (image.Id === pinned?.Id) return 'is the pinned image'
  const addsNothing = how === 'FROM' && holds(image, rebuilt)
  // The policy knows the image as one to start from, and the Dockerfile only sets what runs in it.
  if (addsNothing && listed) return undefined
  if (pinned && holds(image, pinned)) return 'holds every layer of the pinned image'
  return addsNothing ? 'has every layer of the rebuild' : undefined
}
