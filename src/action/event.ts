import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Occasion } from '../policy/occasion.js'
import { errorText, ReprogateError } from '../system/errors.js'
import type { RunnerEnvironment } from './environment.js'

export interface Event {
  /** What is judged, and by whose rules. */
  occasion: Occasion
  /** The pull request that the comment belongs to. */
  pullRequest?:
    | {
        number: number
        /** Commit of the head when the event was sent; the pull request may have moved on since. */
        head: string
        /** The head lies in another repository, so the token can usually only read. */
        fork: boolean
      }
    | undefined
  /** The commit that the failure of a check is about. */
  commit: string | undefined
}

const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const repository = z.object({ full_name: z.string(), default_branch: z.string().min(1) })

/** The fields that are used, of the many that GitHub sends. */
const pullRequestSchema = z.object({
  pull_request: z.object({
    number: z.int().positive(),
    /** `repo` is null when the fork has been deleted. */
    head: z.object({ sha, repo: z.object({ full_name: z.string() }).nullable() }),
    base: z.object({ sha, ref: z.string().min(1), repo: repository }),
  }),
})
const mergeGroupSchema = z.object({
  merge_group: z.object({ head_sha: sha, base_sha: sha, base_ref: z.string().min(1) }),
  repository,
})
const otherSchema = z.object({ ref: z.string().optional(), repository: repository.optional() })

/**
 * These run with the repository's secrets and write token, and anybody can own the head of the pull
 * request: to build and evaluate it there would hand them over.
 */
const PRIVILEGED = new Set(['pull_request_target', 'workflow_run', 'issue_comment'])
/** Their payload has the pull request, and the runner checks out its merge. */
const PULL_REQUEST = new Set(['pull_request', 'pull_request_review', 'pull_request_review_comment'])

/**
 * The event that started the workflow.
 *
 * @param name `GITHUB_EVENT_NAME`
 * @param payload the parsed event file
 * @param sha `GITHUB_SHA`
 * @throws ReprogateError `event/privileged` if checking would be unsafe; `event/malformed` if an event
 *   lacks what GitHub always sends
 */
export function parseEvent(name: string, payload: unknown, sha: string | undefined): Event {
  if (PRIVILEGED.has(name)) {
    throw new ReprogateError(
      'event/privileged',
      `\`${name}\` runs with this repository’s secrets, and a check builds and runs the pull request’s code`,
    )
  }
  if (PULL_REQUEST.has(name)) return pullRequestEvent(read(pullRequestSchema, payload), sha)
  if (name === 'merge_group') return mergeGroupEvent(read(mergeGroupSchema, payload))
  const { ref, repository: where } = read(otherSchema, payload)
  const defaultBranch = where?.default_branch
  return {
    occasion: { kind: 'commit', commit: sha, defaultBranch, merged: mergedBy(name, ref, defaultBranch) },
    commit: sha,
  }
}

function pullRequestEvent(
  { pull_request: { number, head, base } }: z.infer<typeof pullRequestSchema>,
  merge: string | undefined,
): Event {
  const { default_branch: defaultBranch, full_name } = base.repo
  return {
    occasion: {
      kind: 'proposal',
      head: head.sha,
      base: { commit: base.sha, ref: base.ref },
      merge,
      defaultBranch,
    },
    pullRequest: { number, head: head.sha, fork: head.repo?.full_name !== full_name },
    commit: head.sha,
  }
}

function mergeGroupEvent({ merge_group, repository: where }: z.infer<typeof mergeGroupSchema>): Event {
  const { head_sha: head, base_sha: commit, base_ref } = merge_group
  const ref = base_ref.replace(/^refs\/heads\//, '')
  return {
    occasion: { kind: 'proposal', head, base: { commit, ref }, defaultBranch: where.default_branch },
    commit: head,
  }
}

/** What was pushed to the default branch is merged already; a tag or a release may be of such a commit. */
function mergedBy(name: string, ref: string | undefined, defaultBranch: string | undefined) {
  if (name === 'push' && ref !== undefined && ref === `refs/heads/${defaultBranch}`) return 'yes'
  if (name === 'release' || (name === 'push' && ref?.startsWith('refs/tags/'))) return 'if-ancestor'
  return 'no'
}

function read<S extends z.ZodType>(schema: S, payload: unknown): z.output<S> {
  const result = schema.safeParse(payload)
  if (result.success) return result.data
  throw new ReprogateError('event/malformed', `The event cannot be read:\n${z.prettifyError(result.error)}`)
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
