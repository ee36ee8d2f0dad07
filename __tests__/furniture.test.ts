import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What is written down in several places agrees, and the workflows keep their rules. */

interface Step {
  uses?: string
  with?: Record<string, unknown>
}
interface Job {
  permissions?: object
  'timeout-minutes'?: number
  services?: Record<string, { image: string }>
  steps: Step[]
}
interface Workflow {
  permissions?: object
  concurrency?: object
  jobs: Record<string, Job>
}
/** What is asked of the files in JSON here. */
interface Manifest {
  version?: string
  image?: string
  devDependencies?: Record<string, string>
  features?: Record<string, { version: string }>
}
const read = (path: string): string => readFileSync(path, 'utf8')
const json = (path: string) => JSON.parse(read(path)) as Manifest
const WORKFLOWS = '.github/workflows'

describe('one version', () => {
  const node = read('.node-version').trim()

  test('of Node.js', () => {
    expect((parse(read('action.yml')) as { runs: object }).runs).toMatchObject({ using: `node${node}` })
    expect(json('package.json').devDependencies!.node).toMatch(`^${node}.`)
    expect(json('.devcontainer/devcontainer.json').image).toContain(`-${node}-`)
  })

  test('of this package: the newest release of the changelog, or the one to come', () => {
    const version = json('package.json').version!
    expect(json('package-lock.json').version).toBe(version)
    const [first, ...released] = read('CHANGELOG.md').match(/^## .*/gm)!
    expect(first).toBe('## [Unreleased]')
    for (const heading of released) expect(heading).toMatch(/^## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/)
    const later = released.findIndex((heading) => heading.startsWith(`## [${version}]`))
    expect(later).toBeLessThanOrEqual(0)
  })

  test('of each feature of the development container', () => {
    const features = json('.devcontainer/devcontainer-lock.json').features!
    const used = Object.keys(json('.devcontainer/devcontainer.json').features!)
    expect(Object.keys(features)).toEqual(used)
    for (const name of used) expect(name).toMatch(new RegExp(`:${features[name]!.version}$`))
  })
})

describe.each(readdirSync(WORKFLOWS))('%s', (name) => {
  const text = read(join(WORKFLOWS, name))
  const workflow = parse(text) as Workflow
  const jobs = Object.values(workflow.jobs)

  test('grants nothing but by job, and ends', () => {
    expect(workflow.permissions).toEqual({})
    expect(workflow.concurrency).toBeDefined()
    for (const job of jobs) {
      expect(job.permissions).toBeDefined()
      expect(job['timeout-minutes']).toBeGreaterThan(0)
    }
  })

  test('pins actions by commit, with the version beside it, and images by digest', () => {
    const steps = jobs.flatMap((job) => job.steps)
    for (const { uses, with: inputs } of steps) {
      if (uses === undefined || uses === './') continue
      expect(uses).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/)
      expect(text).toMatch(new RegExp(`uses: ${uses} # v\\d+\\.\\d+\\.\\d+\\n`))
      if (uses.startsWith('actions/checkout@')) expect(inputs).toHaveProperty('persist-credentials', false)
    }
    for (const { image } of jobs.flatMap((job) => Object.values(job.services ?? {})))
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/)
  })
})
