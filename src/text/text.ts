/** Plain text for every renderer: untrusted strings made harmless to look at, and numbers made readable. */

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

/** At most `max` UTF-16 units, whole code points, `…` as the last where something was left out. */
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

export const count = (n: number): string => n.toLocaleString('en-US')
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`

/** Seconds as people say them: `0.1 s`, `41 s`, `2 min 14 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** The first 7 digits of a digest or commit; other text as it is. */
export const short = (digest: string): string => digest.replace(/^.*?:?\b([0-9a-f]{7})[0-9a-f]{9,}$/, '$1')

const number = (text: string | undefined): number =>
  text === undefined || text.trim() === '' ? NaN : Number(text)

/** As written where that is short; else both with six decimals, or with as many as it takes to tell them apart. */
export function pair(recorded: string | undefined, replayed: string | undefined): [string, string] {
  const short = [recorded, replayed].every(
    (raw) => raw === undefined || /^[-+]?\d*\.?\d{0,6}(?:e[-+]?\d+)?$/i.test(raw),
  )
  if (short) return [recorded ?? '–', replayed ?? '–']
  const [a, b] = [number(recorded), number(replayed)]
  const text = (x: number, raw: string | undefined, round: (n: number) => string) =>
    raw === undefined ? '–' : Number.isFinite(x) && !Number.isInteger(x) ? round(x) : raw
  const tries = [...[6, 8, 10, 12].map((n) => (x: number) => x.toFixed(n)), String]
  const exact = (x: number) => Number(x.toPrecision(6))
  // Six decimals say nothing about 3.2e-9.
  const usable = tries.filter((round) =>
    [a, b].every((x) => !(Math.abs(x) < 1e-3) || exact(Number(round(x))) === exact(x)),
  )
  const round = usable.find((r) => a === b || r(a) !== r(b)) ?? String
  return [text(a, recorded, round), text(b, replayed, round)]
}

/** A difference or tolerance, without its sign: `0.002226`, `9.72e-7`. */
export const magnitude = (x: number): string => {
  const size = Math.abs(x)
  if (size === 0) return '0'
  return size >= 1e-4 && size < 1e4 && !Number.isInteger(size)
    ? size.toFixed(6)
    : String(Number(size.toPrecision(4)))
}

/** `−0.002226`, `+0.1`, with a true minus sign. */
export const signed = (x: number): string => (x === 0 ? '0' : `${x < 0 ? '−' : '+'}${magnitude(x)}`)
