import { DockerfileParser, From, ModifiableInstruction, type Instruction } from 'dockerfile-ast'
import { substitute } from './variables.js'

/** An image that a Dockerfile reads from. */
export interface BaseImage {
  /** As the builder sees it, after build arguments; as written if that cannot be told. */
  reference: string
  /** From 1. */
  line: number
  /** By digest. */
  pinned: boolean
  /** How it is used: `FROM`, `COPY --from`, `RUN --mount`. */
  used: string
}

export type BuildArguments = Readonly<Record<string, string>>

/** Characters that the parser is asked to take; a Dockerfile is written by hand. */
export const PARSED_CAP = 256 * 1024
const PINNED = /^[^@\s$]+@sha256:[0-9a-f]{64}$/

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/s, '$2')

/** Line of an instruction, from 1. */
export const lineOf = (instruction: Instruction): number => instruction.getRange().start.line + 1

/**
 * The images that a Dockerfile starts from or copies from, stages and `scratch` left out. Never
 * throws: what cannot be read is a base that is not pinned.
 *
 * @param args build arguments, which win over the defaults of `ARG`
 */
export function baseImages(text: string, args: BuildArguments = {}): BaseImage[] {
  const unreadable = (reference: string): BaseImage[] => [{ reference, line: 1, pinned: false, used: 'FROM' }]
  if (text.length > PARSED_CAP) return unreadable(`(longer than ${PARSED_CAP / 1024} KiB)`)
  let instructions: Instruction[]
  try {
    instructions = DockerfileParser.parse(text.replace(/^\uFEFF/, ' ')).getInstructions()
  } catch {
    return unreadable('(cannot be parsed)')
  }
  const collector = new Collector(args)
  for (const instruction of instructions) collector.add(instruction)
  return collector.bases
}

/** Follows a Dockerfile from instruction to instruction, as a builder does. */
class Collector {
  readonly bases: BaseImage[] = []
  private readonly variables = new Map<string, string>()
  /** By the names that they can be copied from. */
  private readonly stages = new Set<string>(['scratch'])
  private stageCount = 0

  constructor(private readonly args: BuildArguments) {}

  add(instruction: Instruction): void {
    if (instruction instanceof From) this.from(instruction)
    else if (instruction.getKeyword() === 'ARG') this.argument(instruction)
    else {
      for (const { reference, used } of fromFlags(instruction))
        this.base(reference, lineOf(instruction), used)
    }
  }

  private from(instruction: From): void {
    const [image = '', as, name] = instruction.getArguments().map((argument) => argument.getValue())
    this.base(unquote(substitute(image, this.variables)), lineOf(instruction), 'FROM')
    this.stageCount++
    if (as?.toUpperCase() === 'AS' && name) this.stages.add(name.toLowerCase())
  }

  private argument(instruction: Instruction): void {
    // Only the arguments before the first FROM reach a FROM.
    if (this.stageCount > 0) return
    for (const argument of instruction.getArguments()) {
      const [name = '', ...value] = argument.getValue().split('=')
      const given = Object.hasOwn(this.args, name) ? this.args[name] : undefined
      const preset = value.length > 0 ? substitute(unquote(value.join('=')), this.variables) : undefined
      const result = given ?? preset
      if (result !== undefined) this.variables.set(name, result)
    }
  }

  private base(reference: string, line: number, used: string): void {
    if (this.stages.has(reference.toLowerCase())) return
    if (used !== 'FROM' && /^\d+$/.test(reference) && Number(reference) < this.stageCount) return
    this.bases.push({ reference, line, pinned: PINNED.test(reference), used })
  }
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
