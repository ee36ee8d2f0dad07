import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { confine } from '../../system/paths.js'
import type { Found } from '../../system/context.js'
import type { RuleId } from '../../verdict/rules.js'
import {
  fieldName,
  fieldPath,
  parseYaml,
  validate,
  type Parsed,
  type Path,
  type Problem,
} from '../../text/yaml.js'
import { recordSchema, type Record_ } from '../schema.js'

/** Where something of a record stands, for findings. */
export interface Location {
  file: string
  line?: number
}

export interface ReadRecord {
  /** null: there is none, or it cannot be read at all. */
  record: Record_ | null
  findings: Found[]
  /** Location of a field such as `data[1].digest`, or of what is nearest to it. */
  locate(field: string): Location
}

/** A record is read by people; what is larger belongs into the files beside it. */
const LARGEST = 1024 * 1024

/** Which rule a wrong field breaks: the first that matches. */
const FIELD_RULES: readonly [
  RegExp,
  (
    | 'code/commit'
    | 'data/version'
    | 'data/digest'
    | 'model/digest'
    | 'environment/image'
    | 'environment/hash'
    | 'seeds/value'
    | 'hyperparameters/value'
    | 'metrics/value'
  ),
][] = [
  [/^code\.commit/, 'code/commit'],
  [/^data\[\d+\]\.version/, 'data/version'],
  [/^data\[\d+\]\.digest/, 'data/digest'],
  [/^model\.digest/, 'model/digest'],
  [/^environment\.image/, 'environment/image'],
  [/^environment\.hash/, 'environment/hash'],
  [/^seeds/, 'seeds/value'],
  [/^hyperparameters/, 'hyperparameters/value'],
  [/^evaluation\.metrics/, 'metrics/value'],
]

function ruleFor(problem: Problem): RuleId {
  if (problem.kind === 'unknown') return 'record/unknown-key'
  const prefix = FIELD_RULES.find(([field]) => field.test(fieldName(problem.path)))?.[1]
  if (prefix === undefined) return 'record/malformed'
  return problem.kind === 'duplicate' ? `${prefix}-contradictory` : `${prefix}-malformed`
}

/**
 * Reads the native record. Whatever is wrong with it is a finding; the fields that are right are
 * kept, so that every cheap check still runs.
 *
 * @param root real path that nothing is read outside of
 * @param prefix of `path` in the repository, for locations
 */
export async function readRecord(root: string, prefix: string, path: string): Promise<ReadRecord> {
  const file = prefix + path
  const none = (rule: RuleId, message: string): ReadRecord => ({
    record: null,
    findings: [{ rule, message, file }],
    locate: () => ({ file }),
  })
  const place = await confine(root, path)
  if (!place.ok) return none('record/path-outside', `${path} ${place.why}`)
  if (!place.exists) return none('record/missing', `there is no ${path}`)
  const text = await readSmall(place.absolute)
  if (text === 'not a file') return none('record/malformed', `${path} is not a regular file`)
  if (text === 'too large') return none('record/too-large', `${path} is larger than 1 MiB`)
  return parseRecord(text, file)
}

/** What a record calls its model, where it can be read and does. */
export const modelNameIn = async (root: string, path: string): Promise<string | undefined> =>
  (await readRecord(root, '', path)).record?.model?.name

/** @param file as it is shown in findings */
export function parseRecord(bytes: Buffer, file: string): ReadRecord {
  const parsed = parseYaml(bytes.toString('utf8'))
  const locate = (field: string): Location => {
    const line = parsed.lineOf(fieldPath(field))
    return line === undefined ? { file } : { file, line }
  }
  const found = (problem: Problem): Found => {
    const field = fieldName(problem.path)
    return {
      rule: ruleFor(problem),
      message: field === '' ? problem.message : `${field}: ${problem.message}`,
      file,
      ...(problem.line === undefined ? {} : { line: problem.line }),
      ...(field === '' ? {} : { field }),
    }
  }
  if (parsed.value === undefined || parsed.value === null || typeof parsed.value !== 'object') {
    const problems =
      parsed.problems.length > 0
        ? parsed.problems
        : [{ path: [], kind: 'syntax' as const, message: 'is not a mapping', line: 1 }]
    return { record: null, findings: problems.map(found), locate }
  }
  const { record, problems } = keepWhatIsRight(parsed)
  return { record, findings: [...parsed.problems, ...problems].map(found), locate }
}

/** Takes out what the schema refuses, field by field, until the rest is right. */
function keepWhatIsRight(parsed: Parsed): { record: Record_ | null; problems: Problem[] } {
  const value: unknown = structuredClone(parsed.value)
  const problems: Problem[] = []
  // Each round removes at least one field; the schema is a few levels deep.
  for (let round = 0; round < 8; round++) {
    const result = validate(recordSchema, parsed, value)
    if (result.data) return { record: result.data, problems }
    problems.push(...result.problems)
    for (const { path } of result.problems) remove(value, path)
  }
  return { record: null, problems }
}

function remove(value: unknown, path: Path): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, part) => (at as Record<string | number, unknown> | undefined)?.[part], value)
  const last = path.at(-1)
  if (last === undefined || typeof parent !== 'object' || parent === null) return
  // An item keeps its place, so that the numbers of its neighbours stay right.
  if (Array.isArray(parent)) parent[last as number] = {}
  else delete (parent as Record<string | number, unknown>)[last]
}

async function readSmall(path: string): Promise<Buffer | 'not a file' | 'too large'> {
  // Non-blocking: opening a named pipe must not wait for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = await handle.stat()
    if (!info.isFile()) return 'not a file'
    return info.size > LARGEST ? 'too large' : await handle.readFile()
  } finally {
    await handle.close()
  }
}
