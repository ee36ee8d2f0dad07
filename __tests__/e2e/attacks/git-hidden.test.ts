import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createRepository, RECORD, sha256, TRAIN, type Repository } from '../../support/repository.js'

jest.setTimeout(120_000)

const BUNDLE = resolve('dist/cli/index.js')

let repository: Repository
let elsewhere: string
beforeEach(() => {
  repository = createRepository()
  elsewhere = mkdtempSync(join(tmpdir(), 'reprogate-attack-'))
})
afterEach(() => {
  repository.remove()
  rmSync(elsewhere, { recursive: true, force: true })
})

const check = (cwd = repository.root, env: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, 'check', '--json'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr, report: JSON.parse(stdout) }
}
const messages = ({ report }: ReturnType<typeof check>): string =>
  JSON.stringify(report.models.flatMap(({ findings }: { findings: unknown[] }) => findings))

describe('an attacker who wants a program to run on the host', () => {
  const ran = () => join(elsewhere, 'ran')
  const program = () => {
    const path = join(elsewhere, 'program')
    writeFileSync(path, `#!/bin/sh\ntouch ${ran()}\ncat\n`)
    chmodSync(path, 0o755)
    return path
  }
  beforeEach(() => {
    repository.write('.gitattributes', '* filter=x diff=x\n')
    repository.save()
    repository.write('evaluate.py', 'changed\n')
  })

  test('by filters, drivers, monitors, hooks and includes of the repository', () => {
    mkdirSync(join(repository.root, '.git/hooks'), { recursive: true })
    for (const name of ['post-index-change', 'reference-transaction', 'post-checkout'])
      symlinkSync(program(), join(repository.root, '.git/hooks', name))
    for (const name of [
      'filter.x.clean',
      'filter.x.smudge',
      'filter.x.process',
      'core.fsmonitor',
      'core.pager',
    ])
      repository.git('config', name, program())
    for (const name of ['core.sshCommand', 'diff.external', 'diff.x.textconv', 'diff.x.command'])
      repository.git('config', name, program())
    const included = join(elsewhere, 'included')
    writeFileSync(included, `[core]\n\tfsmonitor = ${program()}\n`)
    repository.git('config', 'include.path', included)
    expect(messages(check())).toContain('evaluate.py')
    expect(existsSync(ran())).toBe(false)
  })

  test('by variables that an earlier step left behind', () => {
    const env = {
      GIT_EXTERNAL_DIFF: program(),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: program(),
      GIT_DIR: elsewhere,
      GIT_INDEX_FILE: elsewhere,
    }
    expect(messages(check(repository.root, env))).toContain('evaluate.py')
    expect(existsSync(ran())).toBe(false)
  })
})

describe('an attacker who wants another repository to be judged', () => {
  test('by planting a bare one in the working directory', () => {
    const folder = join(repository.root, 'models/digits')
    for (const [name, text] of [
      ['HEAD', 'ref: refs/heads/main\n'],
      ['config', '[core]\n\tbare = true\n'],
      ['refs/heads/main', `${'1'.repeat(40)}\n`],
      ['objects/info/alternates', join(repository.root, '.git/objects\n')],
    ] as const)
      repository.write(`models/digits/${name}`, text)
    const commit = repository.save()
    writeFileSync(join(folder, 'reprogate.yml'), 'models: {digits: {record: provenance.yml}}\n')
    expect(check(folder).report).toMatchObject({ commit })
  })

  test('by a link in place of `.git`', () => {
    const other = createRepository()
    try {
      symlinkSync(join(other.root, '.git'), join(repository.root, 'models/.git'))
      const { status, report } = check(join(repository.root, 'models'))
      expect([status, report.verdict, report.error.code]).toEqual([2, 'could-not-check', 'git/untrusted'])
    } finally {
      other.remove()
    }
  })

  test('by replacing the commit', () => {
    const head = repository.git('rev-parse', 'HEAD')
    const tree = repository.git('rev-parse', 'HEAD^{tree}')
    const orphan = repository.git('commit-tree', '-m', 'another', tree)
    repository.git('replace', head, orphan)
    const found = check()
    expect(found.report).toMatchObject({ commit: head })
    expect(messages(found)).not.toContain('code/commit-not-ancestor')
  })
})

test.each(['--assume-unchanged', '--skip-worktree'])(
  'an attacker who wants a change to stay unseen, by %s',
  (bit) => {
    repository.git('update-index', bit, 'evaluate.py')
    repository.git('config', 'status.showUntrackedFiles', 'no')
    repository.write('evaluate.py', 'print("another")\n')
    repository.write('helper.py', '')
    expect(messages(check())).toMatch(/evaluate\.py[^]*helper\.py|helper\.py[^]*evaluate\.py/)
  },
)

test('an attacker who wants a secret of an earlier step to be printed, as a row that differs', () => {
  repository.write('.env', 'name,value\ntoken,none\n')
  repository.save()
  repository.git('rm', '-q', '--cached', '.env')
  repository.write('.gitignore', '.reprogate/\n.env\n')
  repository.edit(RECORD, 'path: data/train.csv', 'path: .env')
  repository.edit(RECORD, sha256(TRAIN), sha256('name,value\ntoken,none\n'))
  repository.save()
  repository.write('.env', 'name,value\ntoken,hunter2\n')
  const found = check()
  expect(messages(found)).toContain('.env does not match its recorded digest')
  expect(found.stdout + found.stderr).not.toContain('hunter2')
})
