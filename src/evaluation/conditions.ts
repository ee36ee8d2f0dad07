/**
 * The conditions under which a replay runs, beside its code, data and image. To try another is to name
 * another value here; what confines the sandbox is not a condition.
 */
export interface Conditions {
  readonly hostname: string
  /** Environment variables, over those of the image. */
  readonly env: Readonly<Record<string, string>>
  /** Processors that it may use, as `0` or `0-3`; all by default. */
  readonly cpus?: string | undefined
  /** Default: who nobody is. Only root can give the workspace to somebody. */
  readonly user?: User | undefined
  /** A folder of this machine that is seen, read-only, at `/reprogate`. */
  readonly tools?: string | undefined
  /** Default `none`. Anything else is for the one whose machine it is to allow. */
  readonly network?: 'bridge' | undefined
}

export interface User {
  uid: number
  gid: number
}

/** The user need not exist in the image: a home that can be written to, and a name for those who ask. */
export const STANDARD: Conditions = {
  hostname: 'replay',
  env: { HOME: '/tmp', LOGNAME: 'replay' },
}

/** Where `tools` is seen. */
export const TOOLS = '/reprogate'
