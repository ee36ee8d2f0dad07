import type { FieldPath } from '../../text/fields.js'
import { parseJson } from '../../text/json.js'
import { parseYaml } from '../../text/yaml.js'
import type { Found, Place } from '../../verdict/finding.js'
import { readText, type Saying } from './saying.js'
import type { Reservation, SourceTree } from './source.js'

/** A full commit: what a revision of the hub must be to be a pin. */
export const COMMIT = /^[0-9a-f]{40}$/

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

  /**
   * Says a field of the record by what stands at a place here, or by a value that was made of it. Nothing is
   * said by undefined and null.
   */
  say(
    said: Saying,
    field: FieldPath,
    at: FieldPath,
    how: { value?: unknown; reserved?: Reserved | undefined } = {},
  ): void {
    const value = 'value' in how ? how.value : this.at(...at)
    if (value === undefined || value === null) return
    said.say(field, value, this.place(...at))
    if (how.reserved) said.reserve(field, how.reserved.kind, how.reserved.why)
  }
}

type Read = Facts | { refused: Found }

/** Why a value is less than the run's own word. */
export type Reserved = { kind: Reservation; why: string }

/** A JSON file of the tree. */
export async function openJson(tree: SourceTree, path: string): Promise<Read> {
  const opened = await readText(tree, path, LARGEST_RESULT)
  if ('refused' in opened) return opened
  return factsOfJson(opened.text, opened.file)
}

/** @param file as it is shown in findings */
export function factsOfJson(text: string, file: string): Read {
  const parsed = parseJson(text)
  if (!('problem' in parsed)) return new Facts(file, parsed)
  return { refused: { rule: 'claims/unreadable', message: `${file} ${parsed.problem}`, file } }
}

/** A configuration that people write or read; a run writes them larger than records. Bytes. */
const LARGEST_CONFIG = 1024 * 1024

/** A YAML file of the tree, or JSON. */
export async function openYaml(tree: SourceTree, path: string): Promise<Read> {
  const opened = await readText(tree, path, LARGEST_CONFIG)
  if ('refused' in opened) return opened
  return factsOfYaml(opened.text, opened.file)
}

/** @param file as it is shown in findings */
export function factsOfYaml(text: string, file: string): Read {
  const parsed = parseYaml(text)
  const wrong = parsed.problems.find(({ kind }) => kind === 'syntax')
  if (wrong === undefined) return new Facts(file, parsed)
  const message = `${file} is not YAML that can be read: ${wrong.message}`
  return { refused: { rule: 'claims/unreadable', message, file, line: wrong.line } }
}
