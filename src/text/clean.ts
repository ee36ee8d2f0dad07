/** Untrusted text made harmless to look at. The one place where control characters are taken out. */

/** CSI, OSC and two-character escape sequences, as terminals read them. */
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\^_`a-z]/g
/** How a character is drawn: text does not need it, and thousands of them would hide a message. */
const VARIANTS = /[\ufe00-\ufe0f\u180b-\u180d\u180f\u{e0100}-\u{e01ef}]/gu
/** Everything that moves, hides or reorders its neighbours: controls, what is drawn as nothing, bidi, lone surrogates. */
const UNSEEN = /(?![\t\n])\p{Cc}|\p{Default_Ignorable_Code_Point}|[\u17b4\u17b5\ufff9-\ufffb]|\p{Surrogate}/gu
/** More marks on one letter than any script needs: they would paint over the lines around. */
const STACKED = /(\p{M}{4})\p{M}+/gu

/** Keeps line breaks and tabs; what cannot be seen becomes `�`, colours disappear. */
export const cleanLines = (text: string): string =>
  text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(ESCAPES, '')
    .replace(VARIANTS, '')
    .replace(UNSEEN, '\ufffd')
    .replace(STACKED, '$1')

/** On a runner a line that begins with `::`, or has `##[` in it, is a command. The returned line is not. */
export const inertLine = (line: string): string =>
  line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ')

/** At most `max` UTF-16 units, whole code points, `…` as the last if something was left out. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  return `${/[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head}…`
}

/** One line of untrusted text, at most `max` UTF-16 units. The input may be of any size. */
export const oneLine = (text: string, max: number): string =>
  // Cut first: nobody should pay for 100 kB of which a line is shown; twice, as colours may go.
  clip(
    cleanLines(text.slice(0, max * 2))
      .replace(/\s+/g, ' ')
      .trim() + (text.length > max * 2 ? '…' : ''),
    max,
  )
