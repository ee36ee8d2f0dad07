/** What a bench gives, and how its figures are made of its runs. */

/** One turn: the floor and ours, one directly after the other. */
export interface Pair {
  floor: number
  ours: number
}

export interface Bench {
  name: string
  unit: 's' | 'MB' | 'B'
  /** What was done by hand, and what we did. */
  sides: { floor: string; ours: string }
  /** Median over the runs; null: there is nothing that the same could be had with. */
  floor: number | null
  ours: number
  /** Median of the ratios of each turn, which the machine's load of the moment falls out of. */
  ratio: number | null
  /** Smallest and largest ratio of a turn, or of our own figures where there is no floor. */
  range: [number, number]
  /** null: the run was not of the size that the goal is about. */
  goal: { of: 'ratio' | 'ours'; atMost: number } | null
  /** null: no goal, or too noisy to say. */
  met: boolean | null
  runs: { floor: number | null; ours: number }[]
  /** What the runs say beside: seconds by part, files, bytes. Medians. */
  details: Record<string, number>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) throw new Error('no runs, no median')
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const rangeOf = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)]

type Named = Pick<Bench, 'name' | 'unit' | 'sides'>

/** A ratio that far below the least possible one is the noise of the machine. */
const NOISE = 0.02

/**
 * Ours beside the floor.
 *
 * @param atMost null where no goal is about runs like these
 * @param least the smallest ratio that can be true: 1 where ours does all that the floor does. A turn
 *   below it shows noise as large as what is measured, so no goal is said to be met by it
 */
export function ratioBench(
  named: Named,
  runs: readonly Pair[],
  { atMost, least = 0, details = {} }: { atMost: number | null; least?: number; details?: Bench['details'] },
): Bench {
  const ratios = runs.map(({ floor, ours }) => ours / floor)
  const ratio = median(ratios)
  return {
    ...named,
    floor: median(runs.map(({ floor }) => floor)),
    ours: median(runs.map(({ ours }) => ours)),
    ratio,
    range: rangeOf(ratios),
    goal: atMost === null ? null : { of: 'ratio', atMost },
    met: atMost === null || Math.min(...ratios) < least - NOISE ? null : ratio <= atMost,
    runs: [...runs],
    details,
  }
}

/** Ours alone, against a limit of its own; null where no goal is about runs like these. */
export function plainBench(named: Named, runs: readonly number[], atMost: number | null): Bench {
  const ours = median(runs)
  return {
    ...named,
    floor: null,
    ours,
    ratio: null,
    range: rangeOf(runs),
    goal: atMost === null ? null : { of: 'ours', atMost },
    met: atMost === null ? null : ours <= atMost,
    runs: runs.map((run) => ({ floor: null, ours: run })),
    details: {},
  }
}

/** Seconds that `work` took, and what it gave. */
export async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const begun = performance.now()
  const value = await work()
  return { seconds: (performance.now() - begun) / 1000, value }
}

/** Medians of figures that every run has. */
export function medians(runs: readonly Record<string, number>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((name) => [name, median(runs.map((run) => run[name]!))]),
  )
}
