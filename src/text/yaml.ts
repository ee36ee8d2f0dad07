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
  type YAMLMap,
} from 'yaml'
import type { FieldPath } from './fields.js'

export interface Problem {
  path: FieldPath
  message: string
  line?: number
  /** `syntax`: not YAML; `duplicate`: a key twice; `unknown`: a key nobody reads; `value`: of the wrong form. */
  kind: 'syntax' | 'duplicate' | 'unknown' | 'value'
}

export interface ParsedYaml {
  document: Document
  value: unknown
  problems: Problem[]
  /** Line of a field, or of the nearest thing around it that exists. */
  lineOf(path: FieldPath): number | undefined
}

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
export function parseYaml(text: string): ParsedYaml {
  const counter = new LineCounter()
  const nothing = new LineCounter()
  const failed = (message: string, line?: number): ParsedYaml => ({
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
      for (const [index, part] of path.entries()) {
        if (isMap(node)) {
          // A key may hold dots, as the names of nested metrics do.
          const pair = pairOf(node, part) ?? pairOf(node, path.slice(index).join('.'))
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

const pairOf = (map: YAMLMap, name: string | number) =>
  map.items.find(({ key }) => isScalar(key) && String(key.value) === name)

function duplicateKeys(
  node: unknown,
  path: FieldPath,
  lineAt: (node: unknown) => number | undefined,
  depth: number,
): Problem[] {
  // An alias names a node that is visited in its own place.
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
