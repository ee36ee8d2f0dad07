import type { EngineContext } from '../engine/engine.js'
import type { Image } from '../engine/image.js'
import { during } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import type { EnvironmentEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import { dockerfileText, rebuild, takesLimits } from './build.js'
import { compareWithPinned } from './compare-images.js'
import { networkFinding } from './dockerfile.js'
import { buildFinding, failureText } from './findings.js'
import { readPinned } from './pinned.js'
import type { EnvironmentCheck, EnvironmentRequest } from './request.js'
import { fetchUsed, type UsedImages } from './used-images.js'

/**
 * Rebuilds the image from its Dockerfile and compares it with the pinned one, or, if that is gone,
 * with the manifest in the record. Equal layers and settings are equal images and nothing is compared;
 * one of them is read even then if the record states a hash, which only reading can contradict.
 *
 * @throws ReprogateError `engine/failed`, `image/unreadable`, `image/too-large`
 */
export async function checkEnvironment(
  context: EngineContext,
  request: EnvironmentRequest,
): Promise<EnvironmentCheck> {
  const { engine, signal } = context
  context.defer(() => engine.sweep())
  await engine.sweepDead()
  // A build waits for the network most of the time: the pinned image is fetched and read meanwhile.
  const unneeded = new AbortController()
  const reader = engine.until(AbortSignal.any([signal, unneeded.signal]))
  const reading = readPinned({ ...context, engine: reader }, request)
  const idle = reading.then(
    () => {},
    () => {},
  )
  try {
    const built = await build(context, request)
    if ('findings' in built) return built
    return await during(context, 'Compare the rebuild with the pinned image', async () =>
      compareWithPinned(context, { request, ...built, ...(await reading) }),
    )
  } finally {
    unneeded.abort(new Error('there is nothing to compare with'))
    await idle
  }
}

/** The rebuilt image and what is known of its build; or, if it did not build, all that can be said. */
function build(
  context: EngineContext,
  request: EnvironmentRequest,
): Promise<EnvironmentCheck | { rebuilt: Image; images: UsedImages; evidence: EnvironmentEvidence }> {
  const { engine, prefix } = context
  const { dockerfile, fresh, timeout } = request
  const how = fresh ? '' : ', cached'
  return during(context, `Build ${dockerfile} with ${engine.builder}${how}`, async () => {
    const evidence: EnvironmentEvidence = {
      dockerfile,
      cached: !fresh,
      differences: [],
      differenceCounts: NO_DIFFERENCES,
    }
    try {
      const text = await dockerfileText(request)
      const images = await fetchUsed(context, text, prefix + dockerfile, request)
      const finding = unusable(images, text, request, prefix + dockerfile)
      if (finding) return unverifiable(evidence, finding.message, [...images.findings, finding])
      const { builder, seconds, failure, id } = await rebuild(context, { ...request, temporary: true })
      const buildMemory = takesLimits(builder) ? request.memory : undefined
      const measured = { ...evidence, builder, buildMemory, buildSeconds: seconds }
      if (failure) {
        const { step, line, tail } = failure
        const text = step && `${step.number}/${step.total} ${step.text}`
        return unverifiable({ ...measured, failure: { step: text, line, tail } }, failureText(failure), [
          ...images.findings,
          buildFinding(failure, prefix + dockerfile, timeout),
        ])
      }
      const rebuilt = await engine.inspect(id)
      if (!rebuilt) throw new Error(`the image ${id} was built and is not there`)
      return { rebuilt, images, evidence: { ...measured, rebuilt: { id } } }
    } catch (error) {
      const finding = unbuildable(error, prefix + dockerfile)
      if (finding === undefined) throw error
      return unverifiable(evidence, finding.message, [finding])
    }
  })
}

const NO_DIFFERENCES = { package: 0, config: 0, 'package-file': 0, file: 0, folder: 0 }

/** What keeps a build from being tried, if it is the pull request's to mend. */
function unbuildable(error: unknown, dockerfile: string): Found | undefined {
  if (!(error instanceof ReprogateError)) return undefined
  const { code, message, remedy } = error
  if (code !== 'record/path-outside' && code !== 'environment/dockerfile-missing') return undefined
  return { rule: code, message, file: dockerfile, remedy }
}

/** What keeps a build from being tried, if the images or the policy do. */
function unusable(
  { missing }: UsedImages,
  text: string,
  { args, network }: EnvironmentRequest,
  file: string,
): Found | undefined {
  if (missing) {
    const { base, reason } = missing
    return {
      rule: 'environment/build-failed',
      message: `the base image ${base.reference} cannot be pulled: ${reason}`,
      file,
      line: base.line,
      remedy: `Correct ${file}:${base.line}, or give the job access to the registry.`,
    }
  }
  return networkFinding(file, text, { args, network })
}

const unverifiable = (
  evidence: EnvironmentEvidence,
  summary: string,
  findings: Found[],
): EnvironmentCheck => ({ findings, parity: 'unverifiable', evidence, summary })
