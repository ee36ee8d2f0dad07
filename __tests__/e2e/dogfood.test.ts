import { afterAll, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { NODE_24 } from './github/runner.js'

/** The workflow of this repository, step by step as it stands there, on the base and the registry of the tests. */

jest.setTimeout(600_000)

interface WorkflowStep {
  uses?: string
  run?: string
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
async function checkout(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'dogfood-')))
  folders.push(path)
  execFileSync('git', ['clone', '-q', '.', path])
  execFileSync('cp', ['-r', resolve('dist'), path])
  return path
}

test('every step of it succeeds, and the example is reproduced', async () => {
  const path = await checkout()
  const env: Record<string, string> = { ...job.env, BASE_IMAGE: base, REGISTRY: `${registry}/${repository}` }
  const expand = (text: string) => text.replaceAll(/\$\{\{ env\.(\w+) \}\}/g, (_, name) => env[name]!)
  let printed = ''
  for (const step of job.steps) {
    if (step.run === undefined) expect(step.uses).toMatch(/^actions\/checkout@/)
    else
      printed = execFileSync('bash', ['-e', '-o', 'pipefail', '-c', step.run], {
        cwd: join(path, expand(step['working-directory'] ?? '.')),
        env: { ...process.env, ...env, PATH: `${dirname(NODE_24)}:${process.env.PATH}` },
        encoding: 'utf8',
        stdio: 'pipe',
      })
  }
  expect(printed).toContain(
    'Reproduced: Rebuilt and evaluated again: all 797 predictions and 3 metrics came back',
  )
})
