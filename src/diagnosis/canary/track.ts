import { cellNumber } from '../../results/cells.js'

/** How many answers equal right answers that were dealt out at random, and how likely that many are. */
export interface Tracking {
  equal: number
  expected: number
  of: number
  /** An upper bound of the probability, for answers that were made without the right ones. */
  p: number
}

/** More different right answers than that are taken for measurements, if they are numbers. */
const CLASSES = 20
/** Standard deviations within which a measurement counts as equal. */
const NEAR = 0.1

/**
 * Whether answers follow right answers that are a uniform random permutation of `truth`, row by row.
 * For classes the exact hypergeometric tail of each, times the classes, times 2; else Chatterjee's bound
 * 2·exp(−t²/(4μ+2t)) for t more than the μ expected (S. Chatterjee, Stein's method for concentration
 * inequalities, 2007), which holds for every such sum.
 *
 * @param rows the rows that are looked at; the permutation is over all
 */
export function tracking(
  answers: readonly (string | undefined)[],
  truth: readonly string[],
  rows: readonly number[],
): Tracking {
  const classes = counted(truth)
  const numbers = truth.map((cell) => cellNumber(cell.trim()) ?? NaN)
  if (classes.size > CLASSES && numbers.every(Number.isFinite)) return trackedNumbers(answers, numbers, rows)
  const answered = counted(rows.flatMap((row) => answers[row] ?? []))
  const equal = rows.filter((row) => answers[row] === truth[row])
  const hits = counted(equal.map((row) => truth[row]!))
  let expected = 0
  let least = 1
  for (const [name, count] of classes) {
    const said = answered.get(name) ?? 0
    expected += (said * count) / truth.length
    least = Math.min(
      least,
      hypergeometricTail(hits.get(name) ?? 0, { of: truth.length, marked: count, drawn: said }),
    )
  }
  const p = classes.size > CLASSES ? sumBound(equal.length, expected) : Math.min(1, 2 * classes.size * least)
  return { equal: equal.length, expected, of: rows.length, p }
}

function trackedNumbers(
  answers: readonly (string | undefined)[],
  truth: readonly number[],
  rows: readonly number[],
): Tracking {
  const mean = truth.reduce((sum, x) => sum + x, 0) / truth.length
  const deviation = Math.sqrt(truth.reduce((sum, x) => sum + (x - mean) ** 2, 0) / truth.length)
  const near = NEAR * deviation
  const sorted = Float64Array.from(truth).sort()
  /** How many are less than x, or not more. */
  const below = (x: number, orEqual: boolean): number => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle]! < x || (orEqual && sorted[middle] === x)) low = middle + 1
      else high = middle
    }
    return low
  }
  let [equal, expected] = [0, 0]
  for (const row of rows) {
    const x = cellNumber(answers[row]?.trim() ?? '') ?? NaN
    if (!Number.isFinite(x)) continue
    if (Math.abs(x - truth[row]!) <= near) equal++
    expected += (below(x + near, true) - below(x - near, false)) / truth.length
  }
  return { equal, expected, of: rows.length, p: sumBound(equal, expected) }
}

function counted(cells: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return counts
}

function sumBound(sum: number, expected: number): number {
  const t = sum - expected
  return t <= 0 ? 1 : Math.min(1, 2 * Math.exp(-(t * t) / (4 * expected + 2 * t)))
}

/** P(X ≥ hits), X of a draw of `drawn` things without putting them back, `marked` of all `of` being marked. */
export function hypergeometricTail(
  hits: number,
  { of, marked, drawn }: { of: number; marked: number; drawn: number },
): number {
  const log = logFactorials(of)
  const choose = (n: number, k: number) => log[n]! - log[k]! - log[n - k]!
  let sum = 0
  for (let k = Math.max(hits, marked + drawn - of, 0); k <= Math.min(marked, drawn); k++)
    sum += Math.exp(choose(marked, k) + choose(of - marked, drawn - k) - choose(of, drawn))
  return Math.min(1, sum)
}

const factorials = [0]

/** Logarithms of the factorials up to n!. */
function logFactorials(n: number): readonly number[] {
  for (let i = factorials.length; i <= n; i++) factorials.push(factorials[i - 1]! + Math.log(i))
  return factorials
}
