import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAct, canHaveAct, runJob } from './github/act.js'
import { pullRequest, PULL_REQUEST, type PullRequestCommits } from './github/events.js'
import { Repository } from './github/repository.js'
import { GitHubServer, TOKENS } from './github/server.js'

/** A real workflow on the open-source runner: `uses: ./`, inputs, outputs into a next step, a failing job. */

jest.setTimeout(60_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WORKFLOW = `
on: pull_request
permissions: {contents: read, pull-requests: write}
jobs:
  lenient:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with: {fetch-depth: 0}
      - id: gate
        uses: ./
      - run: echo "then verdict=\${{ steps.gate.outputs.verdict }} decision=\${{ steps.gate.outputs.decision }} url=\${{ steps.gate.outputs.comment-url }}"
      - run: node -p '"report=" + JSON.parse(fs.readFileSync(process.env.REPORT)).commit'
        env:
          REPORT: \${{ steps.gate.outputs.report }}
  strict:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with: {fetch-depth: 0}
      - id: gate
        uses: ./
        with:
          track: production
          models: |
            digits
      - run: echo "never seen"
      - if: failure()
        run: echo "after the failure decision=\${{ steps.gate.outputs.decision }}"
`
const RECORD = 'reprogate: record/1\nmodel: {name: digits, version: 1.0.0}\nseeds: {}\n'

if (!canHaveAct()) {
  const message = 'act is not there, and there is no Go (https://go.dev/dl) to build it with'
  if (process.env.CI) {
    test('act', () => {
      throw new Error(message)
    })
  } else {
    test(`passed over: ${message}`, () => expect(process.env.CI).toBeFalsy())
  }
} else {
  describe('a real workflow', () => {
    let act: string
    let github: GitHubServer
    let repository: Repository
    let commits: PullRequestCommits
    let folder: string

    beforeAll(async () => {
      act = await buildAct()
      repository = new Repository({
        '.github/workflows/check.yml': WORKFLOW,
        // As in a release: action and bundle are committed.
        ...Object.fromEntries(
          ['action.yml', 'dist/index.js', 'dist/package.json'].map((name) => [
            name,
            readFileSync(join(ROOT, name), 'utf8'),
          ]),
        ),
        'models/digits/provenance.yml': RECORD,
        Dockerfile: 'FROM scratch\n',
      })
      commits = repository.propose({ 'README.md': 'digits\n' })
      folder = mkdtempSync(join(tmpdir(), 'act-'))
      writeFileSync(join(folder, 'event.json'), JSON.stringify(pullRequest('opened', commits).payload))
    }, 600_000)
    afterAll(() => {
      repository.remove()
      rmSync(folder, { recursive: true })
    })
    beforeEach(async () => {
      github = await GitHubServer.start()
      github.pulls.set(PULL_REQUEST, commits.head)
    })
    afterEach(async () => {
      await github.stop()
      expect({ violations: github.violations, unhandled: github.unhandled }).toEqual({
        violations: [],
        unhandled: [],
      })
    })
    const run = (job: string) =>
      runJob(act, {
        workspace: repository.path,
        event: join(folder, 'event.json'),
        job,
        api: github.url,
        token: TOKENS.write,
      })

    test('goes on with the outputs when the decision is not `fail`', async () => {
      const { exitCode, log } = await run('lenient')
      expect(log).toContain('Job succeeded')
      expect(exitCode).toBe(0)
      expect(log).toMatch(/\| then verdict=incomplete decision=warn url=https:\S+#issuecomment-\d+/)
      expect(log).toContain(`| report=${commits.merge}`)
      expect(github.comments.map(({ body }) => body.split('\n')[0])).toEqual(['<!-- reprogate:all -->'])
    })

    test('fails when it is', async () => {
      const { exitCode, log } = await run('strict')
      expect(exitCode).toBe(1)
      expect(log).toContain('Job failed')
      expect(log).not.toContain('| never seen')
      expect(log).toContain('| after the failure decision=fail')
      expect(github.comments.map(({ body }) => body.split('\n')[0])).toEqual([
        '<!-- reprogate:all//digits -->',
      ])
    })
  })
}
