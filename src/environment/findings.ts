import { listed } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'
import type { BuildFailure } from './build-log.js'
import { compareWithFile } from './compare/differences.js'
import type { ManifestFile } from './manifest/file.js'
import type { Manifest } from './manifest/manifest.js'
import type { Pause } from './pause.js'
import type { EnvironmentRequest } from './request.js'

/** What the rebuild itself is found to be, beside what differs between the images. */

/** `the build failed at step 3 of 5` */
export function failureText({ reason, step }: BuildFailure): string {
  const where = step ? ` at step ${step.number} of ${step.total}` : ''
  return reason === 'timeout' ? `the build ran out of time${where}` : `the build failed${where}`
}

/**
 * @param dockerfile as findings name it
 * @param timeout milliseconds that the build had
 */
export function buildFinding(failure: BuildFailure, dockerfile: string, timeout: number): Found {
  const { reason, step, line } = failure
  const minutes = Number((timeout / 60_000).toFixed(1))
  const where = line === undefined ? 'the step that failed' : `${dockerfile}:${line}`
  return {
    rule: reason === 'timeout' ? 'environment/build-timeout' : 'environment/build-failed',
    message: failureText(failure) + (step ? `: ${step.text}` : ''),
    file: dockerfile,
    line,
    remedy:
      reason === 'timeout'
        ? `Make the build faster, or raise \`limits.build\` above ${minutes} minutes in the policy.`
        : `Correct ${where}; pin what it installs.`,
  }
}

export const cachedFinding = (dockerfile: string): Found => ({
  rule: 'environment/cached-rebuild',
  message: 'the image was rebuilt from cached layers, which cannot show drift',
  file: dockerfile,
})

/** @param files the rebuild's files that are recorded answers, as people read their paths */
export const answerFindings = (files: readonly string[], dockerfile: string): Found[] =>
  files.length === 0
    ? []
    : [
        {
          rule: 'environment/answers-in-image',
          message: `the rebuilt image holds the recorded answers: ${listed(files, 3)}`,
          file: dockerfile,
        },
      ]

export const keyFindings = ({ privateKeys }: Manifest, dockerfile: string): Found[] =>
  privateKeys.map((path) => ({
    rule: 'environment/private-key',
    message: `the build generated the private key /${path} into the image`,
    file: dockerfile,
    actual: `/${path}`,
    remedy: `Remove /${path} in the step of ${dockerfile} that makes it, and generate it when the container starts.`,
  }))

const PARTS = ['packages', 'config', 'tree'] as const
const MOST_NAMED = 3

/** Whether the recorded hash is the image's. Which parts of it differ can be said if the record kept them. */
export async function hashFindings(
  { recordedHash, manifestFile }: Pick<EnvironmentRequest, 'recordedHash' | 'manifestFile'>,
  pinned: Manifest,
  pause: Pause,
): Promise<Found[]> {
  const actual = pinned.hashes.environment
  if (recordedHash === undefined || recordedHash === actual) return []
  const kept = manifestFile?.hashes.environment === recordedHash ? manifestFile : undefined
  const which = async (file: ManifestFile) => {
    const parts = PARTS.filter((part) => file.hashes[part] !== pinned.hashes[part])
    const { differences, counts } = await compareWithFile(file, pinned, pause)
    const names = differences.map(({ name }) => name)
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    return `${parts.join(' and ')} differ (${listed(names, MOST_NAMED, total)})`
  }
  return [
    {
      rule: 'environment/hash-mismatch',
      message: `the recorded hash is not that of the pinned image${
        kept ? `: ${await which(kept)}` : '; the record keeps no manifest that says which part differs'
      }`,
      field: 'environment.hash',
      expected: actual,
      actual: recordedHash,
      remedy: `Record the run again, or correct the hash to ${actual} if the image is the one that was run.`,
    },
  ]
}

/**
 * Something in the record stands in for the image: the base has to know it, or the change that is
 * judged would vouch for itself.
 *
 * @param reason why the pinned image cannot be had
 */
export function goneFinding(
  reason: string,
  standIn: 'manifest' | 'hash',
  { manifestKnown = false, image }: Pick<EnvironmentRequest, 'manifestKnown' | 'image'>,
): Found[] {
  const field = 'environment.image'
  if (image === undefined) {
    // A record that never named an image: what stands in it is its pin.
    if (manifestKnown) return []
    return [
      {
        rule: 'environment/manifest-unknown',
        message: `this change takes the image out of the record, and the ${standIn} that it leaves cannot vouch for it`,
        field,
        remedy:
          'Keep the image in the record (`reprogate record <model>` does), or push the new one with `--push`.',
      },
    ]
  }
  const gone = `the pinned image cannot be pulled (${reason}); the ${standIn} in the record`
  return [
    manifestKnown
      ? { rule: 'environment/image-gone', message: `${gone} stands in for it`, field }
      : {
          rule: 'environment/manifest-unknown',
          message: `${gone} came with this change, and cannot vouch for it`,
          field,
        },
  ]
}

/** Nothing is left that could say how the rebuild differs, or whether. */
export function referenceFinding(reason: string, recordedHash: string | undefined, hash: string): Found {
  const rule = 'environment/no-reference'
  const field = 'environment.image'
  if (recordedHash === undefined)
    return {
      rule,
      message: `nothing to compare the rebuild with: ${reason}, and the record keeps neither hash nor manifest`,
      field,
    }
  return {
    rule,
    message: `the rebuild does not match the recorded hash, and nothing is left to say what differs: ${reason}, and the record keeps no manifest`,
    field,
    expected: recordedHash,
    actual: hash,
  }
}
