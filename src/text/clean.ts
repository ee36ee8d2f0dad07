/** Untrusted text made harmless to look at. The one place where control characters are taken out. */

/** CSI, OSC and two-character escape sequences, as terminals read them. */
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\^_`a-z]/g
/** Everything that moves, hides or reorders its neighbours: controls, zero width, bidi, tags, lone surrogates. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu
/** More marks on one letter than any script needs: they would paint over the lines around. */
const STACKED = /(\p{M}{4})\p{M}+/gu

/** Keeps line breaks and tabs; what cannot be seen becomes `�`, colours disappear. */
export const cleanLines = (text: string): string =>
  text
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(ESCAPES, '')
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
