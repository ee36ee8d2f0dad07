import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadInputs } from '../../src/action/inputs.js'
import { logProgress } from '../../src/action/progress.js'
import {
  publishFailure,
  publishReport,
  PUBLISHERS,
  type Publication,
} from '../../src/action/publish/index.js'
import { incomplete, reproduced } from '../report/fixtures.js'

const to: Publication = {
  runner: {
    eventName: 'push',
    eventPath: '/event.json',
    owner: 'acme',
    repo: 'digits',
    apiUrl: 'https://github.example/api/v3',
    workspace: '/workspace',
    repositoryUrl: 'https://github.example/acme/digits',
  },
  event: {
    occasion: { kind: 'commit', commit: 'c'.repeat(40), merged: 'yes' },
    commit: 'c'.repeat(40),
  },
  inputs: loadInputs(() => ''),
}

/** One for all tests: the toolkit keeps the summary's path. */
const folder = mkdtempSync(join(tmpdir(), 'publish-'))
const write = process.stdout.write
const { GITHUB_OUTPUT, GITHUB_STEP_SUMMARY } = process.env
beforeEach(() => {
  for (const name of ['output', 'summary']) writeFileSync(join(folder, name), '')
  process.env.GITHUB_OUTPUT = join(folder, 'output')
  process.env.GITHUB_STEP_SUMMARY = join(folder, 'summary')
})
afterEach(() => {
  process.stdout.write = write
  for (const [name, value] of Object.entries({ GITHUB_OUTPUT, GITHUB_STEP_SUMMARY }))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the runner reads while `work` publishes. */
async function printed(work: () => Promise<void>): Promise<string> {
  let text = ''
  process.stdout.write = ((part: string) => (text += part) !== '') as typeof write
  await work().finally(() => (process.stdout.write = write))
  return text
}
const publish = (report: typeof reproduced) =>
  printed(() =>
    publishReport({
      report,
      path: '/r.json',
      to,
      progress: logProgress((t) => void process.stdout.write(t)),
    }),
  )
const at = (text: string, part: string) => {
  expect(text).toContain(part)
  return text.indexOf(part)
}

test('each publisher has a name of its own, and something to publish', () => {
  expect(new Set(PUBLISHERS.map(({ name }) => name)).size).toBe(PUBLISHERS.length)
  for (const { report, failure } of PUBLISHERS) expect(report ?? failure).toBeDefined()
})

test('a report: the log first, then the annotations, the reason last', async () => {
  const text = await publish(incomplete)
  expect(at(text, '✖ provenance')).toBeLessThan(at(text, '::error title=digits%3A Seeds missing'))
  expect(text.trimEnd().split('\n').at(-1)).toMatch(/^::error title=reprogate::digits: Incomplete\. /)
  expect(readFileSync(join(folder, 'output'), 'utf8')).toMatch(/^verdict<<.*\nincomplete\n/)
  expect(readFileSync(join(folder, 'output'), 'utf8')).toContain('comment-url<<')
  expect(readFileSync(join(folder, 'summary'), 'utf8')).toMatch(/^### ❌ Incomplete/)
})

test('a pass has no last line of reasons', async () => {
  expect(await publish(reproduced)).not.toContain('::error')
})

test('a publisher that fails is a warning, and the others publish', async () => {
  process.env.GITHUB_OUTPUT = join(folder, 'nowhere', 'output')
  const text = await publish(reproduced)
  expect(text.match(/^::warning::.*$/gm)).toEqual([
    expect.stringContaining('The outputs could not be published'),
    expect.stringContaining('The output `comment-url` could not be published'),
  ])
  expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('Reproduced')
})

test('a failure: outputs and summary; no comment where nobody knows the event', async () => {
  const failure = { title: 'reprogate: policy/invalid', message: 'No such key', remedy: 'Remove it.' }
  expect(await printed(() => publishFailure({ failure, to: undefined }))).toBe('')
  const outputs = readFileSync(join(folder, 'output'), 'utf8')
  expect(outputs).toMatch(/^verdict<<.*\ncould-not-check\n/)
  expect(outputs).not.toContain('comment-url')
  expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('No such key')
})
