import { withoutEnd } from '../../text/trim.js'
import { shellWords, splitFlags, splitKeyword, trim, trimLeft, wordsOf, type Flag } from './words.js'

/**
 * One way to read a Dockerfile. Builders differ by version in what they take for the end of a line,
 * and whether they know here-documents.
 */
export interface LineReading {
  escape: string
  /** A line that ends with two escape characters goes on in the next. */
  doubled: boolean
  /** `naive`: those too that stand in quotes. */
  heredocs: 'known' | 'naive' | 'unknown'
}

export interface Instruction {
  /** In capitals. */
  keyword: string
  flags: readonly Flag[]
  /** What follows the flags. */
  rest: string
  /** Everything behind the keyword. */
  text: string
  /** From 1. */
  line: number
  /** It waits for a child image: `ONBUILD`. */
  waits: boolean
}

/** Something that this reading does not understand. */
export interface Unclear {
  line: number
  /** As a clause. */
  what: string
  /** A builder that reads the file in this way does not build it. */
  fails?: boolean | undefined
}

export interface ReadInstructions {
  instructions: Instruction[]
  unclear: Unclear[]
}

const KEYWORDS = new Set(
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(
    ' ',
  ),
)
const WITH_HEREDOCS = new Set(['ADD', 'COPY', 'RUN'])
/** Characters of a word that a message shows. */
const SHOWN = 40

const escapeDirective = /^#\s*escape\s*=\s*(\S*)$/i
const isComment = (line: string): boolean => trimLeft(line).startsWith('#')

/** The lines of a Dockerfile, without their ends. */
export function linesOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => withoutEnd(line, '\r'))
}

/** The escape characters that a builder may take this file to have; more than one if that cannot be told. */
export function escapesOf(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => trimLeft(line) !== '' && !isComment(line))
  const head = end === -1 ? lines : lines.slice(0, end)
  const named = head.flatMap((line, index) => {
    const match = escapeDirective.exec(line.trim())
    return match ? [{ index, value: match[1]! }] : []
  })
  const [first] = named
  if (first === undefined) return ['\\']
  // Which comments before it end the directives is another question in every version.
  const sure = named.length === 1 && first.index === 0 && (first.value === '`' || first.value === '\\')
  return sure ? [first.value] : ['\\', '`']
}

/** All readings that a builder may have of a file, the likeliest first. */
export function readingsOf(lines: readonly string[]): LineReading[] {
  const heredocs: LineReading['heredocs'][] = lines.some((line) => line.includes('<<'))
    ? ['known', 'naive', 'unknown']
    : ['known']
  return escapesOf(lines).flatMap((escape) => {
    const twice = escape + escape
    const doubled = lines.some((line) => line.trimEnd().endsWith(twice)) ? [false, true] : [false]
    return doubled.flatMap((one) => heredocs.map((known) => ({ escape, doubled: one, heredocs: known })))
  })
}

/** Reads the instructions of a Dockerfile in one way, as BuildKit's parser does. */
export function readInstructions(lines: readonly string[], reading: LineReading): ReadInstructions {
  const result: ReadInstructions = { instructions: [], unclear: [] }
  for (let at = 0; at < lines.length;) {
    const line = at + 1
    const logical = logicalLine(lines, at, reading)
    at = logical.next
    if (logical.text === '') continue
    const instruction = instructionIn(logical.text, line)
    if ('what' in instruction) {
      result.unclear.push(instruction)
      continue
    }
    result.instructions.push(instruction)
    const end = afterHeredocs(lines, at, { text: logical.text, instruction, reading })
    if (end === null) {
      result.unclear.push({ line, what: 'a here-document that does not end', fails: true })
      break
    }
    at = end
  }
  return result
}

/** The line at `start` with all that continue it; comments and empty lines between them do not count. */
function logicalLine(
  lines: readonly string[],
  start: number,
  reading: LineReading,
): { text: string; next: number } {
  const first = trimLeft(lines[start]!)
  if (first === '' || first.startsWith('#')) return { text: '', next: start + 1 }
  const parts: string[] = []
  let next = start + 1
  let goesOn = append(parts, first, reading)
  for (; goesOn && next < lines.length; next++) {
    const line = lines[next]!
    if (isComment(line) || trimLeft(line) === '') continue
    goesOn = append(parts, line, reading)
  }
  return { text: trim(parts.join('')), next }
}

/** @returns whether the next line goes on */
function append(parts: string[], line: string, { escape, doubled }: LineReading): boolean {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--
  const goesOn = line[end - 1] === escape && (doubled || line[end - 2] !== escape)
  parts.push(goesOn ? line.slice(0, end - 1) : line)
  return goesOn
}

/** One instruction, which stands on one line. */
export function instructionIn(text: string, line: number, waits = false): Instruction | Unclear {
  const [word, rest] = splitKeyword(text)
  const keyword = /^[A-Za-z]+$/.test(word) ? word.toUpperCase() : ''
  if (!KEYWORDS.has(keyword))
    return { line, what: `the instruction ${JSON.stringify(word.slice(0, SHOWN))}`, fails: true }
  if (keyword === 'ONBUILD') {
    if (waits) return { line, what: 'ONBUILD in ONBUILD', fails: true }
    return instructionIn(trim(rest), line, true)
  }
  return { keyword, ...splitFlags(rest), text: rest, line, waits }
}

interface Heredocs {
  text: string
  instruction: Instruction
  reading: LineReading
}

/** The line behind the here-documents of an instruction; null if one of them does not end. */
function afterHeredocs(
  lines: readonly string[],
  start: number,
  { text, instruction, reading }: Heredocs,
): number | null {
  if (reading.heredocs === 'unknown' || !text.includes('<<')) return start
  if (!WITH_HEREDOCS.has(instruction.keyword) || isJson(instruction.rest)) return start
  let at = start
  for (const word of reading.heredocs === 'known' ? shellWords(text) : wordsOf(text)) {
    const [, chomp, name] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? []
    if (name === undefined) continue
    const terminator = name.replace(/["']|\\(?=.)/g, '')
    while (at < lines.length && (chomp ? lines[at]!.replace(/^\t+/, '') : lines[at]!) !== terminator) at++
    if (at === lines.length) return null
    at++
  }
  return at
}

function isJson(text: string): boolean {
  if (!text.startsWith('[')) return false
  try {
    const value = JSON.parse(text) as unknown
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
  } catch {
    return false
  }
}
