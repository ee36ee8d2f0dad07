import { DockerfileParser, From, ModifiableInstruction, type Instruction } from 'dockerfile-ast'
import type { Found } from '../system/context.js'

/** An image that a Dockerfile reads from. */
export interface BaseImage {
  /** As the builder sees it, after build arguments; as written where that cannot be told. */
  reference: string
  /** From 1. */
  line: number
  /** By digest. */
  pinned: boolean
  /** How it is used: `FROM`, `COPY --from`, `RUN --mount`. */
  used: string
}

export interface DockerfileImages {
  bases: BaseImage[]
  /** Every image that is named as the builder's frontend. */
  syntax: { value: string; line: number }[]
}

/** What the parser is asked to take; a Dockerfile is written by hand. */
const SIZE_CAP = 256 * 1024
const ALLOWED_SYNTAX = /^(?:docker\.io\/)?docker\/dockerfile(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/
/** Of a reference or the value of an argument. Arguments made of arguments would grow without end. */
const VALUE_CAP = 1024
const PINNED = /^[^@\s$]+@sha256:[0-9a-f]{64}$/
const REFERENCE = /\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])((?:[^{}$]|\$\w+|\$\{\w+\})*))?\}|([A-Za-z_]\w*))/g

/**
 * Puts build arguments in, as builders do: `$X`, `${X}`, `${X:-default}`, `${X:+other}`. A variable
 * without value becomes nothing, and so does what is too long for a name.
 */
function substitute(text: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  if (text.length > VALUE_CAP) return ''
  const result = text.replace(
    REFERENCE,
    (_, braced?: string, operator?: string, word = '', plain?: string) => {
      const value = variables.get(braced ?? plain!)
      const isSet = operator?.startsWith(':') ? Boolean(value) : value !== undefined
      const other = () => (depth < 4 ? substitute(word, variables, depth + 1) : '')
      if (operator?.endsWith('-')) return isSet ? value! : other()
      if (operator?.endsWith('+')) return isSet ? other() : ''
      return value ?? ''
    },
  )
  return result.length > VALUE_CAP ? '' : result
}

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/s, '$2')

/**
 * The frontend that BuildKit would load: `# syntax=`, `// syntax=` or JSON, in the lines before the
 * first instruction. Read more generously than BuildKit does: a line that it would overlook is no
 * loss to name, one that it finds and this does not would be.
 */
function frontends(text: string): { value: string; line: number }[] {
  const found: { value: string; line: number }[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const comment = /^\s*(?:#|\/\/)(.*)$/s.exec(line)
    if (!comment && line.trim() !== '') break
    const directive = /^!?\s*syntax\s*=\s*(\S*)/i.exec(comment?.[1] ?? '')
    if (directive) found.push({ value: directive[1]!, line: index + 1 })
  }
  try {
    const json: unknown = JSON.parse(text)
    for (const [key, value] of Object.entries(json ?? {})) {
      if (key.toLowerCase() === 'syntax') found.push({ value: String(value).split(' ')[0]!, line: 1 })
    }
  } catch {
    // Not JSON: a Dockerfile.
  }
  return found
}

function fromFlags(instruction: Instruction): { reference: string; used: string }[] {
  if (!(instruction instanceof ModifiableInstruction)) return []
  const keyword = instruction.getKeyword()
  return instruction.getFlags().flatMap((flag) => {
    const [name, value] = [flag.getName().toLowerCase(), unquote(flag.getValue() ?? '')]
    if (name === 'from') return [{ reference: value, used: `${keyword} --from` }]
    const from = name === 'mount' ? /(?:^|,)"?from=([^,"]*)/i.exec(value) : null
    return from ? [{ reference: from[1]!, used: `${keyword} --mount` }] : []
  })
}

/**
 * The images that a Dockerfile starts from or copies from, stages and `scratch` left out. Never
 * throws: what cannot be read is a base that is not pinned.
 *
 * @param args build arguments, which win over the defaults of `ARG`
 */
export function inspectDockerfile(
  text: string,
  args: Readonly<Record<string, string>> = {},
): DockerfileImages {
  const syntax = frontends(text.slice(0, SIZE_CAP))
  const unreadable = (reference: string): DockerfileImages => ({
    bases: [{ reference, line: 1, pinned: false, used: 'FROM' }],
    syntax,
  })
  if (text.length > SIZE_CAP) return unreadable(`(longer than ${SIZE_CAP / 1024} KiB)`)
  let instructions: Instruction[]
  try {
    instructions = DockerfileParser.parse(text.replace(/^\uFEFF/, ' ')).getInstructions()
  } catch {
    return unreadable('(cannot be parsed)')
  }

  const variables = new Map<string, string>()
  const stages = new Set<string>(['scratch'])
  const bases: BaseImage[] = []
  let stageCount = 0
  const add = (reference: string, line: number, used: string) => {
    if (stages.has(reference.toLowerCase())) return
    if (used !== 'FROM' && /^\d+$/.test(reference) && Number(reference) < stageCount) return
    bases.push({ reference, line, pinned: PINNED.test(reference), used })
  }

  for (const instruction of instructions) {
    const line = instruction.getRange().start.line + 1
    const keyword = instruction.getKeyword()
    if (keyword === 'ARG' && stageCount === 0) {
      // Only the arguments before the first FROM reach a FROM.
      for (const argument of instruction.getArguments()) {
        const [name = '', ...value] = argument.getValue().split('=')
        const given = Object.hasOwn(args, name) ? args[name] : undefined
        const preset = value.length > 0 ? substitute(unquote(value.join('=')), variables) : undefined
        const result = given ?? preset
        if (result !== undefined) variables.set(name, result)
      }
    } else if (instruction instanceof From) {
      const words = instruction.getArguments().map((argument) => argument.getValue())
      add(unquote(substitute(words[0] ?? '', variables)), line, 'FROM')
      stageCount++
      if (words[1]?.toUpperCase() === 'AS' && words[2]) stages.add(words[2].toLowerCase())
    } else {
      for (const { reference, used } of fromFlags(instruction)) add(reference, line, used)
    }
  }
  return { bases, syntax }
}

/** Findings about what a Dockerfile builds on: bases that are not pinned, and foreign frontends. */
export function dockerfileFindings(
  path: string,
  text: string,
  args: Readonly<Record<string, string>> = {},
): Found[] {
  const { bases, syntax } = inspectDockerfile(text, args)
  const argument = args.BUILDKIT_SYNTAX
  const frontendsNamed = [
    ...syntax,
    ...(argument === undefined ? [] : [{ value: argument, line: undefined }]),
  ]
  return [
    ...frontendsNamed
      .filter(({ value }) => !ALLOWED_SYNTAX.test(value))
      .map(({ value, line }): Found => ({
        rule: 'environment/syntax-not-allowed',
        message: `the builder would run ${value || 'an unnamed image'} as its frontend`,
        file: path,
        ...(line !== undefined && { line }),
        expected: 'docker/dockerfile',
        actual: value,
        remedy:
          line === undefined
            ? 'Remove the build argument BUILDKIT_SYNTAX.'
            : `Use \`# syntax=docker/dockerfile:1\`, or remove line ${line}.`,
      })),
    ...bases
      .filter(({ pinned }) => !pinned)
      .map(({ reference, line, used }): Found => ({
        rule: 'environment/base-not-pinned',
        message: `${used} names ${reference || 'an image without value'}, which is not pinned by digest`,
        file: path,
        line,
        expected: `${reference.split('@')[0] || '<image>'}@sha256:<64 hex digits>`,
        actual: reference,
        remedy: `Write \`${used} ${used === 'FROM' ? '' : '= '}<image>@sha256:…\` with the digest that ${reference || 'it'} names (\`docker buildx imagetools inspect\` or \`docker pull\` prints it), or pass it as a build argument.`,
      })),
  ]
}

/** The line (from 1) of a step, by its number among all instructions or by its text, as in `3/5 RUN make`. */
export function instructionLine(text: string, step: { number?: number; text: string }): number | undefined {
  try {
    if (text.length > SIZE_CAP) return undefined
    const instructions = DockerfileParser.parse(text).getInstructions()
    const plain = (value: string) =>
      value
        .replace(/\\\r?\n/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 60)
    const named =
      step.number === undefined
        ? instructions.find((instruction) => {
            const content = plain(`${instruction.getKeyword()} ${instruction.getRawArgumentsContent() ?? ''}`)
            return content !== '' && plain(step.text.replace(/^\d+\/\d+ /, '')).startsWith(content)
          })
        : instructions[step.number - 1]
    return named && named.getRange().start.line + 1
  } catch {
    return undefined
  }
}
