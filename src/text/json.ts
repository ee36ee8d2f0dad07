import type { FieldPath } from './fields.js'
import { grouped } from './numbers.js'

/** A JSON text that was read. */
export interface ParsedJson {
  value: unknown
  /** Line of a field, or of the nearest thing around it that exists. From 1. */
  lineOf(path: FieldPath): number
}

/** Deeper than what programs write; recursion stays far from the end of the stack. */
const DEEPEST = 200

/** A text that is not JSON; the message is the rest of a sentence about the file. */
class NotJson extends Error {}

/** More than a run writes down, and few enough to be held. */
const MOST_VALUES = 1_000_000

/** Where the items of a container begin: of a map by key, of a list in order. */
type Places = WeakMap<object, Map<string, number> | number[]>

const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  // Python writes these.
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]
/** Digits of an integer that is an identifier, as 64 bits are 20. */
const LONGEST_INTEGER = 40
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const BLANKS = /[ \t\r\n]*/y

/** One pass over the text; nothing is read twice. */
class Reader {
  readonly places: Places = new WeakMap()
  private at = 0
  private values = 0

  constructor(private readonly text: string) {}

  all(): unknown {
    // A byte order mark, as Windows programs write it.
    if (this.text.startsWith('\ufeff')) this.at = 1
    const value = this.value(0)
    this.blanks()
    if (this.at < this.text.length) throw this.wrong('something follows the value')
    return value
  }

  private wrong(what: string): NotJson {
    const line = this.text.slice(0, this.at).split('\n').length
    return new NotJson(
      this.at >= this.text.length ? 'ends in the middle' : `is not JSON: ${what} in line ${line}`,
    )
  }

  private blanks(): void {
    BLANKS.lastIndex = this.at
    BLANKS.test(this.text)
    this.at = BLANKS.lastIndex
  }

  private sees(word: string): boolean {
    const seen = this.text.startsWith(word, this.at)
    if (seen) this.at += word.length
    return seen
  }

  private value(depth: number): unknown {
    if (depth > DEEPEST) throw new NotJson(`is nested more than ${DEEPEST} deep`)
    if (++this.values > MOST_VALUES) throw new NotJson(`has more than ${grouped(MOST_VALUES)} values`)
    this.blanks()
    if (this.sees('{')) return this.map(depth)
    if (this.sees('[')) return this.list(depth)
    if (this.text[this.at] === '"') return this.string()
    const word = WORDS.find(([name]) => this.sees(name))
    return word ? word[1] : this.number()
  }

  private map(depth: number): object {
    const map = {}
    const places = new Map<string, number>()
    this.places.set(map, places)
    this.items('}', () => {
      const at = this.at
      if (this.text[at] !== '"') throw this.wrong('a key is missing')
      const key = this.string()
      this.blanks()
      if (!this.sees(':')) throw this.wrong('a colon is missing')
      const value = this.value(depth + 1)
      // Defined, so that `__proto__` is a key as any other.
      Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
      places.set(key, at)
    })
    return map
  }

  private list(depth: number): unknown[] {
    const list: unknown[] = []
    const places: number[] = []
    this.places.set(list, places)
    this.items(']', () => {
      places.push(this.at)
      list.push(this.value(depth + 1))
    })
    return list
  }

  /** Everything up to the sign that closes a container. */
  private items(close: string, read: () => void): void {
    this.blanks()
    if (this.sees(close)) return
    do {
      this.blanks()
      read()
      this.blanks()
    } while (this.sees(','))
    if (!this.sees(close)) throw this.wrong('a comma is missing')
  }

  private string(): string {
    const start = this.at
    let end = start + 1
    let plain = true
    for (; ; end++) {
      const code = this.text.charCodeAt(end)
      if (code === 0x22) break
      if (code === 0x5c) {
        plain = false
        end++
      } else if (Number.isNaN(code) || code < 0x20) {
        this.at = Number.isNaN(code) ? this.text.length : end
        throw this.wrong('a control character in a text')
      }
    }
    this.at = end + 1
    if (plain) return this.text.slice(start + 1, end)
    try {
      return JSON.parse(this.text.slice(start, end + 1)) as string
    } catch {
      throw this.wrong('an escape that does not exist')
    }
  }

  private number(): number | bigint {
    NUMBER.lastIndex = this.at
    const [digits] = NUMBER.exec(this.text) ?? []
    if (digits === undefined) throw this.wrong('a value is missing')
    this.at += digits.length
    const number = Number(digits)
    const exact = /[.eE]/.test(digits) || Number.isSafeInteger(number) || digits.length > LONGEST_INTEGER
    return exact ? number : BigInt(digits)
  }
}

function lineFinder(text: string, root: unknown, places: Places): ParsedJson['lineOf'] {
  let starts: number[] | undefined
  const lineAt = (offset: number): number => {
    starts ??= [...text.matchAll(/\n/g)].map(({ index }) => index)
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (starts[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
  return (path) => {
    let [node, offset] = [root, 0]
    for (const part of path) {
      const known = typeof node === 'object' && node !== null ? places.get(node) : undefined
      const next = Array.isArray(known) ? known[Number(part)] : known?.get(String(part))
      if (next === undefined) break
      offset = next
      node = (node as Record<string, unknown>)[String(part)]
    }
    return lineAt(offset)
  }
}

/**
 * Reads JSON as programs write it, Python's `NaN` and `Infinity` included, with the line of everything. An
 * integer that a double cannot hold is a `bigint`; of a key given twice the last counts. At most 200 levels
 * deep; the time grows with the length of the text. Never throws: `problem` is the rest of a sentence about
 * the file.
 */
export function parseJson(text: string): ParsedJson | { problem: string } {
  const reader = new Reader(text)
  try {
    const value = reader.all()
    return { value, lineOf: lineFinder(text, value, reader.places) }
  } catch (error) {
    if (error instanceof NotJson) return { problem: error.message }
    throw error
  }
}
