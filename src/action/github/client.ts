import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import type { getOctokit } from '@actions/github'

export type GitHub = ReturnType<typeof getOctokit>

/** A longer wait than this is not worth a comment. */
const LONGEST_WAIT_S = 20
const silent = () => {}

/**
 * A client for the API at `apiUrl`. It tries again twice after a server's error, and once after a
 * rate limit that ends within 20 s.
 */
export async function connect(token: string, apiUrl: string): Promise<GitHub> {
  // Imported here because it reads the environment and the event file when it is imported.
  const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github')
  const onLimit = (retryAfter: number, _options: unknown, _octokit: unknown, tries: number) =>
    tries < 1 && retryAfter <= LONGEST_WAIT_S
  return getOctokit(
    token,
    {
      baseUrl: apiUrl,
      userAgent: 'reprogate',
      // A failure is reported once, by whoever asked; the default writes to standard error.
      log: { debug: silent, info: silent, warn: silent, error: silent },
      retry: { retries: 2 },
      throttle: { onRateLimit: onLimit, onSecondaryRateLimit: onLimit },
    },
    retry,
    throttling,
  )
}
