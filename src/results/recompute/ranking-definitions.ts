import type { Definition } from './definition.js'
import { average, total } from './sums.js'

/** Definitions on ranked lists (trec_eval): the mean over queries. */
export interface Ranking {
  /** Of each query: relevances from the first place on; each judged document is in the list. */
  queries: readonly (readonly number[])[]
}

type OfQuery = (relevances: readonly number[], k: number) => number

const isRelevant = (relevance: number): boolean => relevance > 0
const relevant = (relevances: readonly number[]): number => relevances.filter(isRelevant).length
/** 0/0 is 0: a query without a relevant document counts, with 0. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const gained = (relevances: readonly number[], gain: (relevance: number) => number): number =>
  total(relevances.length, (at) => gain(Math.max(0, relevances[at]!)) / Math.log2(at + 2))

/** The ideal order is that of all judged documents. */
const ndcg =
  (gain: (relevance: number) => number): OfQuery =>
  (relevances, k) =>
    ratio(
      gained(relevances.slice(0, k), gain),
      gained(relevances.toSorted((a, b) => b - a).slice(0, k), gain),
    )

function averagePrecision(relevances: readonly number[], k: number): number {
  let [sum, found] = [0, 0]
  for (const [at, relevance] of relevances.slice(0, k).entries())
    if (isRelevant(relevance)) sum += ++found / (at + 1)
  return ratio(sum, relevant(relevances))
}

const reciprocal: OfQuery = (relevances, k) => {
  const first = relevances.slice(0, k).findIndex(isRelevant)
  return first < 0 ? 0 : 1 / (first + 1)
}

/** `at` is the cutoff; Infinity: none. */
const ranked = (
  id: string,
  family: Definition<Ranking>['family'],
  of: OfQuery,
  main = true,
): Definition<Ranking> => ({
  id,
  family,
  takes: 'cutoff',
  ...(main && { main: true as const }),
  of: ({ queries }, k) => average(queries.length, (at) => of(queries[at]!, k)),
})

export const RANKING_DEFINITIONS: readonly Definition<Ranking>[] = [
  ranked(
    'ndcg',
    'ndcg',
    ndcg((relevance) => relevance),
  ),
  ranked(
    'ndcg_exponential',
    'ndcg',
    ndcg((relevance) => 2 ** relevance - 1),
    false,
  ),
  ranked('map', 'map', averagePrecision),
  ranked('mrr', 'mrr', reciprocal),
  ranked('precision_at_k', 'precisionat', (relevances, k) => relevant(relevances.slice(0, k)) / k),
  ranked('recall_at_k', 'recallat', (relevances, k) =>
    ratio(relevant(relevances.slice(0, k)), relevant(relevances)),
  ),
]
