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

/** The name under which the token writes: `github-actions[bot]` for the runner's own. */
async function ownLogin(github: GitHub): Promise<string> {
  try {
    const { viewer } = await github.graphql<{ viewer: { login: string } }>('query { viewer { login } }')
    return viewer.login
  } catch {
    // Some tokens may not ask; the runner's own is by far the most likely one.
    return 'github-actions[bot]'
  }
}

/** GitHub stores what it is sent, but for line ends. */
const sameText = (one: string | undefined, other: string) =>
  one?.replaceAll('\r\n', '\n').trimEnd() === other.replaceAll('\r\n', '\n').trimEnd()

/**
 * Keeps one comment on the pull request up to date. Ours is one that begins with the first line of
 * `body`, the marker, and was written under the token's own name: anybody can copy a marker.
 * Two runs that create one at the same time both keep the older and delete the younger.
 * `create: false` brings an existing comment up to date and makes no new one. Throws what the API
 * says; the caller decides that a comment is not worth failing for.
 */
export async function upsertComment(
  github: GitHub,
  target: CommentTarget,
  body: string,
  { create }: { create: boolean },
): Promise<CommentOutcome> {
  const at = { owner: target.owner, repo: target.repo }
  const marker = body.split('\n', 1)[0] ?? ''
  if (!/^<!-- \S.* -->$/.test(marker)) throw new Error('a comment begins with its marker')

  const login = await ownLogin(github)
  const own = async (): Promise<Comment[]> => {
    const all: Comment[] = await github.paginate(github.rest.issues.listComments, {
      ...at,
      issue_number: target.number,
      per_page: 100,
    })
    return all
      .filter((comment) => comment.user?.login === login && comment.body?.split(/\r?\n/, 1)[0] === marker)
      .sort((a, b) => a.id - b.id)
  }
  const isCurrent = async () => {
    const { data } = await github.rest.pulls.get({ ...at, pull_number: target.number })
    return data.head.sha === target.head
  }
  /** Writes into the oldest and deletes the rest; two runs do the same and so end with one. */
  const settle = async ([oldest, ...younger]: [Comment, ...Comment[]]): Promise<CommentOutcome> => {
    const unchanged = sameText(oldest.body, body)
    if (!unchanged) await github.rest.issues.updateComment({ ...at, comment_id: oldest.id, body })
    for (const { id } of younger) {
      await github.rest.issues.deleteComment({ ...at, comment_id: id }).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error
      })
    }
    return { outcome: unchanged ? 'unchanged' : 'updated', url: oldest.html_url }
  }

  const [first, ...rest] = await own()
  if (!first && !create) return { outcome: 'not-needed' }
  // As late as can be: a run for a newer head may have written its verdict meanwhile.
  if (!(await isCurrent())) return { outcome: 'superseded' }
  if (first) return settle([first, ...rest])

  const { data: created } = await github.rest.issues.createComment({
    ...at,
    issue_number: target.number,
    body,
  })
  const [oldest, ...others] = await own()
  if (oldest && oldest.id !== created.id) return settle([oldest, ...others])
  return { outcome: 'created', url: created.html_url }
}

/** The HTTP status of an error that the API client threw. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined
