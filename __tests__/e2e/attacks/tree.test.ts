import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pullRequest } from '../github/events.js'
import { Repository } from '../github/repository.js'
import { NODE_24, runStep } from '../github/runner.js'
import { GitHubServer } from '../github/server.js'

/**
 * A pull request that changes what is computed and keeps the recorded result. Whatever the record says
 * of the changed file: the tree that will be merged is built and replayed.
 */

jest.setTimeout(300_000)

const { REPROGATE_TEST_BASE: base, REPROGATE_TEST_REGISTRY: registry } = process.env
const CLI = resolve('dist/cli/index.js')
const RECORD = 'models/toy/provenance.yml'
/** Places that a check could take for something else than code. */
const PLACES = [
  'docs/lib.txt',
  'NOTICE.py',
  '.reprogate/lib.py',
  'LICENSE-code',
  'data.md',
  'models/toy/lib.json',
  'deep/README.md',
]
const SCORE = 'score += 1\n'

const FILES = {
  Dockerfile: `FROM ${base}\nRUN echo toy > /etc/toy\nENV STEP=1\n`,
  ...Object.fromEntries(PLACES.map((place) => [place, SCORE])),
  'unrelated/app.js': 'console.log(1)\n',
  'data/test.csv': 'id\n1\n',
  'models/toy/model.json': '{}\n',
  'evaluate.py': `import json, os
score = int(os.environ["STEP"])
for place in ${JSON.stringify(PLACES)}: exec(open(place).read())
json.dump({"score": score}, open("metrics.json", "w"))
`,
  'reprogate.yml': `track: production
models: {toy: {record: ${RECORD}, evaluation: {command: [python3, evaluate.py]}}}
`,
  [RECORD]: `model: {name: toy, version: 1.0.0, path: models/toy/model.json}
data:
  - {name: toy, version: v1, path: data/test.csv, licence: CC0-1.0}
seeds: {}
hyperparameters: {}
`,
}

let repository: Repository
let recorded: string
beforeAll(() => {
  repository = new Repository(FILES)
  const cli = spawnSync(NODE_24, [CLI, 'record', 'toy', '--push', `${registry}/attacks-tree`], {
    cwd: repository.path,
    encoding: 'utf8',
  })
  expect(cli).toMatchObject({ status: 0 })
  recorded = repository.commit({}, 'the record')
  repository.git('update-ref', 'refs/remotes/origin/main', 'main')
})
afterAll(() => repository.remove())

let github: GitHubServer
beforeEach(async () => {
  github = await GitHubServer.start()
  repository.git('checkout', '-q', '-f', 'main')
  repository.git('branch', '-q', '-f', 'change', recorded)
})
afterEach(() => github.stop())

const propose = async (files: Record<string, string | null>) => {
  const commits = repository.propose(files)
  github.pulls.set(2, commits.head)
  const event = pullRequest('synchronize', commits)
  return { ...(await runStep({ event, workspace: repository.path, api: github.url })), commits }
}
const recordText = () => readFileSync(join(repository.path, RECORD), 'utf8')
const NOT_REPRODUCED = { exitCode: 1, outputs: { verdict: 'not-reproduced', decision: 'fail' } }

describe('an attacker who wants an old result to pass for new code', () => {
  test.each(PLACES)('changes %s', async (place) => {
    const result = await propose({ [place]: 'score += 2\n' })
    expect(result).toMatchObject(NOT_REPRODUCED)
    expect(result.summary).toContain('8 → 9')
  })

  test('calls everything the list of a data set', async () => {
    const record = recordText().replace('path: data/test.csv', 'path: data/test.csv, list: .')
    expect(await propose({ 'docs/lib.txt': 'score += 2\n', [RECORD]: record })).toMatchObject(NOT_REPRODUCED)
  })

  test('calls the Dockerfile a data set', async () => {
    const dockerfile = `FROM ${base}\nRUN echo toy > /etc/toy\nENV STEP=2\n`
    const digest = `sha256:${createHash('sha256').update(dockerfile).digest('hex')}`
    const entry = `  - {name: d, version: v1, path: Dockerfile, digest: "${digest}", licence: CC0-1.0}\n`
    const record = recordText().replace(/^data:\n/m, `data:\n${entry}`)
    expect(await propose({ Dockerfile: dockerfile, [RECORD]: record })).toMatchObject(NOT_REPRODUCED)
  })

  test('changes the evaluation itself, and keeps the record as it is', async () => {
    const evaluate = FILES['evaluate.py'].replace('"score": score', '"score": score + 1')
    expect(await propose({ 'evaluate.py': evaluate })).toMatchObject(NOT_REPRODUCED)
  })
})

describe('an honest team', () => {
  test('changes unrelated code, and the recorded result holds at what will be merged', async () => {
    const result = await propose({ 'unrelated/app.js': 'console.log(2)\n', 'README.md': 'text\n' })
    expect(result).toMatchObject({ exitCode: 0, outputs: { verdict: 'reproduced', decision: 'warn' } })
    expect(result.summary).toContain('unrelated/app.js')
    expect(result.summary).toContain(result.commits.merge.slice(0, 7))
  })

  test('can ask whether the past run can be obtained again, when the code has moved on', () => {
    repository.git('checkout', '-q', 'change')
    repository.commit(
      { 'evaluate.py': FILES['evaluate.py'].replace('"score": score', '"score": score + 1') },
      'moved on',
    )
    const cli = (...args: string[]) => {
      const { status, stdout } = spawnSync(NODE_24, [CLI, ...args, '--json'], {
        cwd: repository.path,
        encoding: 'utf8',
      })
      return { status, report: JSON.parse(stdout) }
    }
    expect(cli('check')).toMatchObject({ status: 1, report: { verdict: 'not-reproduced' } })
    expect(cli('audit', 'toy')).toMatchObject({ status: 0, report: { verdict: 'reproduced' } })
    expect(cli('audit', '--record', `${RECORD}@${recorded}`)).toMatchObject({
      status: 0,
      report: { verdict: 'reproduced', commit: recorded },
    })
    expect(cli('audit', '--record', 'nowhere.yml')).toMatchObject({
      status: 2,
      report: { error: { code: 'models/none' } },
    })
  })

  test('works in a dirty tree: HEAD is judged, and what is not committed is named', () => {
    repository.git('checkout', '-q', 'change')
    writeFileSync(join(repository.path, 'evaluate.py'), 'raise SystemExit("not committed")\n')
    try {
      const { stdout } = spawnSync(NODE_24, [CLI, 'check', '--json'], {
        cwd: repository.path,
        encoding: 'utf8',
      })
      expect(JSON.parse(stdout)).toMatchObject({
        verdict: 'reproduced',
        models: [
          {
            findings: [
              { rule: 'code/uncommitted', message: 'not committed, and so not judged: evaluate.py' },
            ],
          },
        ],
      })
    } finally {
      execFileSync('git', ['checkout', '-q', '-f', '.'], { cwd: repository.path })
    }
  })
})
