import type { Git } from '../system/git.js'
import type { Found } from '../verdict/finding.js'
import { PARSED_CAP, readDockerfile } from './base-images.js'
import type { BaseImage, BuildArguments, DockerfileReading, SharedMount } from './base-images.js'
import { linesOf, readInstructions, readingsOf } from './dockerfile/instructions.js'
import type { Instruction, Unclear } from './dockerfile/instructions.js'
import { frontendsOf, isAllowed, type Frontend } from './frontend.js'
import { isInRegistry, isListed, type AllowedImages } from './reference.js'

/** What the builder will preset is known for certain once there is an engine. */
export const LIKELY_PLATFORM = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`

/** A Dockerfile as a commit has it. */
export interface CommittedDockerfile {
  /** Relative to the working directory. */
  path: string
  text: string
}

/** The first of these Dockerfiles that the commit has; null if it has none, or is not in the repository. */
export async function findDockerfile(
  git: Git,
  commit: string,
  dockerfiles: readonly string[],
): Promise<CommittedDockerfile | null> {
  for (const path of dockerfiles) {
    const bytes = await git.show(commit, path)
    if (bytes !== null) return { path, text: bytes.toString('utf8') }
  }
  return null
}

/**
 * Findings about what a Dockerfile builds on: bases that are not pinned or not allowed, foreign
 * frontends, and what is not understood.
 *
 * @param path as findings name it
 * @param more where images may come from; the platform, if the builder presets its arguments
 */
export function dockerfileFindings(
  path: string,
  text: string,
  args: BuildArguments = {},
  { allowed = {}, platform }: { allowed?: AllowedImages | undefined; platform?: string | undefined } = {},
): Found[] {
  const argument = args.BUILDKIT_SYNTAX
  const frontends: Frontend[] = [
    ...frontendsOf(text.slice(0, PARSED_CAP)),
    ...(argument === undefined ? [] : [{ value: argument }]),
  ]
  const reading = readDockerfile(text, args, platform)
  return [
    ...frontends
      .filter((frontend) => !isAllowed(frontend, allowed))
      .map((frontend) => frontendFinding(path, frontend)),
    ...Object.keys(args).flatMap((name) => argumentFindings(path, name)),
    ...readingFindings(path, reading, allowed),
    ...mountFindings(path, reading.mounts),
  ]
}

/** What is found of the images that a Dockerfile, or a trigger of its base, reads from. */
export const readingFindings = (
  path: string,
  { bases, unclear }: Pick<DockerfileReading, 'bases' | 'unclear'>,
  allowed: AllowedImages,
): Found[] => [
  ...unclear.slice(0, MOST_UNCLEAR).map((one) => unclearFinding(path, one)),
  ...bases.filter(({ pinned }) => !pinned).map((base) => baseFinding(path, base)),
  ...bases.flatMap((base) => allowedFindings(path, base, allowed)),
]

const MOST_UNCLEAR = 20

const unclearFinding = (file: string, { line, what }: Unclear): Found => ({
  rule: 'environment/dockerfile-unclear',
  message: `the Dockerfile cannot be read for certain: ${what}`,
  file,
  line,
  remedy: `Write ${file}:${line} plainly: one instruction, with ASCII letters and plain spaces.`,
})

/** Arguments that steer the builder and not the image. */
function argumentFindings(file: string, name: string): Found[] {
  if (!/^BUILDKIT_/i.test(name) || name === 'BUILDKIT_SYNTAX') return []
  return [
    {
      rule: 'environment/argument-not-allowed',
      message: `the build argument ${name} steers the builder itself`,
      file,
      actual: name,
      remedy: `Remove the build argument ${name}.`,
    },
  ]
}

function allowedFindings(file: string, base: BaseImage, allowed: AllowedImages): Found[] {
  const { reference, line, used } = base
  const { registries, bases } = allowed
  if (bases !== undefined && !isListed(reference, bases))
    return [
      {
        rule: 'environment/base-not-allowed',
        message: `${used} names ${reference || 'an image without value'}, which is not among the \`bases\` of the policy`,
        file,
        line,
        expected: bases.join(', '),
        actual: reference,
      },
    ]
  if (bases !== undefined || registries === undefined || isInRegistry(reference, registries)) return []
  return [
    {
      rule: 'environment/registry-not-allowed',
      message: `${used} names ${reference || 'an image without value'}, which is in none of the \`registries\` of the policy`,
      file,
      line,
      expected: registries.join(', '),
      actual: reference,
    },
  ]
}

function mountFindings(file: string, mounts: readonly SharedMount[]): Found[] {
  const [first] = mounts
  if (first === undefined) return []
  const types = [...new Set(mounts.map(({ type }) => type))]
  return [
    {
      rule: 'environment/mount-empty',
      message: `the build mounts ${types.join(' and ')}, and gets nothing there`,
      file,
      line: first.line,
    },
  ]
}

/** That a build which gets no network would fetch something all the same: the engine does it, not a step. */
export function networkFinding(
  file: string,
  text: string,
  { args, network }: { args: BuildArguments; network?: 'none' | undefined },
): Found | undefined {
  const [line] = network === 'none' ? readDockerfile(text, args).remote : []
  if (line === undefined) return undefined
  return {
    rule: 'environment/network-used',
    message: 'ADD may fetch from the network, which the policy does not give the build',
    file,
    line,
  }
}

const frontendFinding = (file: string, { value, line }: Frontend): Found => ({
  rule: 'environment/syntax-not-allowed',
  message: `the builder would run ${value || 'an unnamed image'} as its frontend`,
  file,
  line,
  expected: 'docker/dockerfile',
  actual: value,
  remedy:
    line === undefined
      ? 'Remove the build argument BUILDKIT_SYNTAX.'
      : `Use \`# syntax=docker/dockerfile:1\` in ${file}:${line}, or remove the line${value.includes('@') ? ', or have the digest added to the `frontends` of the policy' : ''}.`,
})

function baseFinding(file: string, { reference, line, used }: BaseImage): Found {
  const instruction = `${used} ${used === 'FROM' ? '' : '= '}<image>@sha256:…`
  return {
    rule: 'environment/base-not-pinned',
    message: `${used} names ${reference || 'an image without value'}, which is not pinned by digest`,
    file,
    line,
    expected: `${reference.split('@')[0] || '<image>'}@sha256:<64 hex digits>`,
    actual: reference,
    remedy: `Write \`${instruction}\` in ${file}:${line} with the digest that ${reference || 'it'} names (\`docker buildx imagetools inspect\` or \`docker pull\` prints it), or pass it as a build argument.`,
  }
}

/** Characters in which two instructions that differ do so. */
const TELLING = 60

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, TELLING)

/**
 * The line (from 1) of a step; undefined if it cannot be told.
 *
 * @param step its number among all instructions, or its text, as in `RUN make`
 */
export function instructionLine(
  text: string,
  step: { number: number } | { text: string },
): number | undefined {
  if (text.length > PARSED_CAP) return undefined
  const lines = linesOf(text)
  const { instructions } = readInstructions(lines, readingsOf(lines)[0]!)
  return ('number' in step ? instructions[step.number - 1] : instructions.find(saying(step.text)))?.line
}

function saying(step: string): (instruction: Instruction) => boolean {
  const wanted = plain(step)
  return ({ keyword, text, waits }) =>
    wanted.startsWith(plain(`${waits ? 'ONBUILD ' : ''}${keyword} ${text}`))
}
