import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pullRequest } from '../github/events.js'
import { Repository } from '../github/repository.js'
import { runStep } from '../github/runner.js'
import { GitHubServer } from '../github/server.js'

/**
 * A pull request, or a step before the gate, that wants git to run something on the host. Everything
 * that git could be told to run writes one file: it must not be there in the end.
 */

jest.setTimeout(60_000)

const RECORD = 'models/digits/provenance.yml'
const INCOMPLETE = 'track: production\nmodel: {name: digits, version: 1.0.0}\n'

let github: GitHubServer
let repository: Repository
let folder: string
let marker: string
let program: string
beforeEach(async () => {
  github = await GitHubServer.start()
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'attack-')))
  marker = join(folder, 'ran')
  program = join(folder, 'program')
  writeFileSync(program, `#!/bin/sh\ntouch '${marker}'\ncat\n`)
  chmodSync(program, 0o755)
  repository = new Repository({ [RECORD]: INCOMPLETE, 'data/a.csv': 'a\n' })
})
afterEach(async () => {
  repository.remove()
  rmSync(folder, { recursive: true, force: true })
  await github.stop()
})

/** The check of a pull request that brings these files, after `plant` has been there. */
async function check(files: Record<string, string>, plant: () => void, options: { directory?: string } = {}) {
  const commits = repository.propose(files)
  github.pulls.set(2, commits.head)
  plant()
  return runStep({
    event: pullRequest('synchronize', commits),
    workspace: repository.path,
    api: github.url,
    with: options.directory === undefined ? {} : { 'working-directory': options.directory },
  })
}
const JUDGED = { exitCode: 1, outputs: { verdict: 'incomplete', decision: 'fail' } }

describe('an attacker who wants git to run a program', () => {
  const config =
    (...settings: [string, string][]) =>
    () => {
      for (const [name, value] of settings) repository.git('config', name, value)
    }
  const at = (name: string): [string, string] => [name, program]
  test.each<[string, Record<string, string>, () => () => void]>([
    ['as a monitor of files', {}, () => config(at('core.fsmonitor'))],
    [
      'as a filter',
      { '.gitattributes': '* filter=evil\n' },
      () => config(at('filter.evil.smudge'), at('filter.evil.clean'), at('filter.evil.process')),
    ],
    [
      'to show differences',
      { '.gitattributes': '* diff=evil\n', 'reprogate.yml': 'track: production\n' },
      () => config(at('diff.external'), at('diff.evil.command'), at('diff.evil.textconv')),
    ],
    ['as a pager', {}, () => config(at('core.pager'), at('pager.log'), at('pager.diff'))],
    [
      'to reach a remote',
      {},
      () => config(at('core.sshCommand'), at('core.askPass'), at('credential.helper'), at('core.gitProxy')),
    ],
    [
      'as a hook',
      {},
      () => () => {
        for (const hook of [
          'post-checkout',
          'pre-auto-gc',
          'reference-transaction',
          'post-index-change',
          'fsmonitor-watchman',
        ]) {
          mkdirSync(join(repository.path, '.git/hooks'), { recursive: true })
          writeFileSync(join(repository.path, '.git/hooks', hook), `#!/bin/sh\ntouch '${marker}'\n`)
          chmodSync(join(repository.path, '.git/hooks', hook), 0o755)
        }
      },
    ],
    [
      'through a file that is included',
      {},
      () => () => {
        const included = join(folder, 'included')
        writeFileSync(included, `[core]\n\tfsmonitor = ${program}\n\thooksPath = ${folder}\n`)
        repository.git('config', 'include.path', included)
      },
    ],
    ['to verify signatures', {}, () => config(at('gpg.program'), ['log.showSignature', 'true'])],
    ['as an alternate ref command', {}, () => config(at('core.alternateRefsCommand'))],
  ])('%s', async (_how, files, plant) => {
    expect(await check({ ...files, 'README.md': 'x\n' }, plant())).toMatchObject(JUDGED)
    expect(existsSync(marker)).toBe(false)
  })

  test('through a bare repository in a subfolder that is the working directory', async () => {
    const planted = {
      'sub/HEAD': 'ref: refs/heads/main\n',
      'sub/config': `[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = ${program}\n`,
      'sub/objects/info/alternates': '../../.git/objects\n',
      'sub/refs/keep': '',
      'sub/provenance.yml': INCOMPLETE,
    }
    expect(await check(planted, () => {}, { directory: 'sub' })).toMatchObject(JUDGED)
    expect(existsSync(marker)).toBe(false)
  })

  test('through the submodule that it brings', async () => {
    const plant = () => {
      const inner = join(repository.path, 'sub')
      mkdirSync(join(inner, '.git/objects'), { recursive: true })
      mkdirSync(join(inner, '.git/refs'))
      writeFileSync(join(inner, '.git/HEAD'), 'ref: refs/heads/main\n')
      writeFileSync(join(inner, '.git/config'), `[core]\n\tfsmonitor = ${program}\n`)
    }
    expect(await check({ 'README.md': 'x\n' }, plant)).toMatchObject(JUDGED)
    expect(existsSync(marker)).toBe(false)
  })
})

test('an attacker who wants other objects to be looked at: environment variables of earlier steps count for nothing', async () => {
  const other = new Repository({ [RECORD]: 'track: exploratory\n' })
  try {
    const commits = repository.propose({ 'README.md': 'x\n' })
    github.pulls.set(2, commits.head)
    const result = await runStep({
      event: pullRequest('synchronize', commits),
      workspace: repository.path,
      api: github.url,
      env: {
        GIT_DIR: join(other.path, '.git'),
        GIT_WORK_TREE: other.path,
        GIT_OBJECT_DIRECTORY: join(other.path, '.git/objects'),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.fsmonitor',
        GIT_CONFIG_VALUE_0: program,
        GIT_EXTERNAL_DIFF: program,
        GIT_SSH_COMMAND: program,
      },
    })
    expect(result).toMatchObject(JUDGED)
    expect(existsSync(marker)).toBe(false)
  } finally {
    other.remove()
  }
})

test('an attacker who wants .git to be a link is refused', async () => {
  const elsewhere = join(folder, 'elsewhere')
  const result = await check({ 'README.md': 'x\n' }, () => {
    renameSync(join(repository.path, '.git'), elsewhere)
    symlinkSync(elsewhere, join(repository.path, '.git'))
  })
  expect(result).toMatchObject({ exitCode: 1, outputs: { verdict: 'could-not-check', decision: 'fail' } })
  expect(result.annotations.map(({ title }) => title)).toContain('reprogate: git/untrusted')
})

describe('an honest checkout', () => {
  test('with odd names, CRLF and attributes is judged like any other', async () => {
    const files = {
      'a b/é "quoted" \'x\'.py': 'a\r\n',
      '-rf': 'x\n',
      '日本.md': 'x\n',
      '.gitattributes': '*.py text eol=crlf\n*.bin binary\n* export-subst\n',
    }
    expect(await check(files, () => {})).toMatchObject(JUDGED)
  })
})
