/** A file that holds the metrics of an evaluation. */
export interface MetricsFile {
  /** Relative to the working directory. */
  path: string
  /** A file that is declared and not committed has none. */
  metrics: Readonly<Record<string, number>>
  /** Line of a metric, from 1. */
  lines: ReadonlyMap<string, number>
  /** Programs that write it, as far as their text says so. */
  writers: readonly string[]
  /** Files of this form that the tree holds, itself included: more than one are results of many runs. */
  alike: number
  /** Line of the stage that declares it. */
  stage?: number
}

/** What was read of a file. */
export interface MetricNumbers {
  metrics: Record<string, number>
  /** Line of a metric, from 1. */
  lines: Map<string, number>
}
