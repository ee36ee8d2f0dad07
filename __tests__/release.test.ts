import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { Repository } from './e2e/github/repository.js'

/** The shell of the release workflow, as it stands there, in a repository with a tag. */

const { jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8')) as {
  jobs: Record<string, { steps: { name?: string; run?: string }[] }>
}
let repository: Repository
let file: (name: string) => string

beforeEach(() => {
  repository = new Repository({
    'package.json': '{"version": "1.2.0"}',
    'CHANGELOG.md':
      '## [Unreleased]\n\n- Later.\n\n## [1.2.0] - 2026-01-02\n\n- A `$(thing)`.\n\n## [1.1.0] - 2026-01-01\n',
  })
  file = (name) => join(repository.path, name)
  for (const tag of ['v1', 'v1.1.0', 'v1.2.0']) repository.git('tag', tag)
  repository.git('update-ref', 'refs/remotes/origin/main', 'main')
})
afterEach(() => repository.remove())

/** @returns the name of the step that failed */
function failure(job: string, variables: Record<string, string> = {}): string | undefined {
  const env = {
    PATH: process.env.PATH,
    GITHUB_OUTPUT: file('output'),
    GITHUB_REF_NAME: 'v1.2.0',
    ...variables,
  }
  const isShell = ({ run = 'npm' }) => !run.startsWith('npm')
  return jobs[job]!.steps.filter(isShell).find(
    ({ run }) => spawnSync('bash', ['-e', '-c', run!], { cwd: repository.path, env }).status !== 0,
  )?.name
}

test('the next jobs get the commit and the section of the changelog', () => {
  expect(failure('verify')).toBeUndefined()
  expect(readFileSync(file('output'), 'utf8')).toBe(
    `commit=${repository.git('rev-parse', 'main')}\nnotes<<END-OF-NOTES\n\n- A \`$(thing)\`.\nEND-OF-NOTES\n`,
  )
})

const spoilers: Record<string, [string, () => void]> = {
  'the tag is not on main': [
    'The tag is on main, and no version is newer',
    () => {
      repository.git('checkout', '-q', 'change')
      repository.commit({}, 'aside')
      repository.git('tag', '--force', 'v1.2.0')
    },
  ],
  'a version is newer': [
    'The tag is on main, and no version is newer',
    () => repository.git('tag', 'v1.10.0'),
  ],
  'package.json says another version': [
    'package.json has the version of the tag',
    () => writeFileSync(file('package.json'), '{"version": "1.2.1"}'),
  ],
  'the changelog does not have it': [
    'The changelog has a section of the version',
    () => writeFileSync(file('CHANGELOG.md'), '## [1.2.01] - 2026-01-02\n\n- Other.\n'),
  ],
}
test.each(Object.keys(spoilers))('there is none when %s', (name) => {
  const [step, spoil] = spoilers[name]!
  spoil()
  expect(failure('verify')).toBe(step)
})

test.each([true, false])(
  'the major tag moves, or is made; the notes are no shell (tag there: %s)',
  (isThere) => {
    writeFileSync(file('gh'), `#!/bin/sh\necho "$*" >> calls\n${isThere ? '' : 'test "$3" != PATCH'}\n`)
    chmodSync(file('gh'), 0o755)
    const PATH = `${repository.path}:${process.env.PATH}`
    const variables = { PATH, GH_REPO: 'acme/it', COMMIT: 'c0ffee', NOTES: 'A `$(thing)`.' }
    expect(failure('publish', variables)).toBeUndefined()
    expect(readFileSync(file('calls'), 'utf8').trim().split('\n')).toEqual([
      'api --method PATCH repos/acme/it/git/refs/tags/v1 -f sha=c0ffee -F force=true',
      ...(isThere ? [] : ['api --method POST repos/acme/it/git/refs -f ref=refs/tags/v1 -f sha=c0ffee']),
      'release create v1.2.0 --verify-tag --title v1.2.0 --notes A `$(thing)`.',
    ])
  },
)
