import { afterAll, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { pullRequest, PULL_REQUEST } from './github/events.js'
import { NODE_24, runStep, type StepResult } from './github/runner.js'
import { GitHubServer } from './github/server.js'

/** The workflow of this repository, step by step as it stands there, on the base and the registry of the tests. */

jest.setTimeout(600_000)

interface WorkflowStep {
  id?: string
  uses?: string
  run?: string
  with?: Record<string, string>
  env?: Record<string, string>
  'working-directory'?: string
}
const { REPROGATE_TEST_BASE: base = '', REPROGATE_TEST_REGISTRY: registry = '' } = process.env
const workflow = parse(readFileSync('.github/workflows/dogfood.yml', 'utf8')) as {
  jobs: { digits: { env: Record<string, string>; steps: WorkflowStep[] } }
}
const job = workflow.jobs.digits
const repository = `dogfood-${process.pid}`
const folders: string[] = []

afterAll(async () => {
  const names = ['images', '--format', '{{.ID}}', `${registry}/${repository}/digits`]
  const ids = execFileSync('docker', names, { encoding: 'utf8' }).split('\n').filter(Boolean)
  if (ids.length > 0) execFileSync('docker', ['image', 'rm', '--force', ...new Set(ids)])
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** A clone, as `actions/checkout` leaves it, with the bundle that is being tested. */
async function checkout(): Promise<{ path: string; head: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'dogfood-')))
  folders.push(path)
  execFileSync('git', ['clone', '-q', '.', path])
  execFileSync('cp', ['-r', resolve('dist'), path])
  const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: path, encoding: 'utf8' }).trim()
  return { path, head }
}

test('every step of it succeeds, and the example is reproduced', async () => {
  const { path, head } = await checkout()
  const github = await GitHubServer.start()
  github.pulls.set(PULL_REQUEST, head)
  const env: Record<string, string> = { ...job.env, BASE_IMAGE: base, REGISTRY: `${registry}/${repository}` }
  const done: Record<string, StepResult> = {}
  const expand = (text: string) =>
    text.replaceAll(/\$\{\{ (?:env\.(\w+)|steps\.(\w+)\.outputs\.([\w-]+)) \}\}/g, (_, name, step, output) =>
      name === undefined ? done[step]!.outputs[output]! : env[name]!,
    )
  const expandAll = (values: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expand(value)]))
  try {
    for (const step of job.steps) {
      if (step.run !== undefined)
        execFileSync('bash', ['-e', '-c', step.run], {
          cwd: join(path, expand(step['working-directory'] ?? '.')),
          env: {
            ...process.env,
            ...env,
            ...expandAll(step.env),
            PATH: `${dirname(NODE_24)}:${process.env.PATH}`,
          },
          stdio: 'pipe',
        })
      else if (step.uses === './')
        done[step.id!] = await runStep({
          with: expandAll(step.with),
          workspace: path,
          api: github.url,
          event: pullRequest('opened', { base: head, head, merge: head }),
        })
      else expect(step.uses).toMatch(/^actions\/checkout@/)
    }
  } finally {
    await github.stop()
  }
  expect(done.reprogate).toMatchObject({
    exitCode: 0,
    outputs: { verdict: 'reproduced', decision: 'pass', agreement: 'identical' },
  })
  expect(github.comments.map(({ body }) => body)).toEqual([
    expect.stringContaining('✅ Reproduced: `digits`'),
  ])
  expect({ violations: github.violations, unhandled: github.unhandled }).toEqual({
    violations: [],
    unhandled: [],
  })
})
