import type { Context, Found } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import type { EnvironmentEvidence, Parity } from '../verdict/report.js'
import { rebuild, type BuildRequest } from './build.js'
import { compareManifests, compareWithFile, type Comparison } from './compare/differences.js'
import type { Engine, Image } from '../engine/engine.js'
import { differenceFindings, summarise } from './compare/findings.js'
import { hashConfig, imageConfig } from './manifest/hash.js'
import { countFiles, type ManifestFile } from './manifest/file.js'
import { readImage, type Manifest } from './manifest/read.js'
import { parityOf } from './compare/parity.js'
import { readPinned, type Pinned } from './pinned.js'
import { buildSources } from './compare/sources.js'
import { buildFinding, cacheFindings, failureText, hashFindings, keyFindings } from './findings.js'
import { count } from '../text/latin1.js'

export interface EnvironmentRequest extends BuildRequest {
  /** The pinned image, by digest; anything else is no reference. */
  image?: string
  recordedHash?: string
  /** What the record kept of the image. */
  manifestFile?: ManifestFile
  locate: {
    /** The record, as a finding names it, and the lines of its fields. */
    record: string
    imageLine?: number
    hashLine?: number
    /** The Dockerfile, as a finding names it. */
    dockerfilePath: string
  }
}

export interface EnvironmentCheck {
  findings: Found[]
  parity: Parity | null
  evidence: EnvironmentEvidence
  /** `drift: 1 of 214 packages changed` */
  summary: string
  /** Id of the rebuilt image, for the replay; there also when it drifted. Removed when the check ends. */
  image?: string
  /** Environment hash of the rebuild, where it was read. */
  hash?: string
}

const KEPT = 200

/**
 * Rebuilds the image from its Dockerfile and compares it with the pinned one, or, where that is gone,
 * with the manifest in the record. Equal layers and settings are equal images and nothing is compared;
 * one of them is read even then if the record states a hash, which only reading can contradict.
 */
export async function checkEnvironment(
  context: Context,
  engine: Engine,
  request: EnvironmentRequest,
): Promise<EnvironmentCheck> {
  context.defer(() => engine.sweep())
  const evidence: EnvironmentEvidence = {
    dockerfile: request.dockerfile,
    cached: !request.fresh,
    differences: [],
    differenceCounts: noDifferences(),
  }
  // A build waits for the network most of the time: the pinned image is fetched and read meanwhile.
  const unneeded = new AbortController()
  const reader = engine.until(AbortSignal.any([context.signal, unneeded.signal]))
  const reading = readPinned(context, reader, request)
  const idle = reading.then(
    () => {},
    () => {},
  )
  try {
    const built = await build(context, engine, request, evidence)
    if ('findings' in built) return built
    const rebuilt = await engine.inspect(built.id)
    if (!rebuilt) throw new Error(`the image ${built.id} was built and is not there`)
    evidence.rebuilt = { id: built.id }
    context.progress.start('Compare the rebuild with the pinned image')
    try {
      return await compare({ context, engine, request, evidence, rebuilt, ...(await reading) })
    } finally {
      context.progress.end()
    }
  } finally {
    unneeded.abort(new Error('there is nothing to compare with'))
    await idle
  }
}

const noDifferences = (): EnvironmentEvidence['differenceCounts'] => ({
  package: 0,
  config: 0,
  'package-file': 0,
  file: 0,
  folder: 0,
})

const unverifiable = (evidence: EnvironmentEvidence, why: string, findings: Found[]): EnvironmentCheck => ({
  findings,
  parity: 'unverifiable',
  evidence,
  summary: `unverifiable: ${why}`,
})

async function build(
  context: Context,
  engine: Engine,
  request: EnvironmentRequest,
  evidence: EnvironmentEvidence,
): Promise<EnvironmentCheck | { id: string }> {
  context.progress.start(
    `Build ${request.dockerfile} with ${engine.builder}${request.fresh ? '' : ', cached'}`,
  )
  try {
    const result = await rebuild(context, engine, request)
    evidence.builder = result.builder
    evidence.buildSeconds = result.seconds
    if (!result.failure) return { id: result.id }
    const { step, line, tail } = result.failure
    evidence.failure = { tail, ...(step !== undefined && { step }), ...(line !== undefined && { line }) }
    return unverifiable(evidence, failureText(result.failure), [buildFinding(result.failure, request)])
  } catch (error) {
    if (!(error instanceof ReprogateError)) throw error
    const rule = (
      {
        'environment/path-outside': 'record/path-outside',
        'environment/path-missing': 'environment/dockerfile-missing',
      } as const
    )[error.code]
    if (rule === undefined) throw error
    return unverifiable(evidence, error.message, [
      { rule, message: error.message, file: request.locate.dockerfilePath, remedy: error.remedy },
    ])
  } finally {
    context.progress.end()
  }
}

interface Comparing extends Pinned {
  context: Context
  engine: Engine
  request: EnvironmentRequest
  evidence: EnvironmentEvidence
  rebuilt: Image
}

const sameImage = (a: Image, b: Image): boolean =>
  a.Id === b.Id ||
  (a.RootFS.Layers.length > 0 &&
    a.RootFS.Layers.length === b.RootFS.Layers.length &&
    a.RootFS.Layers.every((layer, index) => layer === b.RootFS.Layers[index]) &&
    hashConfig(imageConfig(a)) === hashConfig(imageConfig(b)))

async function compare(task: Comparing): Promise<EnvironmentCheck> {
  const { context, engine, request, rebuilt, pinned } = task
  if (pinned && sameImage(pinned, rebuilt)) return identical(task)
  if (!pinned) return withoutImage(task, await readImage(context, engine, rebuilt))
  // One after the other: the engine packs one tree as fast as two cores allow.
  const was = task.was ?? (await readImage(context, engine, pinned))
  const is = await readImage(context, engine, rebuilt)
  describePinned(task, 'image', was)
  const comparison = compareManifests(was, is)
  return finish(task, is, comparison, hashFindings(request, was))
}

function identical(task: Comparing): EnvironmentCheck {
  const { request, evidence, was: read } = task
  describePinned(task, 'layers', read)
  if (read) describeRebuilt(task, read)
  return {
    findings: [
      ...(read ? hashFindings(request, read) : []),
      ...keyFindings(request, read),
      ...cacheFindings(request, 'identical'),
    ],
    parity: parityOf('identical', request.fresh),
    evidence,
    summary: equalSummary(
      task,
      'identical',
      read
        ? `${count(read.packages.length, 'package')}, ${count(countFiles(read.entries), 'file')}`
        : 'every layer and setting',
    ),
    image: task.rebuilt.Id,
    ...(read && { hash: read.hashes.environment }),
  }
}

/** The manifest stands in for the image; a hash alone can say that all is equal, and nothing else. */
async function withoutImage(task: Comparing, is: Manifest): Promise<EnvironmentCheck> {
  const { request, reason } = task
  const { manifestFile, recordedHash, locate } = request
  const at = { file: locate.record, ...(locate.imageLine !== undefined && { line: locate.imageLine }) }
  const gone: Found = {
    rule: 'environment/image-gone',
    message: `the pinned image cannot be had (${reason}); the manifest in the record stands in for it`,
    field: 'environment.image',
    ...at,
    remedy: 'Push the image again, or give the job access to its registry.',
  }
  if (manifestFile) {
    describePinned(task, 'manifest', manifestFile)
    return finish(task, is, compareWithFile(manifestFile, is), [gone])
  }
  describeRebuilt(task, is)
  const hash = is.hashes.environment
  if (hash === recordedHash) {
    return finish(task, is, { level: 'content', differences: [], counts: {} }, [
      {
        ...gone,
        message: `the pinned image cannot be had (${reason}); the hash in the record stands in for it`,
      },
    ])
  }
  return {
    ...unverifiable(
      task.evidence,
      recordedHash === undefined ? 'nothing to compare with' : 'the hash differs, and nothing says where',
      [
        {
          rule: 'environment/no-reference',
          message:
            recordedHash === undefined
              ? `nothing to compare the rebuild with: ${reason}, and the record keeps neither hash nor manifest`
              : `the rebuild has another hash than recorded, and nothing is left to say what differs: ${reason}, and the record keeps no manifest`,
          field: 'environment.image',
          ...at,
          ...(recordedHash !== undefined && { expected: recordedHash, actual: hash }),
          remedy: 'Push the image again, or record the run again: the manifest then stands in for the image.',
        },
        ...keyFindings(request, is),
      ],
    ),
    image: task.rebuilt.Id,
    hash,
  }
}

function describePinned(
  { request, evidence, pinned }: Comparing,
  from: 'image' | 'manifest' | 'layers',
  manifest: Pick<Manifest, 'hashes'> | null,
): void {
  evidence.pinned = {
    image: request.image ?? request.manifestFile?.image ?? pinned?.Id ?? '',
    from,
    ...(manifest && { hashes: manifest.hashes }),
  }
}

function describeRebuilt({ evidence, rebuilt }: Comparing, manifest: Manifest): void {
  evidence.rebuilt = { id: rebuilt.Id, hashes: manifest.hashes }
  evidence.packages = manifest.packages.length
  evidence.files = countFiles(manifest.entries)
}

const equalSummary = ({ request }: Comparing, level: string, what: string): string =>
  request.fresh
    ? `${level === 'content' ? 'content identical' : level}: ${what}`
    : `unverifiable: rebuilt from cached layers; ${what} compared`

async function finish(
  task: Comparing,
  is: Manifest,
  comparison: Comparison,
  others: Found[],
): Promise<EnvironmentCheck> {
  const { request, evidence } = task
  describeRebuilt(task, is)
  evidence.differences = comparison.differences.slice(0, KEPT)
  evidence.differenceCounts = { ...noDifferences(), ...comparison.counts }
  const sources = await buildSources(request.directory, request, request.locate.dockerfilePath)
  const size = `${count(is.packages.length, 'package')}, ${count(countFiles(is.entries), 'file')}`
  return {
    findings: [
      ...differenceFindings(comparison, request.locate.dockerfilePath, sources),
      ...others,
      ...keyFindings(request, is),
      ...cacheFindings(request, comparison.level),
    ],
    parity: parityOf(comparison.level, request.fresh),
    evidence,
    summary:
      comparison.level === 'content'
        ? equalSummary(task, 'content', size)
        : summarise(comparison, is.packages.length),
    image: task.rebuilt.Id,
    hash: is.hashes.environment,
  }
}
