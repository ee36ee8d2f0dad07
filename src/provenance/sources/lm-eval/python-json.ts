/** A text, a number or a word, or one sign; what is between them is blank. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|[-+.\w]+|[{}[\],:]/g

/** As Python's `json.dumps(…, ensure_ascii=False)` writes a text. */
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}
const escaped = (text: string): string =>
  text.replace(
    /["\\\u0000-\u001f]/g,
    (sign) => SHORT[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/**
 * The value of a key of a JSON object, as Python's `json.dumps(value, indent=2, ensure_ascii=False)` writes
 * it. Numbers keep their text, and keys their order: `1.0` is not `1` to a hash.
 *
 * @param text of an object, which was read before: it is JSON
 * @returns undefined: the object has no such key
 */
export function pythonJson(text: string, key: string): string | undefined {
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token)
  const start = startOf(tokens, key)
  return start === undefined ? undefined : indented(tokens.slice(start))
}

const opens = (token: string | undefined): boolean => token === '{' || token === '['
const closes = (token: string | undefined): boolean => token === '}' || token === ']'

/** Where the value of a key of the outermost object begins. */
function startOf(tokens: readonly string[], key: string): number | undefined {
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    if (opens(token)) depth++
    if (closes(token)) depth--
    if (depth === 1 && token === ':' && tokens[index - 1] === JSON.stringify(key)) return index + 1
  }
  return undefined
}

/** The first value of some tokens. */
function indented(tokens: readonly string[]): string {
  const out: string[] = []
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    const empty = closes(token) && opens(before)
    if (closes(token)) depth--
    if (depth < 0 || (depth === 0 && token === ',')) break
    if (index > 0 && !empty && (opens(before) || closes(token) || before === ','))
      out.push(`\n${'  '.repeat(depth)}`)
    if (opens(token)) depth++
    if (token === ':') out.push(': ')
    else out.push(token.startsWith('"') ? `"${escaped(JSON.parse(token) as string)}"` : token)
  }
  return out.join('')
}
