/** JSON whose numbers keep their text: 0.910 is printed to three decimals, and 0.91 is not. */

/** What stands before the text of a number. */
const MARK = '\u0001'
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:NaN|Infinity|\d[\d.eE+-]*)/g

/**
 * Parses JSON, also with NaN and the infinities, as Python writes it. In linear time.
 *
 * @returns what `JSON.parse` gives, with a text in place of each number: see `numberTextOf`
 * @throws Error that says what is wrong with it
 */
export const parseTexts = (source: string): unknown =>
  JSON.parse(
    source.replace(STRING_OR_NUMBER, (token) =>
      token.startsWith('"') ? token : JSON.stringify(MARK + token),
    ),
  )

/** The text of a number; undefined for any other value. */
export const numberTextOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : undefined

const MAX_DEPTH = 16
const MAX_NUMBERS = 10_000
/** As of a metrics file that an evaluation writes. */
const MAX_BYTES = 1024 ** 2

/**
 * The numbers of a JSON object as they are printed, nested ones with dotted names as `parseMetrics`
 * names them; none of what is deeper than 16 levels, at most 10,000. Empty if it is not JSON, or
 * larger than 1 MiB.
 */
export function printedMetrics(bytes: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>()
  const visit = (value: unknown, name: string, depth: number): void => {
    const text = numberTextOf(value)
    if (text !== undefined && texts.size < MAX_NUMBERS) texts.set(name, text)
    if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return
    for (const [key, child] of Object.entries(value))
      visit(child, name === '' ? key : `${name}.${key}`, depth + 1)
  }
  if (bytes.length > MAX_BYTES) return texts
  try {
    visit(parseTexts(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), '', 0)
  } catch {
    return new Map()
  }
  return texts
}
