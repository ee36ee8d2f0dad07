/** Numbers as people read them, and as programs print them. */

const DECIMAL = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i

/** Whether a text is a decimal number as programs print it: `-1.5e-3`, `7`, `.5`; in linear time. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text)

/** `1,797` */
export const grouped = (n: number): string => n.toLocaleString('en-US')

/** `1 package`, `1,797 predictions` */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${grouped(n)} ${n === 1 ? one : many}`

/** The first items, and how many more there are in all: `a, b and 3 more`. */
export const listed = (items: readonly string[], most: number, total = items.length): string =>
  items.slice(0, most).join(', ') + (total > most ? ` and ${grouped(total - most)} more` : '')

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

/** As written if that is short; else both with six decimals, or with as many as it takes to tell them apart. */
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

/** All digits of a double; `-0` keeps its sign. */
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** A number for a sentence: six decimals if they show it, else three digits and an exponent. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 1e15)) return String(value)
  return size >= 5e-7 && size < 1e9 ? value.toFixed(6) : value.toExponential(2)
}
