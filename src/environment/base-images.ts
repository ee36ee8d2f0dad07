import { instructionIn, linesOf, readInstructions, readingsOf } from './dockerfile/instructions.js'
import type { Instruction, Unclear } from './dockerfile/instructions.js'
import { csvFields, wordsOf, type Flag } from './dockerfile/words.js'
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
  /** As `linux/amd64`, if the instruction asks for one. */
  platform?: string | undefined
}

export type BuildArguments = Readonly<Record<string, string>>

/** What a build asks the engine to keep or to hand in: `cache`, `secret`, `ssh`. */
export interface SharedMount {
  type: string
  line: number
}

/** What a Dockerfile builds on, as far as reading it can say. */
export interface DockerfileReading {
  bases: BaseImage[]
  mounts: SharedMount[]
  unclear: Unclear[]
  /** Lines of ADD that fetch, or could fetch, something from the network. */
  remote: number[]
}

/** Characters that the parser is asked to take; a Dockerfile is written by hand. */
export const PARSED_CAP = 256 * 1024
const PINNED = /^[\w.:/-]+@sha256:[0-9a-f]{64}$/
const MOUNTS = new Set(['bind', 'cache', 'secret', 'ssh', 'tmpfs'])
const SHARED = new Set(['cache', 'secret', 'ssh'])
/** A URL or a repository, or something that may become one. */
const REMOTE = /:\/\/|git@|github\.com|\.git\b|\$/i
/** Where an image may be pulled for another platform than the engine's; what BuildKit presets of it. */
const OF_PLATFORM = ['TARGET', 'BUILD'] as const

/** What a builder takes out of a word, or not, by its version: escapes, and quotes that are not around all of it. */
const isOdd = (word: string): boolean => /[\\`]|["']/.test(unquote(word))

const unquote = (text: string): string => text.replace(/^(["'])(.*)\1$/s, '$2')

/**
 * The images that a Dockerfile starts from or copies from, stages and `scratch` left out. Never
 * throws: what cannot be read is a base that is not pinned.
 *
 * @param args build arguments, which win over the defaults of `ARG`
 */
export const baseImages = (text: string, args: BuildArguments = {}): BaseImage[] =>
  readDockerfile(text, args).bases

/**
 * Reads a Dockerfile as builders do. Where builders could read it differently, and would take other
 * images, it is unclear.
 *
 * @param platform that is built for, if the builder presets its arguments: BuildKit does
 */
export function readDockerfile(
  text: string,
  args: BuildArguments = {},
  platform?: string,
): DockerfileReading {
  const [likely, ...others] = readingsWith(text, args, platform)
  if (likely === undefined) return unreadable(`(longer than ${PARSED_CAP / 1024} KiB)`)
  const imagesOf = ({ bases }: DockerfileReading) =>
    JSON.stringify(bases.map(({ reference, used, platform: of }) => [reference, used, of]))
  const other = others.find(
    (one) =>
      !one.unclear.some(({ fails }) => fails) &&
      (one.unclear.length > 0 || imagesOf(one) !== imagesOf(likely)),
  )
  if (other === undefined) return likely
  const linesIn = ({ bases }: DockerfileReading) => new Set(bases.map(({ line }) => line))
  const [here, there] = [linesIn(likely), linesIn(other)]
  const line = [...here, ...there].find((one) => here.has(one) !== there.has(one)) ?? 1
  const what = 'the end of a line or of a here-document, which builders read differently'
  return { ...likely, unclear: [...likely.unclear, { line, what }] }
}

function* readingsWith(
  text: string,
  args: BuildArguments,
  platform: string | undefined,
): Generator<DockerfileReading> {
  if (text.length > PARSED_CAP) return
  const lines = linesOf(text)
  for (const reading of readingsOf(lines)) {
    const { instructions, unclear } = readInstructions(lines, reading)
    const collector = new Collector(args, platform, unclear)
    for (const instruction of instructions) collector.add(instruction)
    yield collector.reading
  }
}

const unreadable = (reference: string): DockerfileReading => ({
  bases: [{ reference, line: 1, pinned: false, used: 'FROM' }],
  mounts: [],
  unclear: [],
  remote: [],
})

/**
 * What the triggers of a base image read from: they run in the build, and are written in no file of
 * the repository.
 *
 * @param line of the FROM that names the image
 */
export function triggerReading(triggers: readonly string[], line: number): DockerfileReading {
  const collector = new Collector({}, undefined, [])
  for (const trigger of triggers) {
    const instruction = instructionIn(trigger.trim(), line, true)
    if ('what' in instruction) collector.reading.unclear.push(instruction)
    else collector.add(instruction)
  }
  return collector.reading
}

/** Follows a Dockerfile from instruction to instruction, as a builder does. */
class Collector {
  readonly reading: DockerfileReading
  private readonly variables = new Map<string, string>()
  /** By the names that they can be copied from. */
  private readonly stages = new Set<string>()
  private stageCount = 0
  /** Variables of whose value builders could make different things. */
  private readonly odd = new Set<string>()

  constructor(
    private readonly args: BuildArguments,
    private readonly platform: string | undefined,
    unclear: Unclear[],
  ) {
    this.reading = { bases: [], mounts: [], unclear, remote: [] }
    for (const [name, value] of presets(platform)) this.variables.set(name, value)
  }

  add(instruction: Instruction): void {
    const { keyword, flags } = instruction
    if (keyword === 'FROM') return this.from(instruction)
    if (keyword === 'ARG') return this.argument(instruction)
    if (keyword === 'ADD' && REMOTE.test(instruction.rest)) this.reading.remote.push(instruction.line)
    for (const flag of flags) {
      const name = flag.name.toLowerCase()
      if (name === 'from') this.copied(instruction, flag)
      if (name === 'mount') this.mounted(instruction, flag)
    }
  }

  private from({ rest, flags, line }: Instruction): void {
    const [image = '', as, name, ...more] = wordsOf(rest)
    if ((as !== undefined && (as.toUpperCase() !== 'AS' || name === undefined)) || more.length > 0)
      this.unclear(line, 'the words behind FROM')
    const asked = flags.find((flag) => flag.name.toLowerCase() === 'platform')
    const platform = asked && substitute(asked.value, this.variables)
    if (this.readsOdd(image)) this.unclear(line, 'the quotes and escapes of an image behind FROM')
    const reference = unquote(substitute(image, this.variables))
    if (reference.includes('$')) this.unclear(line, 'the variable behind FROM')
    this.base(reference, line, 'FROM', platform || undefined)
    this.stageCount++
    if (name !== undefined) this.stages.add(name.toLowerCase())
  }

  private argument({ text, line }: Instruction): void {
    // Only the arguments before the first FROM reach a FROM.
    if (this.stageCount > 0) return
    for (const argument of wordsOf(text)) {
      const [name = '', ...value] = argument.split('=')
      if (this.readsOdd(value.join('='))) this.odd.add(name)
      const given = Object.hasOwn(this.args, name) ? this.args[name] : undefined
      const preset = value.length > 0 ? substitute(unquote(value.join('=')), this.variables) : undefined
      if (preset !== undefined && given === undefined && this.isPreset(name))
        this.unclear(line, `ARG ${name}, which builders preset, with a value`)
      const result = given ?? preset
      if (result !== undefined) this.variables.set(name, result)
    }
  }

  /** Whether builders could make different things of a word: by itself, or by a variable in it. */
  private readsOdd(word: string): boolean {
    return isOdd(word) || [...word.matchAll(/\$\{?(\w+)/g)].some(([, name]) => this.odd.has(name!))
  }

  private isPreset(name: string): boolean {
    return presets(this.platform ?? 'linux/amd64').some(([preset]) => preset === name)
  }

  private copied({ keyword, line }: Instruction, { value, odd }: Flag): void {
    if (odd) this.unclear(line, `the escapes in a flag of ${keyword}`)
    const isStage = /^\d+$/.test(value) && Number(value) < this.stageCount
    if (!isStage) this.base(unquote(value), line, `${keyword} --from`)
  }

  private mounted({ keyword, line }: Instruction, { value, odd }: Flag): void {
    const fields = csvFields(value)
    if (fields === null || odd) return this.unclear(line, `the quotes and escapes of a mount of ${keyword}`)
    const options = new Map<string, string>()
    for (const field of fields) {
      const equals = field.indexOf('=')
      if (equals !== -1) options.set(field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1))
    }
    const type = options.get('type') ?? 'bind'
    if (!MOUNTS.has(type)) this.unclear(line, `a mount of the type ${JSON.stringify(type.slice(0, 40))}`)
    if (SHARED.has(type)) this.reading.mounts.push({ type, line })
    const from = options.get('from')
    if (from !== undefined && /[\\`"']/.test(from))
      this.unclear(line, `the quotes and escapes in a mount of ${keyword}`)
    if (from !== undefined) this.base(from, line, `${keyword} --mount`)
  }

  private base(reference: string, line: number, used: string, platform?: string): void {
    if (reference === 'scratch' || this.stages.has(reference.toLowerCase())) return
    this.reading.bases.push({ reference, line, pinned: PINNED.test(reference), used, platform })
  }

  private unclear(line: number, what: string): void {
    this.reading.unclear.push({ line, what })
  }
}

/** The arguments that BuildKit sets by itself. */
function presets(platform: string | undefined): [name: string, value: string][] {
  if (platform === undefined) return []
  const [os = '', arch = '', variant = ''] = platform.split('/')
  return [
    ...OF_PLATFORM.flatMap((of): [string, string][] => [
      [`${of}PLATFORM`, platform],
      [`${of}OS`, os],
      [`${of}ARCH`, arch],
      [`${of}VARIANT`, variant],
    ]),
    ['TARGETSTAGE', 'default'],
  ]
}
