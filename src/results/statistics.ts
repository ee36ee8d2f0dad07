/** Two classifiers on the same samples. */
export interface Discordance {
  samples: number
  /** Samples that only the recorded predictions get right (McNemar's b). */
  onlyRecorded: number
  /** Samples that only the replayed ones get right (c). */
  onlyReplayed: number
}

/** 95 % quantile of the standard normal distribution: two one-sided tests at 5 % each. */
const Z = 1.6448536269514722
const ALPHA = 0.05

/**
 * Exact McNemar test (Edwards 1948; as `statsmodels.stats.contingency_tables.mcnemar(exact=True)`):
 * p = min(1, 2 · P(X ≤ min(b, c))) with X binomial of b + c trials at ½.
 */
export function mcnemar({ onlyRecorded: b, onlyReplayed: c }: Discordance): number {
  const trials = b + c
  const low = Math.min(b, c)
  // P(X = low) in logarithms, since ½ⁿ underflows; then downwards by the ratio of neighbours.
  let log = trials * -Math.LN2
  for (let i = 0; i < low; i++) log += Math.log((trials - i) / (i + 1))
  let sum = 1
  let term = 1
  for (let k = low; k > 0 && term > 0; k--) {
    term *= k / (trials - k + 1)
    sum += term
  }
  return Math.min(1, 2 * sum * Math.exp(log))
}

export interface Equivalence {
  outcome: 'equivalent' | 'inconclusive' | 'different'
  /** Accuracy of the replay minus that of the record. */
  difference: number
  /** The 90 % interval of it. */
  low: number
  high: number
}

/**
 * Two one-sided tests for the difference of two paired proportions: d = (c − b)/n with standard error
 * √(b + c − (b − c)²/n)/n. Equivalent if the 90 % interval of d lies within ±margin, different if it lies
 * outside altogether, else inconclusive. Also inconclusive with so few samples that not even n equal
 * answers exclude, at 5 %, discordance as large as the margin: (1 − margin)ⁿ > 0.05. The interval of
 * zero width that they give means nothing.
 */
export function equivalence(
  { samples: n, onlyRecorded: b, onlyReplayed: c }: Discordance,
  margin: number,
): Equivalence {
  const difference = (c - b) / n
  const error = Math.sqrt(Math.max(0, b + c - (b - c) ** 2 / n)) / n
  const [low, high] = [difference - Z * error, difference + Z * error]
  const outcome =
    low > margin || high < -margin
      ? 'different'
      : low >= -margin && high <= margin && (1 - margin) ** n <= ALPHA
        ? 'equivalent'
        : 'inconclusive'
  return { outcome, difference, low, high }
}
