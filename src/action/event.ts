import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { errorText, ReprogateError } from '../system/errors.js'
import type { RunnerEnvironment } from './environment.js'

export type Event =
  | {
      kind: 'pull_request'
      number: number
      /** Commit of the head when the event was sent; the pull request may have moved on since. */
      head: string
      base: { sha: string; ref: string }
      /** The head lies in another repository, so the token can usually only read. */
      fork: boolean
    }
  | { kind: 'other'; name: string; sha: string | undefined }

const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const repository = z.object({ full_name: z.string() })

/** The fields that are used, of the many that GitHub sends. */
const pullRequestSchema = z.object({
  pull_request: z.object({
    number: z.int().positive(),
    /** `repo` is null when the fork has been deleted. */
    head: z.object({ sha, repo: repository.nullable() }),
    base: z.object({ sha, ref: z.string().min(1), repo: repository }),
  }),
})

/**
 * These run with the repository's secrets and write token, and anybody can own the head of the pull
 * request: to build and evaluate it there would hand them over.
 */
const PRIVILEGED = new Set(['pull_request_target', 'workflow_run', 'issue_comment'])

/**
 * The event that started the workflow.
 *
 * @param name `GITHUB_EVENT_NAME`
 * @param payload the parsed event file
 * @param sha `GITHUB_SHA`
 * @throws ReprogateError `event/privileged` if checking would be unsafe; `event/malformed` if a pull
 *   request's event lacks what GitHub always sends
 */
export function parseEvent(name: string, payload: unknown, sha: string | undefined): Event {
  if (PRIVILEGED.has(name)) {
    throw new ReprogateError(
      'event/privileged',
      `\`${name}\` runs with this repository’s secrets, and a check builds and runs the pull request’s code`,
    )
  }
  if (name !== 'pull_request') return { kind: 'other', name, sha }
  const result = pullRequestSchema.safeParse(payload)
  if (!result.success) {
    throw new ReprogateError(
      'event/malformed',
      `The event of the pull request cannot be read:\n${z.prettifyError(result.error)}`,
    )
  }
  const { number, head, base } = result.data.pull_request
  return {
    kind: 'pull_request',
    number,
    head: head.sha,
    base: { sha: base.sha, ref: base.ref },
    fork: head.repo?.full_name !== base.repo.full_name,
  }
}

/**
 * Reads the event file of the runner.
 *
 * @throws ReprogateError as `parseEvent` does
 */
export async function readEvent(runner: RunnerEnvironment): Promise<Event> {
  const payload = await readFile(runner.eventPath, 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch((error: unknown) => {
      throw new ReprogateError(
        'event/malformed',
        `The event file ${runner.eventPath} cannot be read: ${errorText(error)}`,
      )
    })
  return parseEvent(runner.eventName, payload, runner.sha)
}
