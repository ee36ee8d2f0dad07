export interface RecordRequest {
  directory: string
  config: string
  model: string
  /** The image that the run used, by tag or digest. */
  image?: string | undefined
  /** The repository that an image built from the Dockerfile is pushed to. */
  push?: string | undefined
  /** Build arguments, over those that the record has. */
  args?: Readonly<Record<string, string>> | undefined
}

/** What only a person can add. */
export interface Missing {
  field: string
  message: string
  remedy: string
}

export interface Recorded {
  model: string
  /** Files written, relative to the working directory; the record first. */
  files: string[]
  /** Changes that were not committed: the record says that the tree was dirty. */
  dirty: string[]
  metrics: Record<string, number>
  /** The file that they were in, if a glob names it. */
  metricsFile?: string | undefined
  /** Metrics that measure the machine, and are not recorded. */
  leftOut: string[]
  /** What the environment is pinned by: an image that others can pull, or its manifest alone. */
  pin: 'image' | 'manifest'
  missing: Missing[]
}

/** What `record <model> -- <command>` has seen. */
export interface Captured extends Pick<Recorded, 'model' | 'files' | 'dirty' | 'missing'> {
  seconds: number
  /** Bytes; undefined: the system does not tell. */
  memory: number | undefined
  /** Files that were read; undefined: nothing could watch. */
  inputs: number | undefined
  /** Files that were written. */
  outputs: number
}
