import { describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEvent, readEvent } from '../../src/action/event.js'
import { readRunner } from '../../src/action/environment.js'
import { other, pullRequest } from '../e2e/github/events.js'

const commits = { base: 'a'.repeat(40), head: 'b'.repeat(40), merge: 'c'.repeat(40) }
const parse = ({ name, payload, sha }: ReturnType<typeof other>) => parseEvent(name, payload, sha)

describe('event', () => {
  test.each(['opened', 'synchronize'] as const)('pull_request %s', (action) => {
    expect(parse(pullRequest(action, commits))).toEqual({
      occasion: {
        kind: 'proposal',
        head: commits.head,
        base: { commit: commits.base, ref: 'main' },
        merge: commits.merge,
        defaultBranch: expect.any(String),
      },
      pullRequest: { number: 2, head: commits.head, fork: false },
      commit: commits.head,
    })
  })

  test.each(['pull_request_review', 'pull_request_review_comment'])(
    '%s is about its pull request',
    (name) => {
      const { payload } = pullRequest('opened', commits)
      expect(parseEvent(name, payload, commits.merge)).toMatchObject({
        occasion: { kind: 'proposal', head: commits.head, merge: commits.merge },
        pullRequest: { number: 2 },
      })
    },
  )

  test('a head in another repository is a fork', () => {
    expect(parse(pullRequest('opened', commits, { fork: true }))).toMatchObject({
      pullRequest: { fork: true },
    })
  })

  test('a fork that was deleted is a fork', () => {
    const event = pullRequest('opened', commits)
    const payload = event.payload as { pull_request: { head: { repo: unknown } } }
    payload.pull_request.head.repo = null
    expect(parse(event)).toMatchObject({ pullRequest: { fork: true } })
  })

  test('merge_group has a base and no pull request', () => {
    const payload = {
      merge_group: { head_sha: commits.head, base_sha: commits.base, base_ref: 'refs/heads/release' },
      repository: { full_name: 'acme/digits', default_branch: 'main' },
    }
    expect(parseEvent('merge_group', payload, commits.head)).toEqual({
      occasion: {
        kind: 'proposal',
        head: commits.head,
        base: { commit: commits.base, ref: 'release' },
        defaultBranch: 'main',
      },
      commit: commits.head,
    })
  })

  test.each([
    ['push', 'refs/heads/main', 'yes'],
    ['push', 'refs/heads/change', 'no'],
    ['push', 'refs/heads/main/x', 'no'],
    ['push', 'refs/tags/v1', 'if-ancestor'],
    ['release', undefined, 'if-ancestor'],
    ['workflow_dispatch', 'refs/heads/main', 'no'],
    ['repository_dispatch', undefined, 'no'],
    ['schedule', undefined, 'no'],
    ['check_run', undefined, 'no'],
    ['issues', undefined, 'no'],
  ])('%s of %s is judged by its own rules: %s', (name, ref, merged) => {
    const payload = { ref, repository: { full_name: 'acme/digits', default_branch: 'main' } }
    expect(parseEvent(name, payload, commits.merge)).toEqual({
      occasion: { kind: 'commit', commit: commits.merge, defaultBranch: 'main', merged },
      commit: commits.merge,
    })
  })

  test.each(['pull_request_target', 'workflow_run', 'issue_comment'])('%s is refused', (name) => {
    const { payload } = pullRequest('opened', commits)
    expect(() => parseEvent(name, payload, commits.base)).toThrow(
      expect.objectContaining({
        code: 'event/privileged',
        message: expect.stringContaining(`\`${name}\``),
        remedy: expect.stringContaining('`on: pull_request`'),
      }),
    )
  })

  test.each([
    [
      'a commit that is none',
      (pr: { head: { sha: string } }) => (pr.head.sha = '--upload-pack=x'),
      'pull_request.head.sha',
    ],
    ['a number that is none', (pr: { number: unknown }) => (pr.number = '2'), 'pull_request.number'],
  ])('%s is named', (_what, spoil, path) => {
    const event = pullRequest('opened', commits)
    spoil((event.payload as { pull_request: { head: { sha: string }; number: unknown } }).pull_request)
    expect(() => parse(event)).toThrow(
      expect.objectContaining({ code: 'event/malformed', message: expect.stringContaining(path) }),
    )
  })

  test('an event file that is not JSON is named as such', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'event-'))
    const path = join(folder, 'event.json')
    writeFileSync(path, '{')
    const runner = readRunner({
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: path,
      GITHUB_REPOSITORY: 'acme/digits',
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_API_URL: 'https://github.example/api/v3',
      GITHUB_WORKSPACE: folder,
    })
    await expect(readEvent(runner)).rejects.toMatchObject({ code: 'event/malformed' })
    rmSync(folder, { recursive: true })
  })
})

describe('runner', () => {
  const env = {
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: '/event.json',
    GITHUB_REPOSITORY: 'acme/digits',
    GITHUB_SERVER_URL: 'https://git.example',
    GITHUB_API_URL: 'https://git.example/api/v3',
    GITHUB_WORKSPACE: '/workspace',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
  }

  test('addresses are those of the server at hand', () => {
    expect(readRunner(env)).toMatchObject({
      owner: 'acme',
      repo: 'digits',
      repositoryUrl: 'https://git.example/acme/digits',
      runUrl: 'https://git.example/acme/digits/actions/runs/7/attempts/2',
      apiUrl: 'https://git.example/api/v3',
    })
  })

  test('somewhere else it says what is missing', () => {
    expect(() => readRunner({ ...env, GITHUB_REPOSITORY: undefined })).toThrow(
      expect.objectContaining({
        code: 'runner/incomplete',
        message: expect.stringContaining('GITHUB_REPOSITORY'),
      }),
    )
  })
})
