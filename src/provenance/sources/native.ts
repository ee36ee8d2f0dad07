import type { Refusal } from '../../system/tree-files.js'
import { fieldName, fieldPath, type FieldPath } from '../../text/fields.js'
import type { Problem } from '../../text/problems.js'
import { validate } from '../../text/validate.js'
import { parseYaml, type ParsedYaml } from '../../text/yaml.js'
import type { Found } from '../../verdict/finding.js'
import type { RuleId } from '../../verdict/rules/index.js'
import { recordSchema, type Record_ } from '../schema.js'
import type { Reading, Source, SourceTree } from './source.js'

const NATIVE = /(?:^|\/)provenance\.(?:ya?ml|json)$/

/** A record is read by people; what is larger belongs in the files beside it. Bytes. */
export const LARGEST_RECORD = 1024 * 1024

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

function ruleFor(problem: Problem): RuleId {
  if (problem.kind === 'unknown') return 'record/unknown-key'
  const prefix = FIELD_RULES.find(([field]) => field.test(fieldName(problem.path)))?.[1]
  if (prefix === undefined) return 'record/malformed'
  return problem.kind === 'duplicate' ? `${prefix}-contradictory` : `${prefix}-malformed`
}

/** The native record, `provenance.yml` or `.json`. */
export const native: Source = {
  name: 'native',
  detect: (files) => files.filter((file) => NATIVE.test(file)),
  read: readNative,
}

const REFUSED: Readonly<Record<Refusal, RuleId>> = {
  missing: 'record/missing',
  outside: 'record/path-outside',
  irregular: 'record/irregular',
  'too-large': 'record/too-large',
}

/** @param path relative to the working directory */
export async function readNative({ files, prefix }: SourceTree, path: string): Promise<Reading> {
  const file = prefix + path
  const read = await files.read(path, LARGEST_RECORD)
  if ('bytes' in read) return parseNative(read.bytes, file)
  return {
    source: native.name,
    record: null,
    file,
    problems: [{ rule: REFUSED[read.refused], message: read.why, file }],
    placeOf: () => ({ file }),
  }
}

/**
 * Whatever is wrong with the record is a problem; the fields that are right are kept, so that every
 * cheap check still runs.
 *
 * @param file as it is shown in findings
 */
export function parseNative(bytes: Buffer, file: string): Reading {
  const parsed = parseYaml(bytes.toString('utf8'))
  const found = ({ path, message, line, ...problem }: Problem): Found => {
    const field = path.length === 0 ? undefined : fieldName(path)
    return {
      rule: ruleFor({ path, message, ...problem }),
      message: field === undefined ? message : `${field}: ${message}`,
      file,
      line,
      field,
    }
  }
  const placeOf = (field: string) => ({ file, line: parsed.lineOf(fieldPath(field)) })
  const reading = { source: native.name, file, placeOf }
  if (parsed.value === undefined || parsed.value === null || typeof parsed.value !== 'object') {
    const nothing: Problem = { path: [], kind: 'syntax', message: 'is not a mapping', line: 1 }
    const problems = parsed.problems.length > 0 ? parsed.problems : [nothing]
    return { ...reading, record: null, problems: problems.map(found) }
  }
  const { record, problems } = keepWhatIsRight(parsed)
  return { ...reading, record, problems: [...parsed.problems, ...problems].map(found) }
}

/** Takes out what the schema refuses, field by field, until the rest is right. */
function keepWhatIsRight(parsed: ParsedYaml): { record: Record_ | null; problems: Problem[] } {
  const value: unknown = structuredClone(parsed.value)
  const problems: Problem[] = []
  // Each round removes at least one field; the schema is a few levels deep.
  for (let round = 0; round < 8; round++) {
    const result = validate(recordSchema, parsed, value)
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
