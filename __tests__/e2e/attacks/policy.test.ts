import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  about,
  mergeGroup,
  other,
  pullRequest,
  type PullRequestCommits,
  type Trigger,
} from '../github/events.js'
import { GitServer } from '../github/git-server.js'
import { Repository } from '../github/repository.js'
import { runStep, type Step } from '../github/runner.js'
import { GitHubServer, TOKENS } from '../github/server.js'

/**
 * A pull request that wants to be judged by its own rules. The records here are incomplete, so that no
 * engine is needed: by the rules of the base the check fails, by those of the attacker it would pass.
 */

jest.setTimeout(60_000)

const RECORD = 'models/digits/provenance.yml'
const INCOMPLETE = 'model: {name: digits, version: 1.0.0}\n'
const STRICT = `track: production\nmodels: {digits: {record: ${RECORD}}}\n`
/** What an attacker would like to be judged by. */
const LOOSE = `track: exploratory\nmodels: {digits: {record: ${RECORD}}}\n`

let github: GitHubServer
let repository: Repository
beforeEach(async () => {
  github = await GitHubServer.start()
})
afterEach(async () => {
  repository.remove()
  await github.stop()
  expect({ violations: github.violations, unhandled: github.unhandled }).toEqual({
    violations: [],
    unhandled: [],
  })
})

const step = (event: Trigger, overrides: Partial<Step> = {}) => {
  const { payload } = event as { payload: { pull_request?: { head: { sha: string } } } }
  if (payload.pull_request) github.pulls.set(2, payload.pull_request.head.sha)
  return runStep({ event, workspace: repository.path, api: github.url, ...overrides })
}
const FAILED = { exitCode: 1, outputs: { verdict: 'incomplete', decision: 'fail' } }

describe('an attacker who wants to be judged by a loosened policy', () => {
  let commits: PullRequestCommits
  beforeEach(() => {
    repository = new Repository({ [RECORD]: INCOMPLETE, 'reprogate.yml': STRICT })
    commits = repository.propose({ 'reprogate.yml': LOOSE })
  })

  test.each<[string, (commits: PullRequestCommits) => Trigger]>([
    ['pull_request', (at) => pullRequest('opened', at)],
    ['pull_request_review', (at) => about('pull_request_review', at)],
    ['pull_request_review_comment', (at) => about('pull_request_review_comment', at)],
    ['merge_group', mergeGroup],
    ['push to a branch', (at) => other('push', at.merge, 'refs/heads/change')],
    [
      'push to a branch that is called almost like the default one',
      (at) => other('push', at.merge, 'refs/heads/main2'),
    ],
    ['push of a tag', (at) => other('push', at.merge, 'refs/tags/v1')],
    ['release', (at) => other('release', at.merge, 'refs/tags/v1')],
    ['workflow_dispatch', (at) => other('workflow_dispatch', at.merge, 'refs/heads/change')],
    ['repository_dispatch', (at) => other('repository_dispatch', at.merge)],
    ['check_run', (at) => other('check_run', at.merge)],
    ['issues', (at) => other('issues', at.merge)],
  ])('on %s is judged by that of the base', async (_name, trigger) => {
    expect(await step(trigger(commits))).toMatchObject(FAILED)
  })

  test('and one that is merged is judged by its own rules', async () => {
    repository.git('checkout', '-q', 'main')
    repository.git('merge', '-q', '--no-ff', '-m', 'merged', commits.head)
    const merged = repository.git('rev-parse', 'HEAD')
    expect(await step(other('push', merged))).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'incomplete', decision: 'warn' },
    })
  })

  test('with a GITHUB_SHA that is checked out and is not the merge: the head is judged, by the payload’s base', async () => {
    repository.git('checkout', '-q', commits.head)
    const sha = repository.commit({ 'README.md': 'x\n' }, 'not a merge')
    const event = { ...pullRequest('opened', commits), sha }
    const result = await step(event)
    expect(result).toMatchObject(FAILED)
    expect(result.summary).toContain(commits.head.slice(0, 7))
  })
})

test('an attacker who wants to go through a branch without a policy is judged by the default branch', async () => {
  repository = new Repository({ [RECORD]: INCOMPLETE })
  repository.git('branch', 'release', 'main')
  const strict = repository.commit({ 'reprogate.yml': STRICT }, 'a policy on main')
  repository.git('update-ref', 'refs/remotes/origin/main', strict)
  repository.git('checkout', '-q', 'change')
  const head = repository.commit({ 'README.md': 'x\n' }, 'the change')
  const base = repository.git('rev-parse', 'release')
  const event = pullRequest('opened', { base, head, merge: head })
  const { pull_request } = event.payload as { pull_request: { base: { ref: string } } }
  pull_request.base.ref = 'release'
  expect(await step(event)).toMatchObject(FAILED)
})

describe('an attacker who wants no policy to be found', () => {
  test.each<[string, string]>([
    ['a link to another one', '120000'],
    ['a submodule', '160000'],
  ])('puts %s in its place: an error, and never no policy', async (_what, mode) => {
    repository = new Repository({ [RECORD]: INCOMPLETE, 'loose.yml': LOOSE })
    const object =
      mode === '160000' ? repository.git('rev-parse', 'HEAD') : repository.git('rev-parse', 'HEAD:loose.yml')
    repository.git('update-index', '--add', '--cacheinfo', `${mode},${object},reprogate.yml`)
    repository.git('commit', '-q', '-m', 'planted')
    repository.git('branch', '-f', 'change', 'main')
    const commits = repository.propose({ 'README.md': 'x\n' })
    const result = await step(pullRequest('opened', commits))
    expect(result).toMatchObject({ exitCode: 1, outputs: { verdict: 'could-not-check', decision: 'fail' } })
    expect(result.annotations[0]).toMatchObject({ title: 'reprogate: policy/irregular' })
  })

  test('makes a folder on its way a link', async () => {
    repository = new Repository({ [RECORD]: INCOMPLETE, 'real/reprogate.yml': LOOSE })
    symlinkSync('real', join(repository.path, 'conf'))
    repository.commit({}, 'planted')
    repository.git('branch', '-f', 'change', 'main')
    const commits = repository.propose({ 'README.md': 'x\n' })
    const result = await step(pullRequest('opened', commits), { with: { config: 'conf/reprogate.yml' } })
    expect(result.annotations[0]).toMatchObject({ title: 'reprogate: policy/irregular' })
    expect(result.exitCode).toBe(1)
  })
})

describe('an attacker who wants a model to be forgotten', () => {
  const propose = (files: Record<string, string | null>, policy?: string) => {
    repository = new Repository({
      [RECORD]: `${INCOMPLETE}track: production\n`,
      ...(policy !== undefined && { 'reprogate.yml': policy }),
    })
    return pullRequest('opened', repository.propose(files))
  }
  test('removes its record', async () => {
    const result = await step(propose({ [RECORD]: null, 'README.md': 'x\n' }))
    expect(result).toMatchObject(FAILED)
    expect(result.summary).toContain('the record of')
  })
  test('moves its record', async () => {
    const moved = propose({ [RECORD]: null, 'elsewhere/provenance.yml': `${INCOMPLETE}track: exploratory\n` })
    expect(await step(moved)).toMatchObject(FAILED)
  })
  test('gives its name to another record, and is asked for by name', async () => {
    const event = propose({
      [RECORD]: 'model: {name: letters}\n',
      'elsewhere/provenance.yml': `${INCOMPLETE}track: exploratory\n`,
    })
    const result = await step(event, { with: { models: 'digits' } })
    expect(result).toMatchObject(FAILED)
    expect(result.annotations.map(({ file }) => file)).toContain(RECORD)
  })
  test('lowers its track', async () => {
    expect(await step(propose({ [RECORD]: `${INCOMPLETE}track: exploratory\n` }))).toMatchObject(FAILED)
  })
  test('makes its record a link', async () => {
    repository = new Repository({ [RECORD]: INCOMPLETE, 'reprogate.yml': STRICT })
    repository.git('checkout', '-q', 'change')
    rmSync(join(repository.path, RECORD))
    symlinkSync('/etc/passwd', join(repository.path, RECORD))
    const head = repository.commit({}, 'planted')
    const base = repository.git('rev-parse', 'main')
    const result = await step(pullRequest('opened', { base, head, merge: head }))
    expect(result).toMatchObject(FAILED)
    expect(result.log).not.toContain('root:')
    expect(result.summary).toContain('is a link')
  })
})

test('an honest team that adds a model sees it checked, and not yet covered by the policy', async () => {
  repository = new Repository({ [RECORD]: INCOMPLETE, 'reprogate.yml': LOOSE })
  const commits = repository.propose({ 'models/letters/provenance.yml': 'model: {name: letters}\n' })
  const result = await step(pullRequest('opened', commits))
  expect(result.exitCode).toBe(0)
  expect(result.summary).toContain('the policy does not name it')
})

describe('what the clone lacks', () => {
  const token = TOKENS.write
  /** A shallow clone of the pull request's merge, as `actions/checkout` makes it, and where it came from. */
  const shallowClone = () => {
    repository = new Repository({ [RECORD]: INCOMPLETE, 'reprogate.yml': STRICT })
    const commits = repository.propose({ 'reprogate.yml': LOOSE })
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'remote-')))
    const git = (cwd: string, ...args: string[]) =>
      execFileSync('git', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    git(root, 'clone', '-q', '--bare', repository.path, 'acme/digits')
    git(join(root, 'acme/digits'), 'update-ref', 'refs/pull/2/merge', commits.merge)
    const workspace = join(root, 'workspace')
    git(root, 'init', '-q', workspace)
    git(workspace, 'fetch', '-q', '--depth=1', `file://${join(root, 'acme/digits')}`, commits.merge)
    git(workspace, 'checkout', '-q', '--detach', 'FETCH_HEAD')
    return { commits, root, workspace }
  }
  test('is fetched with the job’s own credentials: one step in a workflow needs no fetch-depth', async () => {
    const { commits, root, workspace } = shallowClone()
    const server = await GitServer.start(root, token)
    try {
      const result = await step(pullRequest('opened', commits), {
        workspace,
        token,
        env: { GITHUB_SERVER_URL: server.url },
      })
      expect(result).toMatchObject(FAILED)
      expect(result.annotations.filter(({ level }) => level === 'warning')).toEqual([])
      expect(server.requests.length).toBeGreaterThan(0)
      expect(result.log).not.toContain(Buffer.from(`x-access-token:${token}`).toString('base64'))
      const config = execFileSync('git', ['config', '--list'], { cwd: workspace, encoding: 'utf8' })
      expect(config).not.toMatch(/extraheader/)
    } finally {
      await server.stop()
      rmSync(root, { recursive: true, force: true })
    }
  })
  test('and cannot be fetched fails the check, with the line that brings it', async () => {
    const { commits, root, workspace } = shallowClone()
    const server = await GitServer.start(root, 'another token')
    try {
      const result = await step(pullRequest('opened', commits), {
        workspace,
        token,
        env: { GITHUB_SERVER_URL: server.url },
      })
      expect(result).toMatchObject({ exitCode: 1, outputs: { verdict: 'could-not-check', decision: 'fail' } })
      expect(result.annotations.map(({ message }) => message).join('\n')).toContain('fetch-depth: 0')
    } finally {
      await server.stop()
      rmSync(root, { recursive: true, force: true })
    }
  })
})
