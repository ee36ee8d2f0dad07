import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import type { FieldPath } from './fields.js'
import { grouped } from './numbers.js'
import { Problems, type Problem } from './problems.js'

export interface ParsedYaml {
  document: Document
  value: unknown
  problems: Problem[]
  /** Line of a field, or of the nearest thing around it that exists. */
  lineOf(path: FieldPath): number | undefined
}

/** Deeper than any record; recursion below stays far from the end of the stack. */
const DEEPEST = 64

/** Columns of indentation, and markers of lists on one line: each can be a level. */
const WIDEST = 400

/** One pass over the text. */
function nestsTooDeep(text: string): boolean {
  let depth = 0
  /** In the white space and the list markers that a line begins with. */
  let leading = true
  let columns = 0
  let markers = 0
  let before = ''
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (character === '\n' || character === '\r') {
      ;[leading, columns, markers] = [true, 0, 0]
    } else if (leading) {
      if (character === ' ' || character === '\t') {
        columns++
        // Without a blank behind them hyphens are text.
        if (before === '-' || before === '?') markers++
      } else if (character !== '-' && character !== '?') leading = false
    }
    before = character
    if (depth > DEEPEST || markers > DEEPEST || columns >= WIDEST) return true
  }
  return false
}

/** Resolving an alias searches the document: thousands of them take minutes. People use a few. */
const MOST_ALIASES = 100
/**
 * What the reader takes a text apart into. Nothing else runs while it is read, and each costs one or two
 * microseconds: these are half a second. A record of 10,000 data sets has two thirds of them.
 */
const MOST_TOKENS = 300_000

/** What there is too much of for a document that people read; undefined: nothing. */
function excess(text: string): string | undefined {
  if (nestsTooDeep(text)) return `nested more than ${DEEPEST} deep`
  let aliases = 0
  let tokens = 0
  let scalar = false
  for (const token of new Lexer().lex(text)) {
    if (++tokens > MOST_TOKENS) return `more than ${grouped(MOST_TOKENS)} words and signs`
    if (!scalar && token.startsWith('*') && ++aliases > MOST_ALIASES)
      return `more than ${MOST_ALIASES} aliases`
    // The lexer announces the text of a plain scalar with this mark.
    scalar = token === '\u001f'
  }
  return undefined
}

/** The reader makes an error for each sign that is wrong. The stacks, which nobody reads, cost most of it. */
function withoutStacks<T>(work: () => T): T {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = before
  }
}

/**
 * Reads YAML 1.2 (and so JSON) with the position of everything. Never throws: what cannot be read
 * is a problem. Aliases may expand to 100 nodes at most, so a bomb is a problem, too. The time grows
 * with the length of the text and no faster, and so does that of `lineOf` with the length of the path.
 */
export function parseYaml(text: string): ParsedYaml {
  const counter = new LineCounter()
  const nothing = new LineCounter()
  const failed = (message: string, line?: number): ParsedYaml => ({
    document: parseDocument('', { lineCounter: nothing }),
    value: undefined,
    problems: [{ path: [], message, kind: 'syntax', ...(line === undefined ? {} : { line }) }],
    lineOf: () => line,
  })
  const tooMuch = excess(text)
  if (tooMuch !== undefined) return failed(tooMuch)
  let document: Document
  let value: unknown
  try {
    // A warning would be printed as it is: text of a stranger in the log.
    const quiet = { prettyErrors: false, logLevel: 'error' } as const
    document = withoutStacks(() => parseDocument(text, { lineCounter: counter, uniqueKeys: false, ...quiet }))
    const error = document.errors[0]
    if (error) return failed(error.message, counter.linePos(error.pos[0]).line)
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
  const lineAt = (node: unknown): number | undefined =>
    isNode(node) && node.range ? counter.linePos(node.range[0]).line : undefined
  const problems = new Problems()
  findDuplicates(document.contents, { problems, lineAt, path: [] })
  return {
    document,
    value,
    problems: problems.all(),
    lineOf: lineFinder(document, lineAt),
  }
}

type LineAt = (node: unknown) => number | undefined

/** Looks fields up in the order of their path; a map is indexed when it is first looked at. */
function lineFinder(document: Document, lineAt: LineAt): ParsedYaml['lineOf'] {
  const indexes = new Map<YAMLMap, Map<string, Pair>>()
  const indexOf = (map: YAMLMap): Map<string, Pair> => {
    const index = indexes.get(map) ?? new Map<string, Pair>()
    if (!indexes.has(map)) {
      indexes.set(map, index)
      for (const pair of map.items) {
        const name = isScalar(pair.key) ? String(pair.key.value) : undefined
        if (name !== undefined && !index.has(name)) index.set(name, pair)
      }
    }
    return index
  }
  return (path) => {
    let line = lineAt(document.contents)
    let node: unknown = document.contents
    for (const [index, part] of path.entries()) {
      if (isMap(node)) {
        const pairs = indexOf(node)
        // A key may hold dots, as the names of nested metrics do.
        const pair = pairs.get(String(part)) ?? pairs.get(path.slice(index).join('.'))
        if (!pair) return line
        line = lineAt(pair.key) ?? line
        node = pair.value
      } else if (isSeq(node) && typeof part === 'number') {
        node = node.items[part]
        line = lineAt(node) ?? line
      } else return line
    }
    return line
  }
}

interface Search {
  problems: Problems
  lineAt: LineAt
  path: FieldPath
}

function findDuplicates(node: unknown, { problems, lineAt, path }: Search): void {
  // An alias names a node that is visited in its own place.
  if (isAlias(node) || path.length > DEEPEST) return
  const visit = (child: unknown, part: string | number) =>
    findDuplicates(child, { problems, lineAt, path: [...path, part] })
  if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item, index)
  if (!isMap(node)) return
  const seen = new Map<string, Node>()
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue
    const key = String(pair.key.value)
    const first = seen.get(key)
    seen.set(key, pair.key)
    const line = lineAt(pair.key)
    if (first)
      problems.add('duplicate', [...path, key], () => ({
        message: `given twice, first in line ${lineAt(first)}`,
        line,
      }))
    visit(pair.value, key)
  }
}
