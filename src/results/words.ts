import { grouped, plural, shortNumber } from '../text/numbers.js'
import type { PredictionComparison } from '../verdict/evidence.js'

/** Text of the evaluation or the record within a sentence of ours: a backtick in it would end the quotation. */
export const quoted = (text: string): string => `\`${text.replaceAll('`', "'")}\``

/** `4 of 1,797 predictions flipped`, `2 of 1,797 predictions moved, by at most 0.026000` */
export function movement({ rows, flips, moved, largest }: PredictionComparison): string {
  const of = `of ${plural(rows, 'prediction')}`
  if (flips > 0) return `${grouped(flips)} ${of} flipped`
  const by = largest ? `, by at most ${shortNumber(Math.abs(largest.difference))}` : ''
  return `${grouped(moved)} ${of} moved${by}`
}
