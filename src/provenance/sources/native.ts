import type { Refusal } from '../../system/tree-files.js'
import { fieldName, fieldPath } from '../../text/fields.js'
import type { Problem } from '../../text/problems.js'
import { parseYaml } from '../../text/yaml.js'
import type { Found } from '../../verdict/finding.js'
import type { RuleId } from '../../verdict/rules/index.js'
import { keepWhatIsRight, ruleFor } from './right.js'
import type { Reading, Source, SourceTree } from './source.js'

const NATIVE = /(?:^|\/)provenance\.(?:ya?ml|json)$/

/** A record is read by people; what is larger belongs in the files beside it. Bytes. */
export const LARGEST_RECORD = 1024 * 1024

/** The native record, `provenance.yml` or `.json`. */
export const native: Source = {
  name: 'native',
  detect: (files) => files.filter((file) => NATIVE.test(file)),
  read: readNative,
}

/** The rule that a record breaks which is not read. */
export const REFUSED: Readonly<Record<Refusal, RuleId>> = {
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
  const remarks =
    record?.model?.from === 'evaluation'
      ? [{ ...placeOf('model.from'), text: 'the evaluation trains the model itself' }]
      : []
  return { ...reading, record, problems: [...parsed.problems, ...problems].map(found), remarks }
}
