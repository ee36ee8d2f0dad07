import { cleanLines, clip, oneLine } from '../../text/clean.js'
import { withoutEnd } from '../../text/trim.js'
import type { Place } from '../../verdict/finding.js'

/**
 * Untrusted text into Markdown. Text is taken word by word: a word that Markdown or GitHub could read
 * as more than a word (mention, reference, link, image, HTML, emphasis, emoji) goes into a code span,
 * where neither reads anything. That is also how people write such words.
 */

/** Characters with a meaning, links, `GH-12`, `:emoji:`, and what looks like a commit. */
const MORE_THAN_A_WORD =
  /[@#<>&$\\[\]|~^*_`={}]|:\/\/|www\.|\bGH-\d|:[\w+-]+:|\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,64}\b/i

/** `markdown`: in a paragraph; `cell`: in a table; `html`: in `<summary>` and `<sub>`. */
export type Surroundings = 'markdown' | 'cell' | 'html'

/** Punctuation that Markdown, HTML or GitHub reads. */
const entities = (text: string): string =>
  text.replace(/[!"#$&*:<=>@[\\\]^_`{|}~]/g, (c) => `&#${c.charCodeAt(0)};`)

/** A zero-width space, which cleaned text has not. It is written as an entity, never as it is. */
const APART = '\u200b'

/** GitHub looks for links and mentions between these tags, too: a zero-width space keeps them apart. */
const htmlCode = (text: string): string =>
  `<code>${entities(text.replace(/[@#]|:(?=\/\/)|www(?=\.)/gi, `$&${APART}`)).replaceAll(APART, '&#8203;')}</code>`

/** More backticks than any run of them in the text, and at least `least`. */
function fenceFor(text: string, least: number): string {
  let length = least
  for (const [run] of text.matchAll(/`+/g)) length = Math.max(length, run.length + 1)
  return '`'.repeat(length)
}

/** A code span. `text` is a single line. */
function span(text: string, at: Surroundings): string {
  // A backslash before a pipe cannot be written in a code span inside a table.
  if (at === 'html' || (at === 'cell' && text.includes('|'))) return htmlCode(text)
  const fence = fenceFor(text, 1)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return fence + pad + text + pad + fence
}

/** Cells are narrow: a digest is cut to what tells two apart, and a word to 100 characters. */
const narrow = (text: string, at: Surroundings): string =>
  at === 'cell'
    ? text.replace(/\b([0-9a-f]{12})[0-9a-f]{20,}\b/g, '$1…').replace(/\S{101,}/g, (word) => clip(word, 100))
    : text

/** Untrusted text as code, on one line, at most `max` characters; digests are cut short in cells. */
export const code = (text: string, at: Surroundings = 'markdown', max = 200): string =>
  span(narrow(oneLine(text, max), at) || '(empty)', at)

/** Files that prose may link to: `requirements.txt:4` becomes a link to the line. */
export interface LinkTargets {
  readonly files: ReadonlySet<string>
  /** `https://host/owner/name/blob/<commit>` */
  readonly blobUrl?: string | undefined
}
const NO_TARGETS: LinkTargets = { files: new Set() }

/** Only web addresses; everything that could end a link destination or an attribute is encoded. */
export const safeUrl = (url: string | undefined): string | undefined =>
  url !== undefined && /^https?:\/\/[^\s]+$/.test(url) && url.length < 2000
    ? url.replace(/[()<>"'`\\|[\]^{}]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    : undefined

/** The address of a file at the judged commit; undefined if the repository's address is not known. */
export function urlOf({ file, line }: Place, { blobUrl }: LinkTargets): string | undefined {
  if (blobUrl === undefined) return undefined
  const path = file.split('/').map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')))
  return safeUrl(`${blobUrl}/${path.join('/')}${line ? `#L${line}` : ''}`)
}

export function link(words: string, url: string | undefined, at: Surroundings): string {
  if (url === undefined) return words
  return at === 'html' ? `<a href="${url}">${words}</a>` : `[${words}](${url})`
}

/** `[`file` line 4](…#L4)`, or the same words without a link. */
export function fileLink(place: Place, targets: LinkTargets, at: Surroundings): string {
  const name = code(place.file, at)
  const words = place.line === undefined ? name : `${name} line ${place.line}`
  return link(words, urlOf(place, targets), at)
}

type Piece = { text: string } | { code: string } | Place

function knownFile(text: string, { files }: LinkTargets): Place | undefined {
  const [, file = text, line] = /^(.+):(\d{1,7})$/.exec(text) ?? []
  return files.has(file) ? { file, line: line ? Number(line) : undefined } : undefined
}

function wordPieces(word: string, targets: LinkTargets): Piece[] {
  if (/^[-+=#<>&|~*_`$\\[\]^@{}]$/.test(word)) return [{ text: entities(word) }]
  const before = /^[("'“‘]*/.exec(word)![0]
  const middle = withoutEnd(word.slice(before.length), '.,;:!?)"\'”’')
  const after = word.slice(before.length + middle.length)
  const known = knownFile(middle, targets)
  if (known) return [{ text: before }, known, { text: after }]
  if (!MORE_THAN_A_WORD.test(word)) return [{ text: word }]
  // `f(x)` keeps its bracket.
  const bracket = middle.includes('(') && after.startsWith(')') ? 1 : 0
  return [{ text: before }, { code: middle + after.slice(0, bracket) }, { text: after.slice(bracket) }]
}

function pieces(line: string, targets: LinkTargets): Piece[] {
  const parts = line.split(/(?<!`)`([^`]+)`(?!`)/)
  const found = parts.flatMap((part, i): Piece[] =>
    i % 2 === 1
      ? [knownFile(part, targets) ?? { code: part }]
      : part.split(/( +)/).flatMap((word) => wordPieces(word, targets)),
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
export function prose(
  text: string,
  at: Surroundings = 'markdown',
  targets: LinkTargets = NO_TARGETS,
  max = 600,
): string {
  const inline = pieces(narrow(oneLine(text, max), at), targets)
    .map((piece) =>
      'text' in piece ? piece.text : 'code' in piece ? span(piece.code, at) : fileLink(piece, targets, at),
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

/** A fenced block that nothing in it can end; lines of at most `width` characters. */
export function fenced(lines: readonly string[], language: 'text' | 'diff' | 'sh', width = 500): string {
  const text = lines
    // Cut first: nobody should pay for 100 kB of which a line is shown.
    .flatMap((line) => cleanLines(line.slice(0, width * 4)).split('\n'))
    .map((line) => clip(line, width))
    .join('\n')
  const fence = fenceFor(text, 3)
  return `${fence}${language}\n${text}\n${fence}`
}

export type Alignment = 'left' | 'right' | 'centre'
const DELIMITERS: Record<Alignment, string> = { left: ':--', right: '--:', centre: ':-:' }

/** Cells are Markdown made for `cell`: no line break and no bare pipe in them. */
export function table(columns: readonly [string, Alignment][], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    row(columns.map(([name]) => name)),
    `|${columns.map(([, alignment]) => DELIMITERS[alignment]).join('|')}|`,
    ...rows.map(row),
  ].join('\n')
}

/** `summary` is HTML, made for `html`; `body` is Markdown. */
export const details = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
