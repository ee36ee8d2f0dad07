/** Sums whose error does not grow with the number of terms (Neumaier 1974). */
export function total(count: number, term: (index: number) => number): number {
  let sum = 0
  let lost = 0
  for (let index = 0; index < count; index++) {
    const next = term(index)
    const with_ = sum + next
    lost += Math.abs(sum) >= Math.abs(next) ? sum - with_ + next : next - with_ + sum
    sum = with_
  }
  // An infinity makes NaN of what was lost.
  return Number.isFinite(sum) ? sum + lost : sum
}

/** NaN of nothing. */
export const average = (count: number, term: (index: number) => number): number => total(count, term) / count

/** Indices in rising order of their value; equal ones keep their order. */
export function rising(values: Float64Array): Uint32Array {
  const order = new Uint32Array(values.length)
  for (let index = 0; index < order.length; index++) order[index] = index
  return order.sort((a, b) => values[a]! - values[b]! || a - b)
}

/** Ranks from 1; equal values share the mean of theirs. */
export function midRanks(values: Float64Array): Float64Array {
  const order = rising(values)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}
