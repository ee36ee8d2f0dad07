import { DockerfileParser, type Instruction } from 'dockerfile-ast'
import type { Git } from '../system/git.js'
import type { Found } from '../verdict/finding.js'
import { baseImages, lineOf, PARSED_CAP, type BaseImage, type BuildArguments } from './base-images.js'
import { frontendsOf, isAllowed, type Frontend } from './frontend.js'

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
 * Findings about what a Dockerfile builds on: bases that are not pinned, and foreign frontends.
 *
 * @param path as findings name it
 */
export function dockerfileFindings(path: string, text: string, args: BuildArguments = {}): Found[] {
  const argument = args.BUILDKIT_SYNTAX
  const frontends: Frontend[] = [
    ...frontendsOf(text.slice(0, PARSED_CAP)),
    ...(argument === undefined ? [] : [{ value: argument }]),
  ]
  return [
    ...frontends
      .filter((frontend) => !isAllowed(frontend))
      .map((frontend) => frontendFinding(path, frontend)),
    ...baseImages(text, args)
      .filter(({ pinned }) => !pinned)
      .map((base) => baseFinding(path, base)),
  ]
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
      : `Use \`# syntax=docker/dockerfile:1\` in ${file}:${line}, or remove the line.`,
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

const plain = (text: string): string =>
  text
    .replace(/\\\r?\n/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, TELLING)

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
  try {
    const instructions = DockerfileParser.parse(text).getInstructions()
    const found = 'number' in step ? instructions[step.number - 1] : instructions.find(saying(step.text))
    return found && lineOf(found)
  } catch {
    return undefined
  }
}

function saying(step: string): (instruction: Instruction) => boolean {
  const wanted = plain(step)
  return (instruction) => {
    const content = plain(`${instruction.getKeyword()} ${instruction.getRawArgumentsContent() ?? ''}`)
    return content !== '' && wanted.startsWith(content)
  }
}
