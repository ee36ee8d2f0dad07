import { fieldName, fieldPath, type FieldPath } from '../../text/fields.js'
import type { Found, Place } from '../../verdict/finding.js'
import { keepWhatIsRight, ruleFor } from './right.js'
import { REFUSED } from './native.js'
import type { Reading, Remark, Reservation, SourceTree } from './source.js'

/** Fields of one reading; a program that logs more has logged something else. */
const MOST_FIELDS = 20_000

type Container = Record<string | number, unknown>

/** Collects what a source says of a run, each field with the place that says it. */
export class Saying {
  private readonly root: Container = {}
  private readonly places = new Map<string, Place>()
  private readonly reserved = new Map<string, { kind: Reservation; why: string }>()
  private readonly problems: Found[] = []
  private readonly remarks: Remark[] = []

  /** @param file the one that stands for the source, relative to the root of the repository */
  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {}

  /** The last value of a field counts. What is undefined is not said. */
  say(path: FieldPath, value: unknown, place: Place): void {
    if (value === undefined || this.places.size >= MOST_FIELDS) return
    let at = this.root
    for (const [index, part] of path.slice(0, -1).entries()) {
      // Names are a stranger's: `__proto__` is one of them.
      if (!Object.hasOwn(at, part)) put(at, part, typeof path[index + 1] === 'number' ? [] : {})
      at = at[part] as Container
    }
    put(at, path.at(-1)!, value)
    this.places.set(fieldName(path), place)
  }

  /** Whether something is said of this very field. */
  has(path: FieldPath): boolean {
    return this.places.has(fieldName(path))
  }

  /** Each value of a map, as a field of its own. */
  sayAll(path: FieldPath, values: ReadonlyMap<string, unknown>, placeOf: (key: string) => Place): void {
    for (const [key, value] of values) this.say([...path, key], value, placeOf(key))
  }

  reserve(path: FieldPath, kind: Reservation, why: string): void {
    this.reserved.set(fieldName(path), { kind, why })
  }

  problem(found: Found): void {
    this.problems.push(found)
  }

  remark(text: string, place: Place): void {
    this.remarks.push({ text, ...place })
  }

  /** What is said; fields that no record can hold are problems. Without a field there is no record. */
  reading(): Reading {
    const { source, file, problems, remarks, reserved: reservations } = this
    const placeOf = (field: string) => this.placeOf(field)
    const own = { source, file, placeOf, reservations, remarks }
    if (this.places.size === 0) return { ...own, record: null, problems }
    const right = keepWhatIsRight({
      value: this.root,
      lineOf: (path) => placeOf(fieldName(path)).line,
    })
    const wrong = right.problems.map((problem): Found => {
      const field = fieldName(problem.path)
      return { rule: ruleFor(problem), message: `${field}: ${problem.message}`, field, ...placeOf(field) }
    })
    return { ...own, record: right.record, problems: [...problems, ...wrong] }
  }

  /** The place of a field, else of the nearest around it, else of the first in it. */
  private placeOf(field: string): Place {
    const path = fieldPath(field)
    const names = path.map((_, index) => fieldName(path.slice(0, path.length - index)))
    const around = names.map((name) => this.places.get(name)).find((place) => place !== undefined)
    if (around) return around
    const within = [...this.places].find(
      ([name]) => name.startsWith(`${field}.`) || name.startsWith(`${field}[`),
    )
    return within?.[1] ?? { file: this.file }
  }
}

function put(at: Container, key: string | number, value: unknown): void {
  Object.defineProperty(at, key, { value, enumerable: true, writable: true, configurable: true })
}

/** Text of a file, its place, or why it is not read. */
export type TextOf = { text: string; file: string } | { refused: Found }

/**
 * Reads a text of the tree: UTF-8, or UTF-16 with a mark, as programs on Windows write it.
 *
 * @param path relative to the working directory
 * @param cap bytes
 */
export async function readText({ files, prefix }: SourceTree, path: string, cap: number): Promise<TextOf> {
  const file = prefix + path
  const read = await files.read(path, cap)
  if ('refused' in read) return { refused: { rule: REFUSED[read.refused], message: read.why, file } }
  return { text: decoded(read.bytes), file }
}

function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2)
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0)
    return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le')
  return bytes.toString('utf8').replace(/^\ufeff/, '')
}
