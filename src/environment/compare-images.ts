import type { EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import { plural } from '../text/numbers.js'
import type { Difference, EnvironmentEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { EnvironmentComparison, ReadParity } from './compare/comparison.js'
import { copyOfPinned } from './copies.js'
import { compareManifests, compareWithFile } from './compare/differences.js'
import { changesText, differenceFindings } from './compare/findings.js'
import { parityOf } from './compare/parity.js'
import { buildSources } from './compare/sources.js'
import {
  answerFindings,
  cachedFinding,
  goneFinding,
  hashFindings,
  keyFindings,
  referenceFinding,
} from './findings.js'
import { answersAmong } from './manifest/answers.js'
import { hashConfig, imageConfig } from './manifest/hash.js'
import type { Manifest } from './manifest/manifest.js'
import { readImage } from './manifest/read.js'
import { pauseFor } from './pause.js'
import type { Pinned } from './pinned.js'
import type { DifferingImages, EnvironmentCheck, EnvironmentRequest } from './request.js'
import { notRebuilt, type Rebuilding, type UsedImages } from './used-images.js'

/** A rebuild and what it is to be compared with. */
export interface Rebuilt extends Pinned {
  request: EnvironmentRequest
  rebuilt: Image
  /** What the build read from. */
  images: UsedImages
  /** Why the rebuild proves nothing although it was made. */
  vacuous?: Found | undefined
  /** What is known of the build. */
  evidence: EnvironmentEvidence
}

/** What a comparison has read. */
interface ReadComparison {
  comparison: EnvironmentComparison
  /** The rebuild. */
  is: Manifest
  /** About the recorded side. */
  findings: readonly Found[]
  reference: EnvironmentEvidence['pinned']
  /** Both, if the pinned image itself was read. */
  images?: Omit<DifferingImages, 'remedyOf'> | undefined
}

/** Differences that the report lists. */
const KEPT = 200
const EQUAL: EnvironmentComparison = { parity: 'content', differences: [], counts: {}, ofPackages: 0 }

const sameImage = (a: Image, b: Image): boolean =>
  a.Id === b.Id ||
  (a.RootFS.Layers.length > 0 &&
    a.RootFS.Layers.length === b.RootFS.Layers.length &&
    a.RootFS.Layers.every((layer, index) => layer === b.RootFS.Layers[index]) &&
    hashConfig(imageConfig(a)) === hashConfig(imageConfig(b)))

/** Compares with the pinned image, or with what the record kept of it. */
export async function compareWithPinned(context: EngineContext, given: Rebuilt): Promise<EnvironmentCheck> {
  const checked = await compared(context, { ...given, vacuous: notRebuilt(rebuilding(context, given)) })
  return { ...checked, findings: [...checked.findings, ...given.images.findings] }
}

const rebuilding = (
  { prefix }: Pick<EngineContext, 'prefix'>,
  { request, rebuilt, pinned, images }: Rebuilt,
): Rebuilding => ({
  used: images.used,
  pinned,
  rebuilt,
  allowed: request.allowed ?? {},
  file: prefix + request.dockerfile,
})

/** The same task, once it is known whether what was read is a copy. */
async function judged(
  context: EngineContext,
  task: Rebuilt,
  { is, was }: { is: Manifest | null; was: Manifest | null },
): Promise<Rebuilt> {
  if (task.vacuous) return task
  const read = async () => is ?? readImage(context, task.rebuilt)
  return { ...task, vacuous: await copyOfPinned(context, rebuilding(context, task), { is: read, was }) }
}

async function compared(context: EngineContext, task: Rebuilt): Promise<EnvironmentCheck> {
  const { request, rebuilt, pinned } = task
  if (pinned && sameImage(pinned, rebuilt))
    return identical(context, await judged(context, task, { is: task.was, was: task.was }))
  if (!pinned) {
    const is = await readImage(context, rebuilt, request.answers)
    return withoutImage(context, await judged(context, task, { is, was: null }), is)
  }
  // One after the other: the engine packs one tree as fast as two cores allow.
  const was = task.was ?? (await readImage(context, pinned))
  const is = await readImage(context, rebuilt, request.answers)
  const pause = pauseFor(context.signal)
  return concluded(context, await judged(context, task, { is, was }), {
    comparison: await compareManifests(was, is, pause),
    is,
    findings: await hashFindings(request, was, pause),
    reference: { image: imageOf(task), from: 'image', hashes: was.hashes },
    images: { ids: { pinned: pinned.Id, rebuild: rebuilt.Id }, pinned: was, rebuilt: is },
  })
}

const imageOf = ({ request, pinned }: Rebuilt): string | undefined => request.image ?? pinned?.Id

const size = ({ packages, entries }: Manifest): string =>
  `${plural(packages.length, 'package')}, ${plural(entries.files, 'file')}`

/** The evidence of a rebuild that was read. */
const described = ({ evidence, rebuilt }: Rebuilt, is: Manifest): EnvironmentEvidence => ({
  ...evidence,
  rebuilt: { id: rebuilt.Id, hashes: is.hashes },
  packages: is.packages.length,
  files: is.entries.files,
})

/** Whether equality would prove anything. */
const proves = ({ request, vacuous }: Rebuilt): boolean => request.fresh && vacuous === undefined

/** What the rebuild should not hold, whatever it is compared with. */
async function contentFindings(
  { prefix, signal }: EngineContext,
  is: Manifest,
  { answers, dockerfile }: EnvironmentRequest,
): Promise<Found[]> {
  const held = await answersAmong(is, answers?.digests ?? [], pauseFor(signal))
  return [...keyFindings(is, prefix + dockerfile), ...answerFindings(held, prefix + dockerfile)]
}

/** What a rebuild is worth that was not made anew. */
const worth = (
  context: EngineContext,
  { request, vacuous }: Rebuilt,
  found: ReadParity | 'identical',
): Found[] => [
  ...(parityOf(found, request.fresh) === found ? [] : [cachedFinding(context.prefix + request.dockerfile)]),
  ...(vacuous ? [vacuous] : []),
]

function summaryOf(task: Rebuilt, found: ReadParity | 'identical', text: string): string {
  if (parityOf(found, proves(task)) === found) return text
  return `${task.vacuous ? 'nothing was rebuilt' : 'rebuilt from cached layers'}; ${text}`
}

/** Layers and settings are equal. The one image was read if the record states a hash. */
async function identical(context: EngineContext, task: Rebuilt): Promise<EnvironmentCheck> {
  const { request, was: is, rebuilt, evidence } = task
  return {
    findings: [
      ...(is ? await hashFindings(request, is, pauseFor(context.signal)) : []),
      ...(is ? await contentFindings(context, is, request) : []),
      ...worth(context, task, 'identical'),
    ],
    parity: parityOf('identical', proves(task)),
    evidence: {
      ...(is ? described(task, is) : evidence),
      pinned: { image: imageOf(task), from: 'layers', hashes: is?.hashes },
    },
    summary: summaryOf(task, 'identical', is ? size(is) : 'every layer and setting'),
    image: rebuilt.Id,
    hash: is?.hashes.environment,
    covers: is?.covers,
  }
}

/** The manifest stands in for the image; a hash alone can say that all is equal, and nothing else. */
async function withoutImage(context: EngineContext, task: Rebuilt, is: Manifest): Promise<EnvironmentCheck> {
  const { request, reason, rebuilt } = task
  const { manifestFile, recordedHash } = request
  const hash = is.hashes.environment
  if (manifestFile)
    return concluded(context, task, {
      comparison: await compareWithFile(manifestFile, is, pauseFor(context.signal)),
      is,
      findings: goneFinding(reason, 'manifest', request),
      reference: { image: imageOf(task), from: 'manifest', hashes: manifestFile.hashes },
    })
  if (hash === recordedHash)
    return concluded(context, task, {
      comparison: EQUAL,
      is,
      findings: goneFinding(reason, 'hash', request),
      reference: undefined,
    })
  return {
    findings: [
      referenceFinding(reason, recordedHash, hash),
      ...(await contentFindings(context, is, request)),
      ...(task.vacuous ? [task.vacuous] : []),
    ],
    parity: 'unverifiable',
    evidence: described(task, is),
    summary:
      recordedHash === undefined ? 'nothing to compare with' : 'the hash differs, and nothing says where',
    image: rebuilt.Id,
    hash,
  }
}

/** Both sides are known. */
async function concluded(
  context: EngineContext,
  task: Rebuilt,
  found: ReadComparison,
): Promise<EnvironmentCheck> {
  const { request, rebuilt, evidence } = task
  const { comparison, is, findings, reference, images } = found
  const { parity, differences, counts } = comparison
  const dockerfile = context.prefix + request.dockerfile
  const sources = await buildSources(request, context.prefix)
  const same = parity === 'content' ? size(is) : changesText(comparison, is.packages.length)
  const text = request.image === undefined ? `${same}, pinned by its manifest` : same
  const remedyOf = (difference: Difference) =>
    differenceFindings({ ...comparison, differences: [difference], counts: {} }, dockerfile, sources)[0]
      ?.remedy
  return {
    images: images && differences.length > 0 ? { ...images, remedyOf } : undefined,
    findings: [
      ...differenceFindings(comparison, dockerfile, sources),
      ...findings,
      ...(await contentFindings(context, is, request)),
      ...worth(context, task, parity),
    ],
    parity: parityOf(parity, proves(task)),
    evidence: {
      ...described(task, is),
      pinned: reference,
      differences: differences.slice(0, KEPT),
      differenceCounts: { ...evidence.differenceCounts, ...counts },
    },
    summary: summaryOf(task, parity, text),
    image: rebuilt.Id,
    hash: is.hashes.environment,
    covers: is.covers,
  }
}
