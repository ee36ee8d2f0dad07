import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseReport } from './report.js'
import { mergeGroup, other, pullRequest, PULL_REQUEST, type PullRequestCommits } from './github/events.js'
import { Repository } from './github/repository.js'
import { runStep, type Step, type StepResult } from './github/runner.js'
import { BOT, commentUrl, GitHubServer, TOKENS } from './github/server.js'

/**
 * The built bundle, as a runner starts it, against a GitHub that holds every request against GitHub's
 * own description. The records here are incomplete, so that no engine is needed to come to a verdict.
 */

jest.setTimeout(60_000)

const RECORD = `reprogate: record/1
model: {name: digits, version: 1.0.0}
run: {by: ada}
hyperparameters: {C: 1.0}
`
const MARKER = '<!-- reprogate:all -->'

let github: GitHubServer
let repository: Repository
let commits: PullRequestCommits

beforeAll(() => {
  repository = new Repository({
    'models/digits/provenance.yml': RECORD,
    Dockerfile: 'FROM scratch\n',
    'README.md': 'digits\n',
  })
  commits = repository.propose({ 'README.md': 'digits, better\n' })
})
afterAll(() => repository.remove())

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

const step = (overrides: Partial<Step> = {}): Promise<StepResult> =>
  runStep({
    event: pullRequest('opened', commits),
    workspace: repository.path,
    api: github.url,
    ...overrides,
    with: { track: 'production', ...overrides.with },
  })
const warnings = ({ annotations }: StepResult) =>
  annotations
    .filter(({ level, file }) => level === 'warning' && file === undefined)
    .map(({ message }) => message)

describe('a pull request', () => {
  test('opened: a verdict in the exit code, the outputs, the annotations, the summary, the report and one comment', async () => {
    const result = await step()

    expect(result.exitCode).toBe(1)
    const [comment] = github.comments
    expect(github.writes).toEqual([`POST /repos/acme/digits/issues/${PULL_REQUEST}/comments`])
    expect(comment).toMatchObject({ author: BOT, issue: PULL_REQUEST })
    expect(comment!.body.split('\n')[0]).toBe(MARKER)
    expect(comment!.body).toContain('Incomplete')
    expect(comment!.body).toContain(commits.merge.slice(0, 7))
    expect(comment!.body).toContain('https://github.example/acme/digits/actions/runs/77/attempts/1')

    expect(result.outputs).toEqual({
      verdict: 'incomplete',
      decision: 'fail',
      parity: '',
      agreement: '',
      'environment-hash': '',
      report: join(repository.path, '.reprogate/report.json'),
      'comment-url': commentUrl('acme/digits', comment!),
    })
    const report = parseReport(readFileSync(result.outputs.report!, 'utf8'))
    expect(report).toMatchObject({ verdict: 'incomplete', decision: 'fail', commit: commits.merge })
    expect(report.models.map(({ name }) => name)).toEqual(['digits'])

    expect(result.annotations).toContainEqual(
      expect.objectContaining({
        level: 'error',
        file: 'models/digits/provenance.yml',
        line: 1,
        title: 'digits: Seeds missing',
      }),
    )
    expect(result.summary).toContain('Incomplete')
    expect(result.summary).not.toContain('<!--')
    expect(result.log).toMatch(/digits: Incomplete\. \S/)
  })

  test('synchronized: the same comment, with the new verdict; the old one does not stay', async () => {
    await step()
    const { id, body } = github.comments[0]!
    const result = await step({ event: pullRequest('synchronize', commits), with: { track: '' } })

    expect(result.exitCode).toBe(0)
    expect(result.outputs.decision).toBe('warn')
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]!.id).toBe(id)
    expect(github.comments[0]!.body).not.toBe(body)
    expect(github.comments[0]!.body).not.toContain('blocks the merge')
    expect(result.outputs['comment-url']).toBe(commentUrl('acme/digits', github.comments[0]!))
  })

  test('from a fork: the token can only read, the verdict decides all the same', async () => {
    const result = await step({ event: pullRequest('opened', commits, { fork: true }), token: TOKENS.read })

    expect(result.exitCode).toBe(1)
    expect(result.outputs).toMatchObject({ verdict: 'incomplete', decision: 'fail', 'comment-url': '' })
    expect(github.comments).toEqual([])
    expect(warnings(result)).toEqual([
      expect.stringMatching(
        /Resource not accessible by integration.*from a fork can only read.*job summary/s,
      ),
    ])
    expect(result.summary).toContain('Incomplete')

    const lenient = await step({
      event: pullRequest('opened', commits, { fork: true }),
      token: TOKENS.read,
      with: { track: '' },
    })
    expect(lenient).toMatchObject({ exitCode: 0, outputs: { decision: 'warn' } })
  })
})

describe('other events', () => {
  test.each([
    ['push', () => other('push', commits.merge)],
    ['merge_group', () => mergeGroup(commits)],
    ['workflow_dispatch', () => other('workflow_dispatch', commits.merge)],
  ])('%s: checked, without a comment', async (_name, event) => {
    const result = await step({ event: event() })
    expect(result.exitCode).toBe(1)
    expect(result.outputs).toMatchObject({ verdict: 'incomplete', decision: 'fail', 'comment-url': '' })
    expect(github.requests).toEqual([])
  })

  test.each(['pull_request_target', 'workflow_run'])(
    '%s: refused, and nothing is read or written',
    async (name) => {
      const event = { ...pullRequest('opened', commits), name }
      const result = await step({ event, with: { track: '' } })
      expect(result.exitCode).toBe(1)
      expect(result.outputs).toEqual({ verdict: 'could-not-check', decision: 'fail' })
      expect(result.annotations).toEqual([
        expect.objectContaining({
          level: 'error',
          title: 'reprogate: event/privileged',
          message: expect.stringContaining('on: pull_request'),
        }),
      ])
      expect(github.requests).toEqual([])
    },
  )
})

describe('the comment', () => {
  test('is found on the third page, among others that are not ours', async () => {
    for (let i = 0; i < 120; i++) github.addComment('ada', `comment ${i}`)
    const copied = github.addComment('ada', `${MARKER}\nI copied this.`)
    const quoted = github.addComment(BOT, `> ${MARKER}\nanother workflow’s`)
    const other = github.addComment(BOT, '<!-- reprogate:all//digits -->\nanother step’s')
    for (let i = 0; i < 120; i++) github.addComment('ada', `comment ${i}`)
    const ours = github.addComment(BOT, `${MARKER}\nolder verdict`)
    const before = [copied, quoted, other].map(({ body }) => body)

    await step()
    expect(github.writes).toEqual([`PATCH /repos/acme/digits/issues/comments/${ours.id}`])
    expect(ours.body).toContain('Incomplete')
    expect([copied, quoted, other].map(({ body }) => body)).toEqual(before)
  })

  test('several of ours become one, the oldest', async () => {
    const [first] = [1, 2, 3].map((i) => github.addComment(BOT, `${MARKER}\n${i}`))
    await step()
    expect(github.comments).toEqual([first])
    expect(first!.body).toContain('Incomplete')
  })

  test('created by another run at the same time: both end with the older one', async () => {
    github.meanwhile = ({ method }) => {
      if (method !== 'POST') return
      github.meanwhile = undefined
      github.addComment(BOT, `${MARKER}\nof the other run`)
    }
    const result = await step()
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]!.body).toContain('Incomplete')
    expect(result.outputs['comment-url']).toBe(commentUrl('acme/digits', github.comments[0]!))
  })

  test('does not overwrite the verdict on a newer head', async () => {
    github.pulls.set(PULL_REQUEST, 'd'.repeat(40))
    const newer = github.addComment(BOT, `${MARKER}\nnewer verdict`)
    const result = await step()
    expect(github.writes).toEqual([])
    expect(newer.body).toBe(`${MARKER}\nnewer verdict`)
    expect(result.exitCode).toBe(1)
    expect(result.annotations).toContainEqual(
      expect.objectContaining({ level: 'notice', message: expect.stringContaining('has moved on') }),
    )
  })

  test('never: GitHub is not asked anything', async () => {
    const result = await step({ with: { comment: 'never' } })
    expect(github.requests).toEqual([])
    expect(result.outputs['comment-url']).toBe('')
  })

  test('on-problem: there is one when there is a problem', async () => {
    await step({ with: { comment: 'on-problem' } })
    expect(github.comments).toHaveLength(1)
  })

  test('of one step does not touch that of another', async () => {
    await step()
    await step({ with: { models: 'digits' } })
    expect(github.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      MARKER,
      '<!-- reprogate:all//digits -->',
    ])
  })
})

describe('GitHub in trouble', () => {
  const error = (status: number, message: string, headers = {}) => ({
    status,
    body: { message },
    headers,
    method: 'POST',
    path: /comments$/,
    times: 1,
  })

  test.each([
    ['a bad gateway', error(502, 'Bad Gateway')],
    ['too many requests', error(429, 'Too Many Requests', { 'retry-after': '1' })],
    [
      'a secondary rate limit',
      error(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '1' }),
    ],
  ])('%s passes', async (_what, fault) => {
    github.faults.push(fault)
    const result = await step()
    expect(github.comments).toHaveLength(1)
    expect(warnings(result)).toEqual([])
    expect(fault.times).toBe(0)
  })

  test('a rate limit that ends in an hour is not waited for', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3600)
    github.faults.push({
      ...error(403, 'API rate limit exceeded', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }),
      times: 9,
    })
    const begun = Date.now()
    const result = await step()
    expect(Date.now() - begun).toBeLessThan(30_000)
    expect(result).toMatchObject({ exitCode: 1, outputs: { verdict: 'incomplete', 'comment-url': '' } })
    expect(warnings(result)).toEqual([expect.stringContaining('API rate limit exceeded')])
  })

  test.each([
    ['that is not there', { api: 'http://127.0.0.1:1' }],
    ['that does not know the token', { token: 'ghs_revoked' }],
  ])('a GitHub %s changes nothing but a warning', async (_what, overrides) => {
    const result = await step({ ...overrides, with: { track: '' } })
    expect(result).toMatchObject({ exitCode: 0, outputs: { decision: 'warn', 'comment-url': '' } })
    expect(warnings(result)).toHaveLength(1)
    expect(warnings(result)[0]).toMatch(/^The comment could not be published: /)
  })

  test('a comment that is refused is a warning', async () => {
    github.faults.push(error(422, 'Validation Failed'))
    const result = await step()
    expect(result.exitCode).toBe(1)
    expect(warnings(result)).toEqual([expect.stringContaining('Validation Failed')])
  })

  test('a job without a token is told so', async () => {
    const result = await step({ with: { 'github-token': '' } })
    expect(warnings(result)).toEqual([
      'The comment could not be published: the input `github-token` is empty',
    ])
    expect(result.exitCode).toBe(1)
  })

  test('summary, outputs and report that cannot be written change nothing that was decided', async () => {
    const nowhere = '/nonexistent/file'
    const env = { GITHUB_OUTPUT: nowhere, GITHUB_STEP_SUMMARY: nowhere }
    const result = await step({ env, with: { track: '' } })
    expect(result.exitCode).toBe(0)
    expect(warnings(result)).toEqual([
      expect.stringContaining('The outputs could not be published'),
      expect.stringContaining('The job summary could not be published'),
      expect.stringContaining('The output `comment-url` could not be published'),
    ])
    expect(github.comments).toHaveLength(1)
  })
})

describe('no verdict', () => {
  test('an input that is wrong fails with what it may be', async () => {
    const result = await step({ with: { track: 'prodution' } })
    expect(result.exitCode).toBe(1)
    expect(result.annotations).toEqual([
      expect.objectContaining({
        level: 'error',
        title: 'reprogate: input/invalid',
        message: expect.stringContaining('Did you mean `track: production`?'),
      }),
    ])
    expect(result.outputs).toEqual({ verdict: 'could-not-check', decision: 'fail' })
  })

  test('a model that nobody knows fails; the older verdict does not stay', async () => {
    const older = github.addComment(BOT, '<!-- reprogate:all//letters -->\n### ✅ Reproduced')
    const result = await step({ with: { models: 'letters' } })
    expect(result).toMatchObject({ exitCode: 1, outputs: { verdict: 'could-not-check', decision: 'fail' } })
    expect(older.body).toContain('Could not check')
    expect(older.body).toContain('letters')
    expect(result.summary).toContain('Could not check')
  })

  test('a folder that is not there is named', async () => {
    const result = await step({ with: { 'working-directory': 'elsewhere' } })
    expect(result.exitCode).toBe(1)
    expect(result.annotations[0]).toMatchObject({ title: 'reprogate: directory/missing' })
    expect(result.annotations[0]!.message).toContain('actions/checkout')
  })
})
