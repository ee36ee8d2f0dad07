import { cleanLines } from '../text/clean.js'
import { maskKnown } from './secrets.js'
import { instructionLine } from './dockerfile.js'

/** A step of a build, as the builder counts it. */
export interface BuildStep {
  /** From 1. */
  number: number
  total: number
  /** The instruction: `RUN apt-get install …`. Untrusted. */
  text: string
}

export interface BuildFailure {
  reason: 'failed' | 'timeout'
  /** At which it stopped, if that is known. */
  step?: BuildStep | undefined
  /** Of the Dockerfile, from 1. */
  line?: number | undefined
  /** The last lines that the builder printed. Untrusted. */
  tail: string[]
}

const TAIL = 20
/** Images, and containers, that are looked for when a build is cleaned up; a step can print any number. */
const MOST_IDS = 10_000
/** What the classic builder prints about itself. */
const NOTICE =
  /^(?:DEPRECATED: The legacy builder|\s*(?:BuildKit is currently disabled|Install the buildx component|environment-variable)|\s*https:\/\/docs\.docker\.com\/go\/buildx)/

const CLASSIC_STEP = /^Step (\d+)\/(\d+) : (.*)$/
const BUILDKIT_STEP = /^#\d+ \[(?:[^\]]* )?(\d+)\/(\d+)\] (.*)$/
/** BuildKit names the failing step in its summary, also if others run beside it. */
const BUILDKIT_FAILED = /^ > \[(?:[^\]]* )?(\d+)\/(\d+)\] (.*?):?$/
const BUILDKIT_LINE = /(?:^|\/)[^/\s:]+:(\d+)$/
const PARSE_ERROR = /[dD]ockerfile parse error (?:on )?line (\d+)/
const IMAGES = [
  /^ ---> ([0-9a-f]{12})$/,
  /^Successfully built ([0-9a-f]{12})$/,
  /^#\d+ (?:writing image|exporting manifest) (sha256:[0-9a-f]{64})/,
]
const CONTAINER = /^ ---> Running in ([0-9a-f]{12})$/

const plain = (line: string): string =>
  cleanLines(line)
    .replace(/[\ufffd\n]/g, '')
    .trimEnd()

const stepIn = (pattern: RegExp, line: string): BuildStep | undefined => {
  const match = pattern.exec(line)
  return match ? { number: Number(match[1]), total: Number(match[2]), text: match[3]! } : undefined
}

const numberIn = (pattern: RegExp, line: string): number | undefined => {
  const match = pattern.exec(line)
  return match ? Number(match[1]) : undefined
}

/** Follows what a builder prints: the step it is at, the ids it names, the last lines. */
export class BuildLog {
  /** Images, and the containers of steps, as the log names them. A step can print such lines, too. */
  readonly images = new Set<string>()
  readonly containers = new Set<string>()
  private readonly tail: string[] = []
  private step: BuildStep | undefined
  /** Counted through the whole Dockerfile, not through one stage of it. */
  private classic = false
  private failed: BuildStep | undefined
  private line: number | undefined

  constructor(private readonly dockerfile: string) {}

  /** @returns the line without what moves a cursor or colours it, and without obvious secrets */
  add(raw: string): string {
    const line = plain(raw)
    this.follow(line)
    this.collect(line)
    if (line.trim() !== '' && !NOTICE.test(line)) {
      this.tail.push(line)
      if (this.tail.length > TAIL) this.tail.shift()
    }
    return maskKnown(line)
  }

  failure(reason: BuildFailure['reason']): BuildFailure {
    const step = this.failed ?? this.step
    const line = this.line ?? (step && this.lineOf(step))
    const shown = step && { ...step, text: maskKnown(step.text) }
    return { reason, step: shown, line, tail: this.tail.map(maskKnown) }
  }

  private follow(line: string): void {
    const classic = stepIn(CLASSIC_STEP, line)
    if (classic) this.classic = true
    this.step = classic ?? stepIn(BUILDKIT_STEP, line) ?? this.step
    this.failed = stepIn(BUILDKIT_FAILED, line) ?? this.failed
    this.line ??= (this.failed && numberIn(BUILDKIT_LINE, line)) ?? numberIn(PARSE_ERROR, line)
  }

  private collect(line: string): void {
    for (const pattern of IMAGES) {
      const image = pattern.exec(line)?.[1]
      if (image !== undefined && this.images.size < MOST_IDS) this.images.add(image)
    }
    const container = CONTAINER.exec(line)?.[1]
    if (container !== undefined && this.containers.size < MOST_IDS) this.containers.add(container)
  }

  private lineOf({ number, text }: BuildStep): number | undefined {
    return instructionLine(this.dockerfile, this.classic && !this.failed ? { number } : { text })
  }
}
