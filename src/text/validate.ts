import { distance } from 'fastest-levenshtein'
import { z } from 'zod'
import type { FieldPath } from './fields.js'
import type { ParsedYaml, Problem } from './yaml.js'

/** The nearest of the known names, if it is near enough to be a slip of the pen. */
export function didYouMean(wrong: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, far: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
  return best && best.far <= Math.ceil(best.name.length / 3) ? best.name : undefined
}

/** The names that the schema knows at a path; none if any name will do. */
function knownKeys(schema: z.ZodType, path: FieldPath): string[] {
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
  parsed: ParsedYaml,
  value: unknown = parsed.value,
): { data?: z.output<S>; problems: Problem[] } {
  const result = schema.safeParse(value)
  if (result.success) return { data: result.data, problems: [] }
  const problems = result.error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.filter((part) => typeof part !== 'symbol') as (string | number)[]
    const at = (path: FieldPath) => {
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
