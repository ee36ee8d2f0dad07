import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findEngine } from '../../../src/engine/find.js'
import { type Engine, type EngineContext } from '../../../src/engine/engine.js'
import { replay } from '../../../src/evaluation/replay.js'
import type { EvaluationRequest } from '../../../src/evaluation/request.js'
import { createRunner } from '../../../src/system/process.js'

/** The real engine runs small evaluations, friendly and hostile ones. */

const reference = process.env['REPROGATE_TEST_BASE']
if (reference === undefined) throw new Error('REPROGATE_TEST_BASE is not set')
export const BASE: string = reference

export const LIMITS = { evaluation: 1, memory: 0.5, processes: 64, output: 0.05 }
export const PREDICTIONS = 'id,prediction,score\n1,3,0.5\n2,8,0.25\n3,8,0.125\n4,1,0.0625\n'

export const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

export function docker(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync('docker', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** An evaluation that writes these results. */
export const writes = (accuracy: number | string = 0.75, predictions = PREDICTIONS) => `
import json
open('metrics.json', 'w').write(json.dumps({'accuracy': ${accuracy}}))
open('predictions.csv', 'w').write(${JSON.stringify(predictions)})
`

/** What the tests of one file share; made anew for every test. */
export class Lab {
  engine!: Engine
  /** Id of the base image. */
  image!: string
  /** A folder of this test, removed after it. */
  home!: string
  controller!: AbortController
  context!: EngineContext
  /** Lines of the progress. */
  shown: string[] = []
  private readonly cleanups: (() => Promise<void>)[] = []

  /** What is committed. */
  get tree(): string {
    return join(this.home, 'tree')
  }

  get scratch(): string {
    return join(this.home, 'scratch')
  }

  /** Our containers that are there now, running or not. */
  containers(): string {
    return docker('ps', '--all', '--quiet', '--filter', `label=${this.engine.label}`)
  }

  async connect(): Promise<void> {
    this.engine = await findEngine(createRunner(new AbortController().signal))
    if ((await this.engine.inspect(BASE)) === null) await this.engine.pull(BASE)
    this.image = (await this.engine.inspect(BASE))!.Id
  }

  async open(): Promise<void> {
    this.shown = []
    this.home = await realpath(await mkdtemp(join(tmpdir(), 'evaluation test, "q" ')))
    await mkdir(this.scratch)
    await mkdir(this.tree)
    this.renew()
  }

  /** Makes a context that has not been cancelled. */
  renew(): void {
    this.controller = new AbortController()
    const { signal } = this.controller
    this.context = {
      engine: this.engine,
      root: this.home,
      prefix: '',
      // No evaluation asks git.
      git: undefined as never,
      run: createRunner(signal),
      progress: { start: () => {}, line: (line) => void this.shown.push(line), end: () => {} },
      signal,
      scratch: this.scratch,
      defer: (cleanup) => void this.cleanups.push(cleanup),
      now: () => performance.now(),
    }
  }

  /** Undoes what the test has deferred, and says what is left in the scratch folder. */
  async close(): Promise<string[]> {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup()
    const left = await readdir(this.scratch)
    await rm(this.home, { recursive: true, force: true })
    return left
  }

  /** A repository with an evaluate.py; `files` are committed beside it. */
  async request(
    script: string,
    files: Record<string, string> = {},
    overrides: Partial<EvaluationRequest> = {},
  ): Promise<EvaluationRequest> {
    for (const [path, text] of Object.entries({ 'evaluate.py': script, ...files })) {
      await mkdir(dirname(join(this.tree, path)), { recursive: true })
      await writeFile(join(this.tree, path), text)
    }
    return {
      image: this.image,
      prepare: async () => {
        const folder = await mkdtemp(join(this.scratch, 'export-'))
        await cp(this.tree, folder, { recursive: true, verbatimSymlinks: true })
        return folder
      },
      mounts: [],
      hide: { paths: [], digests: [] },
      command: ['python3', 'evaluate.py'],
      metrics: 'metrics.json',
      limits: LIMITS,
      recorded: { metrics: { accuracy: 0.75 } },
      tolerance: {},
      ...overrides,
    }
  }

  /** What the record and the policy say of predictions that lie beside the record. */
  async kept(text = PREDICTIONS) {
    const file = join(this.home, 'recorded.csv')
    await writeFile(file, text)
    return {
      predictions: { path: 'predictions.csv', key: 'id' },
      recorded: { metrics: { accuracy: 0.75 }, predictions: { file, digest: sha256(text) } },
    }
  }

  /** Runs a script that prints what it sees. */
  async prints(
    script: string,
    files?: Record<string, string>,
    overrides?: Partial<EvaluationRequest>,
    context = this.context,
  ) {
    const request = await this.request(script, files, { metrics: undefined, ...overrides })
    const run = await replay(context, request)
    return { ...run, text: run.tail.join('\n') }
  }
}

/** A lab for the tests of this file. Nothing may be left behind, after every test. */
export function useLab(): Lab {
  const lab = new Lab()
  beforeAll(() => lab.connect(), 120_000)
  beforeEach(() => lab.open())
  afterEach(async () => {
    const left = await lab.close()
    expect(left.filter((name) => !/^(?:predictions|mount|parts|tools)-/.test(name))).toEqual([])
    expect(lab.containers()).toBe('')
    expect(docker('volume', 'ls', '--quiet', '--filter', 'name=reprogate-replay')).toBe('')
  })
  afterAll(() => lab.engine.sweep())
  return lab
}
