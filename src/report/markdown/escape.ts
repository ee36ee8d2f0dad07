import { cleanLines, clip, oneLine } from '../../text/text.js'

/**
 * Untrusted text into Markdown. Text is taken word by word: a word that Markdown or GitHub could read
 * as more than a word (mention, reference, link, image, HTML, emphasis, emoji) goes into a code span,
 * where neither reads anything. That is also how people write such words.
 */

/** Characters with a meaning, links, `GH-12`, `:emoji:`, and what looks like a commit. */
const MORE_THAN_A_WORD =
  /[@#<>&$\\[\]|~^*_`={}]|:\/\/|\bwww\.|\bGH-\d|:[\w+-]+:|\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,64}\b/i

/** `markdown`: inline, between paragraphs' lines; `cell`: inside a table; `html`: inside `<summary>` and `<sub>`. */
export type Place = 'markdown' | 'cell' | 'html'

/** Punctuation that Markdown, HTML or GitHub reads. */
const entities = (text: string): string =>
  text.replace(/[!"#$&*:<=>@[\\\]^_`{|}~]/g, (c) => `&#${c.charCodeAt(0)};`)

/** Where autolinks and mentions are looked for even between tags: a zero-width space keeps them apart. */
const htmlCode = (text: string): string =>
  `<code>${entities(text.replace(/[@#]|:(?=\/\/)|\bwww(?=\.)/gi, '$&\u200b'))}</code>`

/** A code span whose fence is longer than any run of backticks inside. `text` is a single line. */
function span(text: string, place: Place): string {
  // A backslash before a pipe cannot be written in a code span inside a table.
  if (place === 'html' || (place === 'cell' && text.includes('|'))) return htmlCode(text)
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return fence + pad + text + pad + fence
}

/** Cells are narrow: a digest is cut to what tells two apart, and so is a word of which nobody reads the end. */
const narrow = (text: string, place: Place): string =>
  place === 'cell'
    ? text.replace(/\b([0-9a-f]{12})[0-9a-f]{20,}\b/g, '$1…').replace(/\S{101,}/g, (word) => clip(word, 100))
    : text

/** Untrusted text as code, on one line, at most `max` characters; digests are cut short in cells. */
export const code = (text: string, place: Place = 'markdown', max = 200): string =>
  span(narrow(oneLine(text, max), place) || '(empty)', place)

/** Files that prose may link to: `requirements.txt:4` becomes a link to the line. */
export interface Places {
  readonly files: ReadonlySet<string>
  /** `https://host/owner/name/blob/<commit>` */
  readonly blobUrl?: string | undefined
}
export const NO_PLACES: Places = { files: new Set() }

/** Only web addresses; everything that could end a link destination or an attribute is encoded. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined && /^https?:\/\/[^\s]+$/.test(url) && url.length < 2000
    ? url.replace(/[()<>"'`\\|[\]^{}]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    : undefined

/** `[`file` line 4](…#L4)`, or the same words without a link. */
export function location(file: string, line: number | undefined, places: Places, place: Place): string {
  const name = code(file, place)
  const words = line === undefined ? name : `${name} line ${line}`
  const path = file.split('/').map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')))
  const url = places.blobUrl && safeUrl(`${places.blobUrl}/${path.join('/')}${line ? `#L${line}` : ''}`)
  if (url === undefined || url === '') return words
  return place === 'html' ? `<a href="${url}">${words}</a>` : `[${words}](${url})`
}

type Piece = { text: string } | { code: string } | { file: string; line: number | undefined }

function place(text: string, places: Places): Piece | undefined {
  const [, file = text, line] = /^(.+):(\d{1,7})$/.exec(text) ?? []
  return places.files.has(file) ? { file, line: line ? Number(line) : undefined } : undefined
}

function wordPieces(word: string, places: Places): Piece[] {
  if (/^[-+=#<>&|~*_`$\\[\]^@{}]$/.test(word)) return [{ text: entities(word) }]
  const [, before = '', middle = '', after = ''] = /^([("'“‘]*)(.*?)([.,;:!?)"'”’]*)$/s.exec(word) ?? []
  const known = place(middle, places)
  if (known) return [{ text: before }, known, { text: after }]
  if (!MORE_THAN_A_WORD.test(word)) return [{ text: word }]
  // `f(x)` keeps its bracket.
  const bracket = middle.includes('(') && after.startsWith(')') ? 1 : 0
  return [{ text: before }, { code: middle + after.slice(0, bracket) }, { text: after.slice(bracket) }]
}

function pieces(line: string, places: Places): Piece[] {
  const parts = line.split(/(?<!`)`([^`]+)`(?!`)/)
  const found = parts.flatMap((part, i): Piece[] =>
    i % 2 === 1
      ? [place(part, places) ?? { code: part }]
      : part.split(/( +)/).flatMap((word) => wordPieces(word, places)),
  )
  // Two code spans side by side would become one fence: write them as one.
  return found.reduce<Piece[]>((done, piece) => {
    const last = done.at(-1)
    if ('text' in piece && piece.text === '') return done
    if ('code' in piece && piece.code === '') return done
    if (last && 'code' in last && 'code' in piece) last.code += piece.code
    else if (last && 'file' in last && !('text' in piece)) done.push({ text: ' ' }, piece)
    else if (last && 'code' in last && 'file' in piece) done.push({ text: ' ' }, piece)
    else done.push({ ...piece })
    return done
  }, [])
}

/**
 * A sentence with untrusted words in it: readable, on one line, and nothing of it is a mention,
 * reference, link, image, HTML or emphasis. `` `words` `` in it stay code.
 */
export function prose(text: string, at: Place = 'markdown', places: Places = NO_PLACES, max = 600): string {
  const inline = pieces(narrow(oneLine(text, max), at), places)
    .map((piece) =>
      'text' in piece
        ? piece.text
        : 'code' in piece
          ? span(piece.code, at)
          : location(piece.file, piece.line, places, at),
    )
    .join('')
  // At the start of a line these would open a list or draw a rule.
  if (at !== 'markdown') return inline
  return inline.replace(/^([-+])(?=[\s-]|$)/, '\\$1').replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
}

/** The first sentence apart from the rest. */
export function firstSentence(text: string): [string, string] {
  const [, first = text, rest = ''] = /^(.{1,400}?[.!?])\s+(?=[\p{Lu}`“"(])(.*)$/su.exec(text) ?? []
  return [first, rest]
}

/** A fenced block whose fence is longer than any run of backticks inside; lines of at most 500 characters. */
export function fenced(lines: readonly string[], language: 'text' | 'diff' | 'sh'): string {
  const body = lines
    .flatMap((line) => cleanLines(line.slice(0, 2000)).split('\n'))
    .map((l) => l.slice(0, 500))
  const text = body.join('\n').replace(/\p{Surrogate}/gu, '')
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

export type Alignment = 'left' | 'right' | 'centre'
const RULES: Record<Alignment, string> = { left: ':--', right: '--:', centre: ':-:' }

/** Cells are Markdown made for `cell`: no line break and no bare pipe in them. */
export function table(columns: readonly [string, Alignment][], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    row(columns.map(([name]) => name)),
    `|${columns.map(([, alignment]) => RULES[alignment]).join('|')}|`,
    ...rows.map(row),
  ].join('\n')
}

/** `summary` is HTML, made for `html`; `body` is Markdown. */
export const details = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
