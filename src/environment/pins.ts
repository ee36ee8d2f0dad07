import { createHash } from 'node:crypto'
import type { Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { confine, NotAFile, readRegular, TooLarge } from '../system/files.js'
import type { Git } from '../system/git.js'
import type { Found } from '../verdict/finding.js'
import { baseImages, type BuildArguments } from './base-images.js'
import { dockerfileClaims } from './dockerfile/claims.js'
import { dockerfileFindings, findDockerfile, LIKELY_PLATFORM } from './dockerfile.js'
import { MANIFEST_CAP, parseManifestFile, type ManifestFile } from './manifest/file.js'
import { BY_DIGEST } from './pinned.js'
import { isInRegistry, type AllowedImages } from './reference.js'

/** What a record says of its environment, and what is to be built. */
export interface PinsRequest {
  image?: string | undefined
  hash?: string | undefined
  manifest?: { path: string; digest: string } | undefined
  commit: string | undefined
  plan: { dockerfiles: readonly string[]; args: BuildArguments }
  /** Where the policy lets images come from. */
  allowed?: AllowedImages | undefined
}

export interface Pins {
  findings: Found[]
  /** The Dockerfile that the commit has, relative to the working directory. */
  dockerfile: string | undefined
  /** What the record kept of the image, once its bytes are the recorded ones. */
  manifest: ManifestFile | undefined
}

/** What can be said of the environment before anything is built: is everything pinned, and does it agree with itself? */
export async function checkPins(context: Context, request: PinsRequest): Promise<Pins> {
  const dockerfile = await checkDockerfile(context.git, request)
  const kept = await checkManifest(context, request.manifest)
  return {
    findings: [
      ...tagFindings(request),
      ...registryFindings(request),
      ...dockerfile.findings,
      ...kept.findings,
      ...(kept.manifest ? contradictions(request, kept.manifest) : []),
    ],
    dockerfile: dockerfile.path,
    manifest: kept.manifest,
  }
}

function tagFindings({ image }: PinsRequest): Found[] {
  if (image === undefined || BY_DIGEST.test(image)) return []
  return [
    {
      rule: 'environment/image-not-pinned',
      message: `${image} is a tag, not a digest`,
      field: 'environment.image',
      expected: '<repository>@sha256:<64 hex digits>',
      actual: image,
    },
  ]
}

function registryFindings({ image, allowed }: PinsRequest): Found[] {
  const registries = allowed?.registries
  if (image === undefined || registries === undefined || isInRegistry(image, registries)) return []
  return [
    {
      rule: 'environment/registry-not-allowed',
      message: `${image} is in none of the \`registries\` of the policy`,
      field: 'environment.image',
      expected: registries.join(', '),
      actual: image,
    },
  ]
}

/** The Dockerfile names the very digest that is to be rebuilt. */
function samePins(file: string, text: string, { image, plan }: PinsRequest): Found[] {
  if (image === undefined || !BY_DIGEST.test(image)) return []
  return baseImages(text, plan.args)
    .filter(({ reference }) => BY_DIGEST.test(reference) && digestOf(reference) === digestOf(image))
    .slice(0, 1)
    .map(({ reference, line, used }) => ({
      rule: 'environment/not-rebuilt',
      message: `${used} names the pinned image itself, so nothing is rebuilt`,
      file,
      line,
      actual: reference,
    }))
}

async function checkDockerfile(
  git: Git,
  request: PinsRequest,
): Promise<{ path?: string; findings: Found[] }> {
  const { commit, allowed } = request
  const { dockerfiles, args } = request.plan
  if (commit === undefined || !(await git.has(commit))) return { findings: [] }
  const found = await findDockerfile(git, commit, dockerfiles)
  if (found) {
    const file = git.prefix + found.path
    const findings = dockerfileFindings(file, found.text, args, { allowed, platform: LIKELY_PLATFORM })
    const claims = dockerfileClaims(file, found.text, args)
    return {
      path: found.path,
      findings: [...findings, ...samePins(file, found.text, request), ...claims.findings],
    }
  }
  return {
    findings: [
      {
        rule: 'environment/dockerfile-missing',
        message: `the commit ${commit.slice(0, 7)} has no ${dockerfiles.join(' and no ')}`,
        field: 'environment.dockerfile',
      },
    ],
  }
}

async function checkManifest(
  context: Context,
  named: PinsRequest['manifest'],
): Promise<{ manifest?: ManifestFile; findings: Found[] }> {
  if (!named) return { findings: [] }
  const { path, digest } = named
  const field = 'environment.manifest'
  const wrong = (message: string, actual?: string) => ({
    findings: [{ rule: 'record/manifest-mismatch', message, field, expected: digest, actual } as const],
  })
  const place = await confine(context.root, path)
  if (!place.ok)
    return { findings: [{ rule: 'record/path-outside', message: `${path} ${place.why}`, field }] }
  if (!place.exists) return wrong(`${path} is not there`)
  try {
    const bytes = await readRegular(place.absolute, MANIFEST_CAP)
    const actual = digestLike(digest, bytes)
    if (actual !== digest) return wrong(`${path} does not match its recorded digest`, actual)
    return { manifest: parseManifestFile(bytes.toString('utf8')), findings: [] }
  } catch (error) {
    return wrong(`${path}: ${reasonOf(error)}`)
  }
}

/** With the same algorithm as another digest. */
function digestLike(digest: string, bytes: Buffer): string {
  const algorithm = digest.slice(0, digest.indexOf(':'))
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** Why a file cannot be used, without its place on this machine. */
function reasonOf(error: unknown): string {
  if (error instanceof TooLarge) return `it is larger than ${MANIFEST_CAP / 1024 ** 2} MiB`
  if (error instanceof NotAFile) return 'it is not a regular file'
  if (error instanceof ReprogateError) return error.message
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  return `it cannot be read (${code})`
}

const digestOf = (image: string): string => image.slice(image.indexOf('@') + 1)

/** The record and its manifest name the image and the hash, both. */
function contradictions({ image, hash }: PinsRequest, manifest: ManifestFile): Found[] {
  const { environment } = manifest.hashes
  const found: Found[] = []
  if (hash !== undefined && environment !== hash)
    found.push({
      rule: 'environment/hash-contradictory',
      message: 'the record and its manifest name two environment hashes',
      field: 'environment.hash',
      expected: environment,
      actual: hash,
    })
  if (image !== undefined && BY_DIGEST.test(image) && digestOf(manifest.image) !== digestOf(image))
    found.push({
      rule: 'environment/image-contradictory',
      message: 'the record and its manifest name two images',
      field: 'environment.image',
      expected: manifest.image,
      actual: image,
    })
  return found
}
