import { distance } from 'fastest-levenshtein'
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
} from 'yaml'
import { z } from 'zod'

export type Path = readonly (string | number)[]

export interface Problem {
  path: Path
  message: string
  line?: number
  /** `syntax`: not YAML; `duplicate`: a key twice; `unknown`: a key nobody reads; `value`: of the wrong form. */
  kind: 'syntax' | 'duplicate' | 'unknown' | 'value'
}

export interface Parsed {
  document: Document
  value: unknown
  problems: Problem[]
  /** Line of a field, or of the nearest thing around it that exists. */
  lineOf(path: Path): number | undefined
}

/** `['data', 1, 'digest']` as `data[1].digest`. */
export const fieldName = (path: Path): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('')

/** The reverse of `fieldName`, for names made by it. */
export const fieldPath = (name: string): Path =>
  name.split(/\.|(?=\[)/).map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part))

/** Deeper than any record; recursion below stays far from the end of the stack. */
const DEEPEST = 64

function nestsTooDeep(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > DEEPEST) return true
  }
  return /^(?:\s*[-?] ){65}|^\s{400}/m.test(text)
}

/** Resolving an alias searches the document: thousands of them take minutes. People use a few. */
const MOST_ALIASES = 100

function hasTooManyAliases(text: string): boolean {
  let aliases = 0
  let scalar = false
  for (const token of new Lexer().lex(text)) {
    if (!scalar && token.startsWith('*') && ++aliases > MOST_ALIASES) return true
    // The lexer announces the text of a plain scalar with this mark.
    scalar = token === '\u001f'
  }
  return false
}

/**
 * Reads YAML 1.2 (and so JSON) with the position of everything. Never throws: what cannot be read
 * is a problem. Aliases may expand to 100 nodes at most, so a bomb is a problem, too.
 */
export function parseYaml(text: string): Parsed {
  const counter = new LineCounter()
  const nothing = new LineCounter()
  const failed = (message: string, line?: number): Parsed => ({
    document: parseDocument('', { lineCounter: nothing }),
    value: undefined,
    problems: [{ path: [], message, kind: 'syntax', ...(line === undefined ? {} : { line }) }],
    lineOf: () => line,
  })
  if (nestsTooDeep(text)) return failed(`nested more than ${DEEPEST} deep`)
  if (hasTooManyAliases(text)) return failed(`more than ${MOST_ALIASES} aliases`)
  let document: Document
  let value: unknown
  try {
    document = parseDocument(text, { lineCounter: counter, uniqueKeys: false, prettyErrors: false })
    const error = document.errors[0]
    if (error) return failed(error.message, counter.linePos(error.pos[0]).line)
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
  const lineAt = (node: unknown): number | undefined =>
    isNode(node) && node.range ? counter.linePos(node.range[0]).line : undefined
  return {
    document,
    value,
    problems: duplicateKeys(document.contents, [], lineAt, 0),
    lineOf: (path) => {
      let line = lineAt(document.contents)
      let node: unknown = document.contents
      for (const part of path) {
        if (isMap(node)) {
          const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part)
          if (!pair) return line
          line = lineAt(pair.key) ?? line
          node = pair.value
        } else if (isSeq(node) && typeof part === 'number') {
          node = node.items[part]
          line = lineAt(node) ?? line
        } else return line
      }
      return line
    },
  }
}

function duplicateKeys(
  node: unknown,
  path: Path,
  lineAt: (node: unknown) => number | undefined,
  depth: number,
): Problem[] {
  // An alias names a node that is looked at where it stands.
  if (isAlias(node) || depth > DEEPEST) return []
  if (isSeq(node))
    return node.items.flatMap((item, index) => duplicateKeys(item, [...path, index], lineAt, depth + 1))
  if (!isMap(node)) return []
  const seen = new Map<string, Node>()
  return node.items.flatMap((pair) => {
    if (!isPair(pair) || !isScalar(pair.key)) return []
    const key = String(pair.key.value)
    const own = [...path, key]
    const first = seen.get(key)
    seen.set(key, pair.key)
    const line = lineAt(pair.key)
    const twice: Problem[] = first
      ? [
          {
            path: own,
            kind: 'duplicate',
            message: `given twice, first in line ${lineAt(first)}`,
            ...(line && { line }),
          },
        ]
      : []
    return [...twice, ...duplicateKeys(pair.value, own, lineAt, depth + 1)]
  })
}

/** The nearest of the known names, if it is near enough to be a slip of the pen. */
export function didYouMean(wrong: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, far: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
  return best && best.far <= Math.ceil(best.name.length / 3) ? best.name : undefined
}

/** The names that the schema knows at a path; none where any name will do. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: z.ZodType = schema
  for (const part of [...path, null]) {
    while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodNullable)
      at = at.unwrap() as z.ZodType
    if (part === null) break
    if (at instanceof z.ZodObject) at = (at.shape as Record<string, z.ZodType>)[String(part)] ?? z.never()
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType
    else if (at instanceof z.ZodRecord) at = at.valueType as z.ZodType
    else return []
  }
  if (at instanceof z.ZodObject) return Object.keys(at.shape as object)
  return at instanceof z.ZodRecord && at.keyType instanceof z.ZodEnum ? at.keyType.options.map(String) : []
}

/** Holds a parsed file against a schema, in words that a person can act on. */
export function validate<S extends z.ZodType>(
  schema: S,
  parsed: Parsed,
  value: unknown = parsed.value,
): { data?: z.output<S>; problems: Problem[] } {
  const result = schema.safeParse(value)
  if (result.success) return { data: result.data, problems: [] }
  const problems = result.error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.filter((part) => typeof part !== 'symbol') as (string | number)[]
    const at = (path: Path) => {
      const line = parsed.lineOf(path)
      return line === undefined ? {} : { line }
    }
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => {
        const guess = didYouMean(key, knownKeys(schema, path))
        const own = [...path, key]
        return {
          path: own,
          kind: 'unknown',
          message: `unknown key${guess ? `: did you mean \`${guess}\`?` : ''}`,
          ...at(own),
        }
      })
    return [{ path, kind: 'value', message: wordsOf(issue), ...at(path) }]
  })
  // A key that is misspelt is also missing: the first says more.
  return { problems: problems.sort((a, b) => Number(b.kind === 'unknown') - Number(a.kind === 'unknown')) }
}

/** What is wrong, without the words that every message of the schema begins with. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key' && issue.issues[0]) return wordsOf(issue.issues[0])
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const choices = issue.errors.flatMap(([first]) => (first ? wordsOf(first) : []))
    const words = choices.map((choice) => choice.replace(/^(?:expected|Invalid) |, received .*$/g, ''))
    return `expected ${[...new Set(words)].join(' or ')}`
  }
  if (issue.message.endsWith(', received undefined')) return 'missing'
  return issue.message.replace(/^Invalid (?:input|string|option): /, '')
}
