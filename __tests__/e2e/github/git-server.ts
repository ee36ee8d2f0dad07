import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** Git's own smart HTTP server for the bare repositories of a folder; it wants the job's token. */
export class GitServer {
  readonly requests: string[] = []

  private constructor(
    private readonly server: Server,
    private readonly root: string,
    private readonly token: string,
  ) {}

  static async start(root: string, token: string): Promise<GitServer> {
    const server = createServer((request, response) => own.answer(request, response))
    const own = new GitServer(server, root, token)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return own
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url!, 'http://localhost')
    this.requests.push(`${request.method} ${pathname}${search}`)
    const wanted = `basic ${Buffer.from(`x-access-token:${this.token}`).toString('base64')}`
    if (request.headers.authorization?.toLowerCase() !== wanted.toLowerCase()) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end()
      return
    }
    const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'uploadpack.allowAnySHA1InWant',
        GIT_CONFIG_VALUE_0: 'true',
        PATH_INFO: pathname,
        PATH_TRANSLATED: join(this.root, pathname),
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_USER: 'job',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(child.stdin)
    child.stdin.on('error', () => {})
    let head = Buffer.alloc(0)
    let begun = false
    child.stdout.on('data', (chunk: Buffer) => {
      if (begun) return void response.write(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      begun = true
      const fields = head.subarray(0, end).toString().split('\r\n')
      for (const field of fields) {
        const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(field) ?? []
        if (name.toLowerCase() === 'status') response.statusCode = Number(value.slice(0, 3))
        else response.setHeader(name, value)
      }
      response.write(head.subarray(end + 4))
    })
    child.stdout.on('end', () => response.end())
  }
}
