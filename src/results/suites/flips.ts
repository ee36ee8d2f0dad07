import type { SuiteEvidence } from '../../verdict/suite.js'

/** One sample in one run. */
interface Graded {
  output: string
  score: number
}

/**
 * How k runs of the same differ from one another. Of grades that are right or wrong also pass@1, the mean of
 * c/k over samples with c right runs (Chen et al. 2021), and pass^k, the share that all k runs get right
 * (Yao et al. 2024, τ-bench, of as many trials as runs).
 *
 * @param runs of each run the samples, in one order
 */
export function flipsOf(runs: readonly (readonly Graded[])[]): SuiteEvidence['flips'] {
  const [n, k] = [runs[0]!.length, runs.length]
  const samples = Array.from({ length: n }, (_, at) => runs.map((run) => run[at]!))
  const counts = { disagree: 0, sameText: 0, sameTextDisagree: 0 }
  for (const sample of samples)
    for (const [index, one] of sample.entries())
      for (const other of sample.slice(index + 1)) {
        const [same, differ] = [one.output === other.output, one.score !== other.score]
        if (differ) counts.disagree++
        if (same) counts.sameText++
        if (same && differ) counts.sameTextDisagree++
      }
  const binary = samples.every((sample) => sample.every(({ score }) => score === 0 || score === 1))
  const right = samples.map((sample) => sample.reduce((sum, { score }) => sum + score, 0))
  return {
    samples: n,
    flipped: samples.filter((sample) => sample.some(({ score }) => score !== sample[0]!.score)).length,
    ...counts,
    ...(binary && {
      passOne: right.reduce((sum, c) => sum + c / k, 0) / n,
      passAll: right.filter((c) => c === k).length / n,
    }),
  }
}
