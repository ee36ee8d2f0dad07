import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { example, findRoute, type Route } from './openapi.js'

/** GitHub refuses a longer comment. */
const COMMENT_LIMIT = 65_536
/** GitHub's links to further pages name the repository by number. */
const BY_NUMBER = '/repositories/1296269'

export interface Comment {
  id: number
  issue: number
  author: string
  body: string
}

interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** An answer that is given in place of the real one, `times` times. */
export interface Fault extends Answer {
  method: string
  path: RegExp
  times: number
}

interface Request {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
}

export const BOT = 'github-actions[bot]'
/** What the runner hands to a job of the repository, and to one of a fork's pull request. */
export const TOKENS = { write: 'ghs_write', read: 'ghs_read' }

/**
 * A GitHub with one repository, on loopback. It keeps comments and pull requests, and holds each
 * request and each of its own answers against GitHub's OpenAPI description: what does not fit is in
 * `violations`, what is not described in `unhandled`; a test expects both to be empty.
 */
export class GitHubServer {
  readonly comments: Comment[] = []
  /** Number of a pull request → the commit of its head. */
  readonly pulls = new Map<number, string>()
  readonly requests: Request[] = []
  readonly violations: string[] = []
  readonly unhandled: string[] = []
  readonly faults: Fault[] = []
  /** Called before a request is answered, as something else that happens on GitHub at that time. */
  meanwhile: ((request: Request) => void) | undefined
  #server: Server
  #nextId = 1000
  #remaining = 1000

  private constructor(readonly repository: string) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const url = new URL(request.url ?? '/', this.url)
        const raw = Buffer.concat(chunks).toString()
        const seen: Request = {
          method: request.method ?? 'GET',
          path: url.pathname.replace(BY_NUMBER, `/repos/${repository}`),
          query: url.searchParams,
          body: raw === '' ? undefined : (JSON.parse(raw) as unknown),
        }
        const { status, body, headers } = this.#answer(seen, request.headers)
        response.writeHead(status, {
          'content-type': 'application/json; charset=utf-8',
          'x-github-media-type': 'github.v3; format=json',
          'x-ratelimit-limit': '1000',
          'x-ratelimit-remaining': String(--this.#remaining),
          'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
          'x-ratelimit-resource': 'core',
          ...headers,
        })
        response.end(body === undefined ? undefined : JSON.stringify(body))
      })
    })
  }

  static async start(repository = 'acme/digits'): Promise<GitHubServer> {
    const server = new GitHubServer(repository)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Something that was written before. */
  addComment(author: string, body: string, issue = 2): Comment {
    const comment = { id: this.#nextId++, issue, author, body }
    this.comments.push(comment)
    return comment
  }

  /** Requests that would change something. */
  get writes(): string[] {
    return this.requests
      .filter(({ method, path }) => method !== 'GET' && path !== '/graphql')
      .map(({ method, path }) => `${method} ${path}`)
  }

  #answer(request: Request, headers: IncomingHttpHeaders): Answer {
    this.requests.push(request)
    this.meanwhile?.(request)
    const fault = this.faults.find(
      (one) => one.times > 0 && one.method === request.method && one.path.test(request.path),
    )
    if (fault) {
      fault.times--
      return fault
    }
    const token = /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (token !== TOKENS.write && token !== TOKENS.read) {
      return {
        status: 401,
        body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' },
      }
    }
    // GraphQL has no OpenAPI description; this is the one question the action asks.
    if (request.method === 'POST' && request.path === '/graphql') return this.#graphql(request.body)

    const what = `${request.method} ${request.path}`
    const route = findRoute(request.method, request.path)
    if (!route) {
      this.unhandled.push(what)
      return {
        status: 404,
        body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' },
      }
    }
    this.violations.push(...route.checkRequest(request.query, request.body).map((p) => `${what}: ${p}`))
    const answer = this.#route(route, request, token === TOKENS.write)
    this.violations.push(
      ...route.checkResponse(answer.status, answer.body).map((p) => `answer to ${what}: ${p}`),
    )
    return answer
  }

  #graphql(body: unknown): Answer {
    const query = String((body as { query?: unknown }).query).replace(/\s+/g, ' ')
    if (query === 'query { viewer { login } }')
      return { status: 200, body: { data: { viewer: { login: BOT } } } }
    this.unhandled.push(`graphql ${query}`)
    return { status: 200, body: { errors: [{ message: 'not understood' }] } }
  }

  #route(route: Route, request: Request, mayWrite: boolean): Answer {
    const { owner, repo } = route.params
    const missing = {
      status: 404,
      body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' },
    }
    if (`${owner}/${repo}` !== this.repository) return missing
    if (request.method !== 'GET' && !mayWrite) {
      return {
        status: 403,
        body: {
          message: 'Resource not accessible by integration',
          documentation_url: 'https://docs.github.com/rest/issues/comments',
          status: '403',
        },
      }
    }
    const text = (request.body as { body?: string } | undefined)?.body ?? ''
    const id = Number(route.params.comment_id)
    const comment = this.comments.find((one) => one.id === id)
    const issue = Number(route.params.issue_number ?? route.params.pull_number)
    if (!route.params.comment_id && !this.pulls.has(issue)) return missing

    switch (route.id) {
      case 'pulls/get':
        return { status: 200, body: this.#pull(issue) }
      case 'issues/list-comments':
        return this.#list(issue, request.query)
      case 'issues/create-comment':
        if (text.length > COMMENT_LIMIT) return tooLong
        return { status: 201, body: this.#json(this.addComment(BOT, text, issue)) }
      case 'issues/update-comment':
        if (!comment) return missing
        if (text.length > COMMENT_LIMIT) return tooLong
        comment.body = text
        return { status: 200, body: this.#json(comment) }
      case 'issues/delete-comment':
        if (!comment) return missing
        this.comments.splice(this.comments.indexOf(comment), 1)
        return { status: 204 }
      default:
        this.unhandled.push(route.id)
        return missing
    }
  }

  #list(issue: number, query: URLSearchParams): Answer {
    const size = Number(query.get('per_page') ?? 30)
    const page = Number(query.get('page') ?? 1)
    const all = this.comments.filter((comment) => comment.issue === issue)
    const last = Math.max(1, Math.ceil(all.length / size))
    const link = (to: number, rel: string) =>
      `<${this.url}${BY_NUMBER}/issues/${issue}/comments?per_page=${size}&page=${to}>; rel="${rel}"`
    return {
      status: 200,
      body: all.slice((page - 1) * size, page * size).map((comment) => this.#json(comment)),
      ...(page < last && { headers: { link: `${link(page + 1, 'next')}, ${link(last, 'last')}` } }),
    }
  }

  #json(comment: Comment) {
    const bot = comment.author.endsWith('[bot]')
    const template = example('issue-comment')
    return {
      ...template,
      id: comment.id,
      url: `${this.url}/repos/${this.repository}/issues/comments/${comment.id}`,
      html_url: commentUrl(this.repository, comment),
      issue_url: `${this.url}/repos/${this.repository}/issues/${comment.issue}`,
      // GitHub gives line ends back as a browser would send them.
      body: comment.body.replace(/\r?\n/g, '\r\n'),
      user: { ...(template.user as object), login: comment.author, type: bot ? 'Bot' : 'User' },
    }
  }

  #pull(number: number) {
    const template = example('pull-request') as {
      head: object
      base: object
      requested_teams: object[]
    }
    return {
      ...template,
      number,
      head: { ...template.head, sha: this.pulls.get(number) },
      // GitHub's own example lacks what its schema requires.
      requested_teams: template.requested_teams.map((team) => ({ ...team, type: 'organization' })),
    }
  }
}

const tooLong: Answer = {
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [
      {
        resource: 'IssueComment',
        code: 'unprocessable',
        field: 'data',
        message: 'Body is too long (maximum is 65536 characters)',
      },
    ],
    documentation_url: 'https://docs.github.com/rest/issues/comments#create-an-issue-comment',
  },
}

export const commentUrl = (repository: string, { id, issue }: Comment) =>
  `https://github.com/${repository}/pull/${issue}#issuecomment-${id}`
