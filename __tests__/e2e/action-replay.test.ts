import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { other, pullRequest, PULL_REQUEST, type PullRequestCommits } from './github/events.js'
import { Repository } from './github/repository.js'
import { NODE_24, runStep, type Step } from './github/runner.js'
import { GitHubServer } from './github/server.js'

/** The bundle with the real engine: a small model is recorded, proposed, broken and mended. */

jest.setTimeout(300_000)

const { REPROGATE_TEST_BASE: base, REPROGATE_TEST_REGISTRY: registry } = process.env
if (!base || !registry) throw new Error('REPROGATE_TEST_BASE and REPROGATE_TEST_REGISTRY are not set')

/** Found again in the command of the containers that belong to this test. */
const MARK = `toy-${randomUUID()}`
const CLI = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url))
const RECORD = 'models/toy/provenance.yml'

/** What a stranger would print. The runner would obey the first five, and GitHub would render the rest. */
const HOSTILE = [
  '::error file=README.md,line=1::forged error',
  '::set-output name=verdict::forged',
  '::add-path::/forged',
  '  ::stop-commands::forged',
  'step 1 ##[add-matcher]forged.json',
  '# forged heading @everyone <img src=x onerror=alert(1)> ![x](https://evil.example/x.png)',
]

const FILES = {
  Dockerfile: `FROM ${base}\nRUN echo toy > /etc/toy\n`,
  'data/test.csv': 'id,x,label\na,1,1\nb,4,1\nc,9,1\nd,2,0\n',
  'models/toy/model.json': '{"threshold": 3}\n',
  'evaluate.py': `import csv, json, time
for line in ${JSON.stringify(HOSTILE)}:
    print(line, flush=True)
time.sleep(1)
threshold = json.load(open('models/toy/model.json'))['threshold']
rows = list(csv.DictReader(open('data/test.csv')))
predicted = [int(float(row['x']) > threshold) for row in rows]
with open('predictions.csv', 'w') as out:
    out.write('id,label\\n')
    for row, label in zip(rows, predicted):
        out.write(f"{row['id']},{label}\\n")
right = sum(label == int(row['label']) for row, label in zip(rows, predicted))
json.dump({'accuracy': right / len(rows)}, open('metrics.json', 'w'))
`,
  'reprogate.yml': `track: production
models:
  toy:
    record: ${RECORD}
    environment: {dockerfile: Dockerfile}
    evaluation:
      command: [python3, evaluate.py, ${MARK}]
      metrics: metrics.json
      predictions: {path: predictions.csv, key: id}
`,
  [RECORD]: `model: {name: toy, version: 1.0.0, path: models/toy/model.json}
data:
  - {name: toy, version: v1, split: test, path: data/test.csv, licence: CC0-1.0}
seeds: {init: 7}
hyperparameters: {threshold: 3}
`,
  '.gitignore': '.reprogate/\n',
}

const docker = (...args: string[]) => execFileSync('docker', args, { encoding: 'utf8' })

let github: GitHubServer
let repository: Repository
let record: string

beforeAll(() => {
  repository = new Repository(FILES)
  execFileSync(NODE_24, [CLI, 'record', 'toy', '--push', `${registry}/${MARK}`], {
    cwd: repository.path,
    stdio: 'pipe',
  })
  repository.commit({}, 'Record the run')
  record = readFileSync(join(repository.path, RECORD), 'utf8')
})
afterAll(() => {
  repository.remove()
  const images = docker('images', '--quiet', '--no-trunc', `${registry}/${MARK}`).split('\n').filter(Boolean)
  if (images.length > 0) docker('image', 'rm', '--force', ...new Set(images))
})

beforeEach(async () => {
  github = await GitHubServer.start()
  repository.git('checkout', '-q', '--detach', 'main')
  repository.git('branch', '-f', 'change', 'main')
})
afterEach(async () => {
  await github.stop()
  expect({ violations: github.violations, unhandled: github.unhandled }).toEqual({
    violations: [],
    unhandled: [],
  })
})

const step = (overrides: Pick<Step, 'event'> & Partial<Step>) =>
  runStep({ workspace: repository.path, api: github.url, ...overrides })
const propose = (files: Record<string, string>): PullRequestCommits => {
  const commits = repository.propose(files)
  github.pulls.set(PULL_REQUEST, commits.head)
  return commits
}
const containers = () =>
  docker('ps', '--all', '--no-trunc', '--format', '{{.Command}}')
    .split('\n')
    .filter((command) => command.includes(MARK))

describe('a pull request with a model', () => {
  test('opened with an edited metric: red; mended: green, in the same comment', async () => {
    const edited = propose({ [RECORD]: record.replace('accuracy: 0.75', 'accuracy: 0.95') })
    const red = await step({ event: pullRequest('opened', edited) })
    expect(red.exitCode).toBe(1)
    expect(red.outputs).toMatchObject({ verdict: 'not-reproduced', decision: 'fail', agreement: 'different' })
    expect(red.outputs.parity).toMatch(/^(identical|content)$/)
    expect(red.outputs['environment-hash']).toMatch(/^env-v1:sha256:[0-9a-f]{64}$/)
    const line = record.split('\n').findIndex((text) => text.includes('accuracy: 0.75')) + 1
    expect(red.annotations).toContainEqual(
      expect.objectContaining({
        level: 'error',
        file: RECORD,
        line,
        title: 'toy: Metric outside its tolerance',
      }),
    )
    const [comment] = github.comments
    expect(comment!.body).toContain('Not reproduced')
    expect(comment!.body).toContain('accuracy')
    const { id } = comment!

    const mended = propose({ [RECORD]: record })
    const green = await step({ event: pullRequest('synchronize', mended) })
    expect(green.log).toContain('Reproduced')
    expect(green).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'reproduced', decision: 'pass', agreement: 'identical' },
    })
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]!.id).toBe(id)
    expect(github.comments[0]!.body).toContain('✅ Reproduced')
    expect(github.comments[0]!.body).toContain(mended.merge.slice(0, 7))
    expect(github.comments[0]!.body).not.toContain(edited.merge.slice(0, 7))
  })

  test('whose evaluation prints workflow commands and Markdown: they are text', async () => {
    const commits = propose({ 'README.md': 'text\n' })
    const result = await step({ event: pullRequest('opened', commits) })
    expect(result.outputs.verdict).toBe('reproduced')
    expect(result.log).toContain('forged')
    const names = new Set(result.commands.map(({ name }) => name))
    expect(
      [...names].filter((name) => !/^(group|endgroup|stop-commands|warning|notice)$/.test(name)),
    ).toEqual([])
    expect(result.commands.filter(({ data }) => data.includes('forged'))).toEqual([])
    expect(result.env).toEqual({})
    expect(github.comments[0]!.body).not.toContain('forged')
  })

  test('pushed without a pull request: the same verdict, no comment', async () => {
    const commits = propose({ 'README.md': 'text, pushed\n' })
    const result = await step({ event: other('push', commits.merge) })
    expect(result).toMatchObject({ exitCode: 0, outputs: { verdict: 'reproduced', 'comment-url': '' } })
    expect(github.requests).toEqual([])
  })

  test.each([
    ['builds', /^::group::.*build/i],
    ['evaluates', /forged heading/],
  ])('cancelled while it %s: over in time, nothing left behind, nothing said', async (what, cancelAt) => {
    const commits = propose({ 'README.md': `text, cancelled while it ${what}\n` })
    const temp = mkdtempSync(join(tmpdir(), 'cancelled-'))
    const result = await step({ event: pullRequest('opened', commits), cancelAt, env: { TMPDIR: temp } })
    expect(result.exitCode).toBe(1)
    expect(result.cancelled).toBeLessThan(7500)
    expect(result.annotations).toEqual([expect.objectContaining({ title: 'reprogate: check/cancelled' })])
    expect(github.writes).toEqual([])
    expect(containers()).toEqual([])
    expect(readdirSync(temp)).toEqual([])
    rmSync(temp, { recursive: true })
  })
})
