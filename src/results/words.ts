import type { PredictionComparison } from '../verdict/report.js'

/** `1,797 predictions` */
export const count = (n: number, noun: string): string =>
  `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`

/** A number for a sentence: six decimals where that shows it, else three digits and an exponent. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 1e15)) return String(value)
  return size >= 5e-7 && size < 1e9 ? value.toFixed(6) : value.toExponential(2)
}

/** Two numbers, given as text, as short as they can be told apart. */
export function pair(a: string, b: string): [string, string] {
  const short = [a, b].map((text) => (text === '' || text === '-0' ? text : shortNumber(Number(text))))
  return short[0] === short[1] ? [a, b] : [short[0]!, short[1]!]
}

/** `4 of 1,797 predictions flipped`, `2 of 1,797 predictions moved, by at most 0.026000` */
export function movement({ rows, flips, moved, largest }: PredictionComparison): string {
  const of = `of ${count(rows, 'prediction')}`
  if (flips > 0) return `${flips.toLocaleString('en-US')} ${of} flipped`
  const by = largest ? `, by at most ${shortNumber(Math.abs(largest.difference))}` : ''
  return `${moved.toLocaleString('en-US')} ${of} moved${by}`
}
