/** White space as Go's `unicode.IsSpace` has it, which builders trim lines with; `\s` is another set. */
const SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const START = new RegExp(`^[${SPACE}]+`)
const IS_SPACE = new RegExp(`[${SPACE}]`)
/** What separates an instruction from its arguments, and arguments from one another. */
const SEPARATOR = /[\t\v\f\r ]+/

export const trimLeft = (text: string): string => text.replace(START, '')

/** In linear time, however much white space is inside. */
export function trim(text: string): string {
  let end = text.length
  while (end > 0 && IS_SPACE.test(text[end - 1]!)) end--
  return trimLeft(text.slice(0, end))
}

export const wordsOf = (text: string): string[] => (text === '' ? [] : text.split(SEPARATOR))

/** `RUN make it` → `RUN` and `make it` */
export function splitKeyword(text: string): [keyword: string, rest: string] {
  const found = SEPARATOR.exec(text)
  return found ? [text.slice(0, found.index), text.slice(found.index + found[0].length)] : [text, '']
}

export interface Flag {
  name: string
  value: string
  /** It has escapes, or letters of several bytes: builders walk over bytes. */
  odd: boolean
}

/** The flags that an instruction begins with, and what follows them. */
export function splitFlags(text: string): { flags: Flag[]; rest: string } {
  const flags: Flag[] = []
  let at = 0
  for (;;) {
    while (at < text.length && IS_SPACE.test(text[at]!)) at++
    if (!text.startsWith('--', at)) return { flags, rest: text.slice(at) }
    const { word, odd, end } = flagAt(text, at)
    at = end
    if (word === '--') return { flags, rest: text.slice(at) }
    const equals = word.indexOf('=')
    flags.push({
      name: equals === -1 ? word.slice(2) : word.slice(2, equals),
      value: equals === -1 ? '' : word.slice(equals + 1),
      odd,
    })
  }
}

function flagAt(text: string, start: number): { word: string; odd: boolean; end: number } {
  let [word, odd, quote, at] = ['', false, '', start]
  for (; at < text.length && (quote !== '' || !IS_SPACE.test(text[at]!)); at++) {
    const char = text[at]!
    if (char > '\u007f') odd = true
    if (char === '\\' && at + 1 < text.length) {
      odd = true
      word += text[++at]!
    } else if (quote === '' ? char === '"' || char === "'" : char === quote) {
      quote = quote === '' ? char : ''
    } else word += char
  }
  return { word, odd, end: at }
}

/** Words as a shell splits them, with their quotes; `\` escapes. */
export function shellWords(text: string): string[] {
  const words: string[] = []
  let [start, quote] = [-1, '']
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (quote === '' && IS_SPACE.test(char)) {
      if (start !== -1) words.push(text.slice(start, at))
      start = -1
      continue
    }
    if (start === -1) start = at
    if (char === '\\' && quote !== "'") at++
    else if (quote === '' ? char === '"' || char === "'" : char === quote) quote = quote === '' ? char : ''
  }
  if (start !== -1) words.push(text.slice(start))
  return words
}

/** One row of CSV, as the options of a mount are written; null: the quotes are not understood. */
export function csvFields(text: string): string[] | null {
  if (!text.includes('"')) return text.split(',')
  const fields = [...text.matchAll(/(?:^|,)(?:"([^"]*)"|([^",]*))(?=,|$)/g)]
  const whole = fields.reduce((length, [field]) => length + field.length, 0) === text.length
  return whole ? fields.map(([, quoted, plain]) => quoted ?? plain ?? '') : null
}
