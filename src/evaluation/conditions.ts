/**
 * The conditions under which a replay runs, beside its code, data and image. To try another is to name
 * another value here; what confines the sandbox is not a condition.
 */
export interface Conditions {
  readonly hostname: string
  /** Environment variables, over those of the image. */
  readonly env: Readonly<Record<string, string>>
}

/** The user need not exist in the image: a home that can be written to, and a name for those who ask. */
export const STANDARD: Conditions = {
  hostname: 'replay',
  env: { HOME: '/tmp', LOGNAME: 'replay' },
}
