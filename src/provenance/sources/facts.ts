import type { Refusal } from '../../system/tree-files.js'
import type { FieldPath } from '../../text/fields.js'
import { parseJson } from '../../text/json.js'
import { parseYaml } from '../../text/yaml.js'
import type { Found, Place } from '../../verdict/finding.js'
import type { RuleId } from '../../verdict/rules/index.js'
import type { SourceTree } from './source.js'

/** Which rule a file breaks that is not read; one that is too large breaks a rule of its source. */
export const REFUSED: Readonly<Record<Exclude<Refusal, 'too-large'>, RuleId>> = {
  missing: 'record/missing',
  outside: 'record/path-outside',
  irregular: 'record/irregular',
}

/** More than a program writes about one run. Bytes. */
export const LARGEST_RESULT = 16 * 1024 * 1024

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a document of a stranger says: every value may be anything, and has a line. */
export class Facts {
  constructor(
    /** As it is shown in findings. */
    readonly file: string,
    private readonly document: { value: unknown; lineOf(path: FieldPath): number | undefined },
  ) {}

  at(...path: FieldPath): unknown {
    let value = this.document.value
    for (const part of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
      value = (value as Record<string | number, unknown>)[part]
    }
    return value
  }

  /** A text that is not empty. */
  text(...path: FieldPath): string | undefined {
    const value = this.at(...path)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  number(...path: FieldPath): number | undefined {
    const value = this.at(...path)
    return typeof value === 'number' ? value : undefined
  }

  /** Names in a map, in its order; none if it is not one. */
  keys(...path: FieldPath): string[] {
    const value = this.at(...path)
    return isMap(value) ? Object.keys(value) : []
  }

  list(...path: FieldPath): unknown[] {
    const value = this.at(...path)
    return Array.isArray(value) ? value : []
  }

  place(...path: FieldPath): Place {
    return { file: this.file, line: this.document.lineOf(path) }
  }
}

/** A text of the tree, or what keeps it from being read. */
export type Opened = { text: string; file: string } | { problem: Found }

/**
 * @param path relative to the working directory
 * @param cap bytes
 */
export async function openText(
  { files, prefix }: SourceTree,
  path: string,
  cap = LARGEST_RESULT,
): Promise<Opened> {
  const file = prefix + path
  const read = await files.read(path, cap)
  if ('bytes' in read) return { text: read.bytes.toString('utf8'), file }
  const rule = read.refused === 'too-large' ? 'claims/unreadable' : REFUSED[read.refused]
  return { problem: { rule, message: read.why, file } }
}

type Read = Facts | { problem: Found }

/** A JSON file of the tree. */
export async function openJson(tree: SourceTree, path: string): Promise<Read> {
  const opened = await openText(tree, path)
  if ('problem' in opened) return opened
  return factsOfJson(opened.text, opened.file)
}

/** @param file as it is shown in findings */
export function factsOfJson(text: string, file: string): Read {
  const parsed = parseJson(text)
  if (!('problem' in parsed)) return new Facts(file, parsed)
  return { problem: { rule: 'claims/unreadable', message: `${file} ${parsed.problem}`, file } }
}

/** A configuration that people write or read; a run writes them larger than records. Bytes. */
const LARGEST_CONFIG = 1024 * 1024

/** A YAML file of the tree, or JSON. */
export async function openYaml(tree: SourceTree, path: string): Promise<Read> {
  const opened = await openText(tree, path, LARGEST_CONFIG)
  if ('problem' in opened) return opened
  return factsOfYaml(opened.text, opened.file)
}

/** @param file as it is shown in findings */
export function factsOfYaml(text: string, file: string): Read {
  const parsed = parseYaml(text)
  const wrong = parsed.problems.find(({ kind }) => kind === 'syntax')
  if (wrong === undefined) return new Facts(file, parsed)
  const message = `${file} is not YAML that can be read: ${wrong.message}`
  return { problem: { rule: 'claims/unreadable', message, file, line: wrong.line } }
}
