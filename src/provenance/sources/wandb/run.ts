/** What W&B keeps of a run, online or offline. User, host, e-mail and home folders are never taken over. */
export interface WandbRun {
  id?: string | undefined
  /** ISO 8601. */
  started?: string | undefined
  /** Whether it ended without an error, as far as that is written down. */
  finished: boolean
  commit?: string | undefined
  remote?: string | undefined
  /** The script, relative to the repository or absolute on the machine of the run. */
  program?: string | undefined
  args: string[]
  cores?: number | undefined
  gpu?: string | undefined
  /** Values by their names, `_wandb` included. */
  config: Map<string, unknown>
  summary: Map<string, unknown>
  artifacts: WandbArtifact[]
}

export interface WandbArtifact {
  type: string
  name: string
  /** Of its manifest. */
  digest: string | undefined
  entries: { path: string; digest: string; reference: string | undefined }[]
}
