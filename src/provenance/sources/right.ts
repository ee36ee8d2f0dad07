import { fieldName, type FieldPath } from '../../text/fields.js'
import type { Problem } from '../../text/problems.js'
import { validate, type Positioned } from '../../text/validate.js'
import type { RuleId } from '../../verdict/rules/index.js'
import { recordSchema, type Record_ } from '../schema.js'

/** Which rule a wrong field breaks: the first that matches. */
const FIELD_RULES = [
  [/^code\.commit/, 'code/commit'],
  [/^data\[\d+\]\.version/, 'data/version'],
  [/^data\[\d+\]\.digest/, 'data/digest'],
  [/^model\.digest/, 'model/digest'],
  [/^environment\.image/, 'environment/image'],
  [/^environment\.hash/, 'environment/hash'],
  [/^seeds/, 'seeds/value'],
  [/^hyperparameters/, 'hyperparameters/value'],
  [/^evaluation\.metrics/, 'metrics/value'],
] as const

/** The rule that a problem of a record breaks. */
export function ruleFor(problem: Problem): RuleId {
  if (problem.kind === 'unknown') return 'record/unknown-key'
  const prefix = FIELD_RULES.find(([field]) => field.test(fieldName(problem.path)))?.[1]
  if (prefix === undefined) return 'record/malformed'
  return problem.kind === 'duplicate' ? `${prefix}-contradictory` : `${prefix}-malformed`
}

/** Takes out what the schema refuses, field by field, until the rest is right. */
export function keepWhatIsRight(said: Positioned): { record: Record_ | null; problems: Problem[] } {
  const value: unknown = structuredClone(said.value)
  const problems: Problem[] = []
  // Each round removes at least one field; the schema is a few levels deep.
  for (let round = 0; round < 8; round++) {
    const result = validate(recordSchema, said, value)
    if (result.data) return { record: result.data, problems }
    problems.push(...result.problems)
    // What is wrong as a whole has nothing that could be kept.
    if (result.wrong.some((path) => path.length === 0)) break
    for (const path of result.wrong) remove(value, path)
  }
  return { record: null, problems }
}

function remove(value: unknown, path: FieldPath): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, part) => (at as Record<string | number, unknown> | undefined)?.[part], value)
  const last = path.at(-1)
  if (last === undefined || typeof parent !== 'object' || parent === null) return
  // An item keeps its place, so that the numbers of its neighbours stay right.
  if (Array.isArray(parent)) parent[last as number] = {}
  else delete (parent as Record<string | number, unknown>)[last]
}
