import type { Found } from '../system/context.js'
import type { BuildFailure } from './build.js'
import { compareWithFile, type Comparison } from './compare/differences.js'
import { byText } from './manifest/hash.js'
import type { Manifest } from './manifest/read.js'
import type { EnvironmentRequest } from './check.js'

/** What the rebuild itself is found to be, beside what differs between the images. */

/** `the build failed at step 3 of 5` */
export function failureText({ reason, step }: BuildFailure): string {
  const at = /^(\d+)\/(\d+) /.exec(step ?? '')
  const where = at ? ` at step ${at[1]} of ${at[2]}` : ''
  return reason === 'timeout' ? `the build ran out of time${where}` : `the build failed${where}`
}

export function buildFinding(failure: BuildFailure, { locate, timeout }: EnvironmentRequest): Found {
  const step = failure.step === undefined ? '' : `: ${failure.step.replace(/^\S+ /, '')}`
  const minutes = Number((timeout / 60_000).toFixed(1))
  return {
    rule: failure.reason === 'timeout' ? 'environment/build-timeout' : 'environment/build-failed',
    message: `${failureText(failure)}${step}`,
    file: locate.dockerfilePath,
    ...(failure.line !== undefined && { line: failure.line }),
    remedy:
      failure.reason === 'timeout'
        ? `Make the build faster, or raise \`limits.build\` above ${minutes} minutes in the policy.`
        : `Mend ${failure.line === undefined ? 'the step that failed' : `line ${failure.line} of ${locate.dockerfilePath}`}; pin what it installs.`,
  }
}

export function cacheFindings(
  { fresh, locate }: EnvironmentRequest,
  level: Comparison['level'] | 'identical',
): Found[] {
  if (fresh || level === 'drift') return []
  return [
    {
      rule: 'environment/cached-rebuild',
      message: 'the image was rebuilt from cached layers, which cannot show drift',
      file: locate.dockerfilePath,
      remedy: 'Check with `rebuild: fresh`.',
    },
  ]
}

export function keyFindings({ locate }: EnvironmentRequest, manifest: Manifest | null): Found[] {
  return (manifest?.privateKeys ?? []).map((path) => ({
    rule: 'environment/private-key',
    message: `the build generated the private key /${path} into the image`,
    file: locate.dockerfilePath,
    actual: `/${path}`,
    remedy: `Remove /${path} in the step that makes it, and generate it when the container starts.`,
  }))
}

/** Which parts of the hash moved can be said where the record kept them. */
export function hashFindings(
  { recordedHash, manifestFile, locate }: EnvironmentRequest,
  pinned: Manifest,
): Found[] {
  const actual = pinned.hashes.environment
  if (recordedHash === undefined || recordedHash === actual) return []
  const kept = manifestFile?.hashes.environment === recordedHash ? manifestFile : undefined
  const parts = (['packages', 'config', 'tree'] as const).filter(
    (part) => kept && kept.hashes[part] !== pinned.hashes[part],
  )
  const first =
    kept &&
    compareWithFile(kept, pinned)
      .differences.slice(0, 3)
      .map(({ name }) => name)
  return [
    {
      rule: 'environment/hash-mismatch',
      message: kept
        ? `the recorded hash is not that of the pinned image: ${parts.join(' and ')} differ (${first!.sort(byText).join(', ')})`
        : 'the recorded hash is not that of the pinned image; the record keeps no manifest that says which part differs',
      file: locate.record,
      ...(locate.hashLine !== undefined && { line: locate.hashLine }),
      field: 'environment.hash',
      expected: actual,
      actual: recordedHash,
      remedy: `Record the run again, or correct the hash to ${actual} if the image is the one that was run.`,
    },
  ]
}
