import type { GitHub } from './client.js'

export interface CommentTarget {
  owner: string
  repo: string
  /** Number of the pull request. */
  number: number
  /** The commit that was judged. */
  head: string
}

export type CommentOutcome =
  | { outcome: 'created' | 'updated' | 'unchanged'; url: string }
  /** `superseded`: the pull request has a newer head; `not-needed`: no problem, and no older comment. */
  | { outcome: 'superseded' | 'not-needed' }

interface Comment {
  id: number
  body?: string
  html_url: string
  user: { login: string } | null
}

/** A comment to keep up to date. */
interface Task extends CommentTarget {
  github: GitHub
  /** The name under which the token writes. */
  login: string
  marker: string
  body: string
}

/**
 * Keeps one comment on the pull request up to date. Ours is one that begins with the first line of
 * `body`, the marker, and was written under the token's own name: anybody can copy a marker.
 * Two runs that create one at the same time both keep the older and delete the younger.
 *
 * @param create false: an existing comment is brought up to date, and no new one is made
 * @throws what the API says; the caller decides that a comment is not worth failing for
 */
export async function upsertComment(
  github: GitHub,
  target: CommentTarget,
  body: string,
  { create }: { create: boolean },
): Promise<CommentOutcome> {
  const [marker = ''] = body.split('\n', 1)
  if (!/^<!-- \S.* -->$/.test(marker)) throw new Error('a comment begins with its marker')
  const task: Task = { ...target, github, login: await ownLogin(github), marker, body }
  const [first, ...rest] = await ownComments(task)
  if (!first && !create) return { outcome: 'not-needed' }
  // As late as can be: a run for a newer head may have written its verdict meanwhile.
  if (!(await isCurrent(task))) return { outcome: 'superseded' }
  return first ? settle(task, [first, ...rest]) : createOne(task)
}

/** `github-actions[bot]` for the runner's own token. */
async function ownLogin(github: GitHub): Promise<string> {
  try {
    const { viewer } = await github.graphql<{ viewer: { login: string } }>('query { viewer { login } }')
    return viewer.login
  } catch {
    // Some tokens may not ask; the runner's own is by far the most likely one.
    return 'github-actions[bot]'
  }
}

/** Oldest first. */
async function ownComments({ github, owner, repo, number, login, marker }: Task): Promise<Comment[]> {
  const all: Comment[] = await github.paginate(github.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  })
  return all
    .filter(({ user, body }) => user?.login === login && body?.split(/\r?\n/, 1)[0] === marker)
    .sort((a, b) => a.id - b.id)
}

async function isCurrent({ github, owner, repo, number, head }: Task): Promise<boolean> {
  const { data } = await github.rest.pulls.get({ owner, repo, pull_number: number })
  return data.head.sha === head
}

/** If another run has created one meanwhile, the older of the two stays. */
async function createOne(task: Task): Promise<CommentOutcome> {
  const { github, owner, repo, number, body } = task
  const { data: created } = await github.rest.issues.createComment({
    owner,
    repo,
    issue_number: number,
    body,
  })
  const [oldest, ...others] = await ownComments(task)
  if (oldest && oldest.id !== created.id) return settle(task, [oldest, ...others])
  return { outcome: 'created', url: created.html_url }
}

/** Writes into the oldest and deletes the rest; two runs do the same and so end with one. */
async function settle(
  { github, owner, repo, body }: Task,
  [oldest, ...younger]: [Comment, ...Comment[]],
): Promise<CommentOutcome> {
  const unchanged = sameText(oldest.body, body)
  if (!unchanged) await github.rest.issues.updateComment({ owner, repo, comment_id: oldest.id, body })
  for (const { id } of younger) {
    await github.rest.issues.deleteComment({ owner, repo, comment_id: id }).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error
    })
  }
  return { outcome: unchanged ? 'unchanged' : 'updated', url: oldest.html_url }
}

/** GitHub stores what it is sent, except for line ends. */
const sameText = (one: string | undefined, other: string) =>
  one?.replaceAll('\r\n', '\n').trimEnd() === other.replaceAll('\r\n', '\n').trimEnd()

/** The HTTP status of an error that the API client threw. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined
