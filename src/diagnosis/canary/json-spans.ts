import { Unreadable } from './row-file.js'

/** A JSON value and where it is in the text. */
export interface JsonSpan {
  start: number
  end: number
  /** Of an object. */
  members?: { name: string; value: JsonSpan }[]
  /** Of an array. */
  elements?: JsonSpan[]
}

const DEPTH = 100
const SPACE = new Set([' ', '\t', '\n', '\r'])
/** What a number or a word, as `null` or `NaN`, is made of. */
const WORD = /[\w.+-]/

/**
 * Finds the values of a JSON text without reading numbers: none is printed anew. In linear time.
 *
 * @throws Unreadable if it is not JSON, or nested deeper than 100 levels
 */
export function jsonSpan(text: string, start = 0, end = text.length): JsonSpan {
  let at = start
  const blank = () => {
    while (at < end && SPACE.has(text[at]!)) at++
  }
  const expect = (character: string) => {
    blank()
    if (text[at] !== character || at >= end) throw new Unreadable('it is not JSON')
    at++
  }
  const string = (): string => {
    const from = at
    expect('"')
    while (at < end && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    expect('"')
    return text.slice(from, at)
  }
  /** Calls `one` for each member or element up to the closing bracket. */
  const listed = (close: string, one: () => void) => {
    at++
    blank()
    if (text[at] === close) return void at++
    for (;;) {
      one()
      blank()
      if (text[at] === close) return void at++
      expect(',')
    }
  }
  const value = (depth: number): JsonSpan => {
    if (depth > DEPTH) throw new Unreadable('it is nested too deeply')
    blank()
    const span: JsonSpan = { start: at, end: at }
    if (text[at] === '{') {
      const members: NonNullable<JsonSpan['members']> = (span.members = [])
      listed('}', () => {
        blank()
        const name = jsonText(string())
        expect(':')
        members.push({ name, value: value(depth + 1) })
      })
    } else if (text[at] === '[') {
      const elements: JsonSpan[] = (span.elements = [])
      listed(']', () => void elements.push(value(depth + 1)))
    } else if (text[at] === '"') string()
    else {
      while (at < end && WORD.test(text[at]!)) at++
      if (at === span.start) throw new Unreadable('it is not JSON')
    }
    span.end = at
    return span
  }
  const whole = value(0)
  blank()
  if (at < end) throw new Unreadable('it is not JSON')
  return whole
}

/** What a raw value says: a string without quotes and escapes, anything else as it is written. */
export function jsonText(raw: string): string {
  const text = Buffer.from(raw, 'latin1').toString('utf8')
  if (!text.startsWith('"')) return text
  try {
    return JSON.parse(text) as string
  } catch {
    throw new Unreadable('it is not JSON')
  }
}
