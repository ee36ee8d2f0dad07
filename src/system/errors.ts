/** Something that a user can cause and mend. Anything else that is thrown is a bug. */
export class ReprogateError extends Error {
  constructor(
    /** Stable, `<subject>/<problem>`, like a rule's id. */
    readonly code: string,
    message: string,
    /** What to do about it. */
    readonly remedy: string,
    readonly location: { file?: string; line?: number } = {},
  ) {
    super(message)
    this.name = 'ReprogateError'
  }
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
