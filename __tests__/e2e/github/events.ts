import { createRequire } from 'node:module'

/** GitHub's own event payloads, with the commits of a repository that exists. */

export interface Trigger {
  /** `GITHUB_EVENT_NAME` */
  name: string
  payload: object
  /** What `actions/checkout` checks out. */
  sha: string
  ref: string
}
interface Repository {
  full_name: string
  owner: { login: string }
  fork: boolean
}
interface PullRequestPayload {
  action: string
  number: number
  pull_request: {
    number: number
    head: { sha: string; ref: string; repo: Repository }
    base: { sha: string; ref: string; repo: Repository }
  }
  repository: Repository
  before?: string
  after?: string
}

const webhooks = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string
  examples: object[]
}[]

/** The first example of an event is unlike what is sent today in places, so the second or a later one is taken. */
function example<T>(name: string, action?: string): T {
  const examples = webhooks.find((webhook) => webhook.name === name)?.examples.slice(1) ?? []
  const found = examples.find((one) => action === undefined || ('action' in one && one.action === action))
  if (!found) throw new Error(`no example of ${name} ${action}`)
  return structuredClone(found) as T
}

export interface PullRequestCommits {
  base: string
  head: string
  /** What `actions/checkout` checks out: the merge of both. */
  merge: string
}

export const PULL_REQUEST = 2

export function pullRequest(
  action: 'opened' | 'synchronize',
  { base, head, merge }: PullRequestCommits,
  { fork = false }: { fork?: boolean } = {},
): Trigger {
  const payload = example<PullRequestPayload>('pull_request', action)
  const { pull_request } = payload
  const repository = { ...payload.repository, full_name: 'acme/digits', default_branch: 'main' }
  const owner = { ...repository.owner, login: 'stranger' }
  pull_request.base = { ...pull_request.base, sha: base, ref: 'main', repo: repository }
  pull_request.head = {
    ...pull_request.head,
    sha: head,
    ref: 'change',
    repo: fork ? { ...repository, full_name: 'stranger/digits', owner, fork: true } : repository,
  }
  return {
    name: 'pull_request',
    payload: {
      ...payload,
      number: PULL_REQUEST,
      pull_request: { ...pull_request, number: PULL_REQUEST },
      repository,
      ...(action === 'synchronize' && { before: base, after: head }),
    },
    sha: merge,
    ref: `refs/pull/${PULL_REQUEST}/merge`,
  }
}

/** Another event about the same pull request: `pull_request_review`, `pull_request_review_comment`. */
export function about(name: string, commits: PullRequestCommits): Trigger {
  return { ...pullRequest('synchronize', commits), name }
}

/** An event without a pull request: `push`, `workflow_dispatch`, `schedule`, … */
export function other(name: string, sha: string, ref = 'refs/heads/main'): Trigger {
  const { repository, ...payload } = example<{ repository?: object }>(name)
  return {
    name,
    payload: {
      ...payload,
      ref,
      repository: { ...repository, full_name: 'acme/digits', default_branch: 'main' },
    },
    sha,
    ref,
  }
}

/** A merge group is judged as a whole, and its base is where it goes. */
export function mergeGroup({ base, merge }: PullRequestCommits): Trigger {
  const ref = 'refs/heads/gh-readonly-queue/main/pr-2'
  const trigger = other('merge_group', merge, ref)
  const merge_group = { head_sha: merge, head_ref: ref, base_sha: base, base_ref: 'refs/heads/main' }
  return { ...trigger, payload: { ...trigger.payload, merge_group } }
}
