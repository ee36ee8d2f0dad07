import { distance } from 'fastest-levenshtein'
import { z } from 'zod'
import type { FieldPath } from './fields.js'
import { Problems, type Problem } from './problems.js'
import type { ParsedYaml } from './yaml.js'

/** Characters of a name that can be a slip of the pen. */
const LONGEST_SLIP = 100

/** The nearest of the known names, if it is near enough to be a slip of the pen. */
export function didYouMean(wrong: string, known: readonly string[]): string | undefined {
  if (wrong.length > LONGEST_SLIP) return undefined
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

export interface Validated<T> {
  data?: T
  /** The first of them in words, the rest counted. */
  problems: Problem[]
  /** Where something is wrong: every place. */
  wrong: FieldPath[]
}

/** A value that was read, and where its fields are. */
export type Positioned = Pick<ParsedYaml, 'value' | 'lineOf'>

/** Holds a parsed file against a schema, in words that a person can act on. */
export function validate<S extends z.ZodType>(
  schema: S,
  parsed: Positioned,
  value: unknown = parsed.value,
): Validated<z.output<S>> {
  const result = schema.safeParse(value)
  if (result.success) return { data: result.data, problems: [], wrong: [] }
  const problems = new Problems()
  const wrong: FieldPath[] = []
  const add = (kind: Problem['kind'], path: FieldPath, words: () => string) => {
    wrong.push(path)
    problems.add(kind, path, () => ({ message: words(), line: parsed.lineOf(path) }))
  }
  const [unknown, others] = partition(result.error.issues)
  // A key that is misspelt is also missing: the first says more.
  for (const issue of unknown) {
    const path = pathOf(issue)
    const known = knownKeys(schema, path)
    for (const key of issue.keys)
      add('unknown', [...path, key], () => {
        const guess = didYouMean(key, known)
        return `unknown key${guess ? `: did you mean \`${guess}\`?` : ''}`
      })
  }
  for (const issue of others) add('value', pathOf(issue), () => wordsOf(issue))
  return { problems: problems.all(), wrong }
}

type UnknownKeys = Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>

function partition(issues: readonly z.core.$ZodIssue[]): [UnknownKeys[], z.core.$ZodIssue[]] {
  const unknown: UnknownKeys[] = []
  const others: z.core.$ZodIssue[] = []
  for (const issue of issues)
    if (issue.code === 'unrecognized_keys') unknown.push(issue)
    else others.push(issue)
  return [unknown, others]
}

const pathOf = ({ path }: z.core.$ZodIssue): FieldPath => path.filter((part) => typeof part !== 'symbol')

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
