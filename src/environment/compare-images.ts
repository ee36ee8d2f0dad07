import type { EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import { plural } from '../text/numbers.js'
import type { EnvironmentEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { EnvironmentComparison, ReadParity } from './compare/comparison.js'
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
import { countFiles, type Manifest } from './manifest/manifest.js'
import { readImage } from './manifest/read.js'
import type { Pinned } from './pinned.js'
import type { EnvironmentCheck, EnvironmentRequest } from './request.js'
import { notRebuilt, type UsedImages } from './used-images.js'

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
}

/** Differences that the report lists. */
const KEPT = 200
const EQUAL: EnvironmentComparison = { parity: 'content', differences: [], counts: {} }

const sameImage = (a: Image, b: Image): boolean =>
  a.Id === b.Id ||
  (a.RootFS.Layers.length > 0 &&
    a.RootFS.Layers.length === b.RootFS.Layers.length &&
    a.RootFS.Layers.every((layer, index) => layer === b.RootFS.Layers[index]) &&
    hashConfig(imageConfig(a)) === hashConfig(imageConfig(b)))

/** Compares with the pinned image, or with what the record kept of it. */
export async function compareWithPinned(context: EngineContext, given: Rebuilt): Promise<EnvironmentCheck> {
  const { request, rebuilt, pinned, images } = given
  const file = context.prefix + request.dockerfile
  const { allowed = {} } = request
  const task = { ...given, vacuous: notRebuilt({ used: images.used, pinned, rebuilt, allowed, file }) }
  const checked = await compared(context, task)
  return { ...checked, findings: [...checked.findings, ...images.findings] }
}

async function compared(context: EngineContext, task: Rebuilt): Promise<EnvironmentCheck> {
  const { request, rebuilt, pinned } = task
  if (pinned && sameImage(pinned, rebuilt)) return identical(context, task)
  if (!pinned) return withoutImage(context, task, await readImage(context, rebuilt))
  // One after the other: the engine packs one tree as fast as two cores allow.
  const was = task.was ?? (await readImage(context, pinned))
  const is = await readImage(context, rebuilt)
  return concluded(context, task, {
    comparison: compareManifests(was, is),
    is,
    findings: hashFindings(request, was),
    reference: { image: imageOf(task), from: 'image', hashes: was.hashes },
  })
}

const imageOf = ({ request, pinned }: Rebuilt): string | undefined => request.image ?? pinned?.Id

const size = ({ packages, entries }: Manifest): string =>
  `${plural(packages.length, 'package')}, ${plural(countFiles(entries), 'file')}`

/** The evidence of a rebuild that was read. */
const described = ({ evidence, rebuilt }: Rebuilt, is: Manifest): EnvironmentEvidence => ({
  ...evidence,
  rebuilt: { id: rebuilt.Id, hashes: is.hashes },
  packages: is.packages.length,
  files: countFiles(is.entries),
})

/** Whether equality would prove anything. */
const proves = ({ request, vacuous }: Rebuilt): boolean => request.fresh && vacuous === undefined

/** What the rebuild should not hold, whatever it is compared with. */
const contentFindings = (is: Manifest, { answers = [] }: EnvironmentRequest, dockerfile: string): Found[] => [
  ...keyFindings(is, dockerfile),
  ...answerFindings(answersAmong(is.contents(), answers), dockerfile),
]

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
function identical(context: EngineContext, task: Rebuilt): EnvironmentCheck {
  const { request, was: is, rebuilt, evidence } = task
  return {
    findings: [
      ...(is ? hashFindings(request, is) : []),
      ...(is ? contentFindings(is, request, context.prefix + request.dockerfile) : []),
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
  const { manifestFile, recordedHash, dockerfile } = request
  const hash = is.hashes.environment
  if (manifestFile)
    return concluded(context, task, {
      comparison: compareWithFile(manifestFile, is),
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
      ...contentFindings(is, request, context.prefix + dockerfile),
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
  const { comparison, is, findings, reference } = found
  const { parity, differences, counts } = comparison
  const dockerfile = context.prefix + request.dockerfile
  const sources = await buildSources(request, context.prefix)
  const same = parity === 'content' ? size(is) : changesText(comparison, is.packages.length)
  const text = request.image === undefined ? `${same}, pinned by its manifest` : same
  return {
    findings: [
      ...differenceFindings(comparison, dockerfile, sources),
      ...findings,
      ...contentFindings(is, request, dockerfile),
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
