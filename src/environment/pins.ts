import { readFile } from 'node:fs/promises'
import type { Context, Found } from '../system/context.js'
import { algorithmOf, fileDigest } from '../data/digest.js'
import { errorText } from '../system/errors.js'
import type { Git } from '../system/git.js'
import { confine } from '../system/paths.js'
import type { Plan } from '../policy/plan.js'
import type { Record_ } from '../provenance/schema.js'
import type { Location } from '../provenance/sources/native.js'
import { dockerfileFindings } from './dockerfile.js'
import { parseManifestFile, type ManifestFile } from './manifest/file.js'

export interface Pins {
  findings: Found[]
  /** The Dockerfile that the commit has, relative to the working directory. */
  dockerfile: string | undefined
  /** What the record kept of the image, once its bytes are the recorded ones. */
  manifest: ManifestFile | undefined
}

const PINNED = /@sha256:[0-9a-f]{64}$/

/** What can be said of the environment before anything is built: is everything pinned, and does it agree with itself? */
export async function checkPins(
  context: Context,
  git: Git,
  record: Record_,
  plan: Plan,
  locate: (field: string) => Location,
): Promise<Pins> {
  const findings: Found[] = []
  const { image, hash } = record.environment ?? {}
  if (image !== undefined && !PINNED.test(image))
    findings.push({
      rule: 'environment/image-not-pinned',
      message: `${image} is a tag, not a digest`,
      field: 'environment.image',
      expected: '<repository>@sha256:<64 hex digits>',
      actual: image,
      ...locate('environment.image'),
    })

  const dockerfile = await checkDockerfile(git, record.code?.commit, plan, locate, findings)
  const manifest = await readManifest(context, record, locate, findings)
  if (manifest && hash !== undefined && manifest.hashes.environment !== hash)
    findings.push({
      rule: 'environment/hash-contradictory',
      message: 'the record and its manifest name two environment hashes',
      field: 'environment.hash',
      expected: manifest.hashes.environment,
      actual: hash,
      ...locate('environment.hash'),
    })
  if (manifest && image !== undefined && PINNED.test(image) && digestOf(manifest.image) !== digestOf(image))
    findings.push({
      rule: 'environment/image-contradictory',
      message: 'the record and its manifest name two images',
      field: 'environment.image',
      expected: manifest.image,
      actual: image,
      ...locate('environment.image'),
    })
  return { findings, dockerfile, manifest }
}

const digestOf = (image: string): string => image.slice(image.indexOf('@') + 1)

async function checkDockerfile(
  git: Git,
  commit: string | undefined,
  plan: Plan,
  locate: (field: string) => Location,
  findings: Found[],
): Promise<string | undefined> {
  if (commit === undefined || !(await git.has(commit))) return undefined
  for (const path of plan.dockerfiles) {
    const bytes = await git.show(commit, path)
    if (bytes === null) continue
    findings.push(...dockerfileFindings(git.prefix + path, bytes.toString('utf8'), plan.args))
    return path
  }
  findings.push({
    rule: 'environment/dockerfile-missing',
    message: `the commit ${commit.slice(0, 7)} has no ${plan.dockerfiles.join(' and no ')}`,
    field: 'environment.dockerfile',
    ...locate('environment.dockerfile'),
  })
  return undefined
}

async function readManifest(
  context: Context,
  record: Record_,
  locate: (field: string) => Location,
  findings: Found[],
): Promise<ManifestFile | undefined> {
  const named = record.environment?.manifest
  if (!named) return undefined
  const at = { field: 'environment.manifest', ...locate('environment.manifest') }
  const place = await confine(context.root, named.path)
  if (!place.ok) {
    findings.push({ rule: 'record/path-outside', message: `${named.path} ${place.why}`, ...at })
    return undefined
  }
  const wrong = (message: string, actual?: string): undefined => {
    findings.push({
      rule: 'record/manifest-mismatch',
      message,
      expected: named.digest,
      ...(actual && { actual }),
      ...at,
    })
    return undefined
  }
  if (!place.exists) return wrong(`${named.path} is not there`)
  try {
    const { digest } = await fileDigest(place.absolute, algorithmOf(named.digest), context.signal)
    if (digest !== named.digest) return wrong(`${named.path} has other bytes than recorded`, digest)
    return parseManifestFile(await readFile(place.absolute, 'utf8'))
  } catch (error) {
    return wrong(`${named.path}: ${errorText(error)}`)
  }
}
