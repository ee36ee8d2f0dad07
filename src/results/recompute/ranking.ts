import type { Ranking } from './ranking-definitions.js'

export interface RankedRows {
  queries: readonly string[]
  /** undefined: equal scores keep the order of the file. */
  documents: readonly string[] | undefined
  relevances: Float64Array
  /** Higher is better. */
  scores: Float64Array
}

/**
 * The lists of a table of judged documents. As in trec_eval scores are single precision, and among
 * equal ones the last document by name comes first.
 */
export function rankingOf({ queries, documents, relevances, scores }: RankedRows): Ranking {
  const rows = new Map<string, number[]>()
  for (const [row, query] of queries.entries()) {
    const known = rows.get(query)
    if (known) known.push(row)
    else rows.set(query, [row])
  }
  const single = Float32Array.from(scores)
  const before = (a: number, b: number): number => {
    if (single[a] !== single[b]) return single[b]! - single[a]!
    const [left, right] = documents ? [documents[a]!, documents[b]!] : ['', '']
    return left === right ? a - b : left < right ? 1 : -1
  }
  return { queries: [...rows.values()].map((list) => list.sort(before).map((row) => relevances[row]!)) }
}
