import { randomUUID } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canary, type CanaryResult } from '../../../src/diagnosis/canary/canary.js'
import type { EngineContext } from '../../../src/engine/engine.js'
import type { EvaluationRequest } from '../../../src/evaluation/request.js'
import { recomputedReplay } from '../../../src/evaluation/recomputed.js'
import { runAndRead, type RunOutcome } from '../../../src/evaluation/run.js'
import { wheelsFor } from '../../demo/package-index.js'
import { docker } from '../../world/system.js'
import type { Member } from './member.js'

const NUMPY = 'numpy==2.1.3'
const COMMON = join(import.meta.dirname, 'common.py')
const LIMITS = { evaluation: 2, memory: 0.5, processes: 64, output: 0.05 }

/** The base image with NumPy in it. @returns its id */
export async function imageWithNumpy(base: string, folder: string): Promise<string> {
  const context = await mkdtemp(join(folder, 'numpy-'))
  const name = randomUUID()
  await cp(await wheelsFor(base, [NUMPY]), join(context, 'wheels.tar'))
  await writeFile(
    join(context, 'Dockerfile'),
    [
      `FROM ${base}`,
      'ADD wheels.tar /tmp/wheels/',
      `RUN python3 -m zipfile -e /tmp/wheels/numpy*.whl /opt/python && chmod -R a+rX /opt/python`,
      'ENV PYTHONPATH=/opt/python',
      // An image of its own, which can be removed while another run has the same.
      `LABEL family=${name}`,
    ].join('\n'),
  )
  // Only an image with a tag is safe from others who tidy up.
  return docker('build', '--quiet', '--tag', `reprogate-family:${name}`, context)
}

/** What a member of the family is run with. */
export interface Stage {
  context: EngineContext
  /** Id of the image with NumPy. */
  image: string
  /** A throwaway folder. */
  folder: string
}

/** A member that has been replayed twice, as a check does. */
export interface Played {
  request: EvaluationRequest
  first: RunOutcome
  second: RunOutcome
  /** Metrics that do not follow from the predictions. */
  recomputed: number
  /** Removes its image, if it has its own. */
  remove(): Promise<void>
}

/** Makes the files of a member, and replays it twice. */
export async function play(member: Member, stage: Stage): Promise<Played> {
  const tree = await mkdtemp(join(stage.folder, 'member-'))
  await mkdir(join(tree, 'data'))
  await cp(COMMON, join(tree, 'common.py'))
  await writeFile(join(tree, 'make.py'), `from common import *\n${member.make}\n`)
  await docker(
    'run',
    '--rm',
    '--network=none',
    '-v',
    `${tree}:/w`,
    '-w',
    '/w',
    stage.image,
    'python3',
    'make.py',
  )
  await rm(join(tree, 'make.py'))
  await writeFile(join(tree, 'evaluate.py'), `from common import *\n${member.run}\n`)
  const image = member.baked ? await bake(tree, stage.image, member.baked) : stage.image
  const request = await requestOf(member, { ...stage, image }, tree)
  const [first, second] = [await runAndRead(stage.context, request), await runAndRead(stage.context, request)]
  for (const run of [first, second])
    if ('finding' in run) throw new Error(`${member.name}: ${run.finding.message}\n${run.tail.join('\n')}`)
  const [one, two] = [first, second] as [RunOutcome, RunOutcome]
  const recomputed = await recomputedReplay(request, one)
  return {
    request,
    first: one,
    second: two,
    recomputed: recomputed?.findings.length ?? 0,
    async remove() {
      if (member.baked) await docker('image', 'rm', '--force', image)
      await rm(tree, { recursive: true, force: true })
    },
  }
}

async function bake(tree: string, image: string, files: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries(files).map(([from, to]) => `COPY ${from} ${to}`)
  await writeFile(join(tree, 'Dockerfile'), [`FROM ${image}`, ...lines, ''].join('\n'))
  const id = await docker('build', '--quiet', tree)
  for (const path of ['Dockerfile', ...Object.keys(files).filter((path) => path !== 'model.json')])
    await rm(join(tree, path))
  return id
}

async function requestOf(
  { model = 'model.json', data = ['data'], truth = 'label', definitions = {} }: Member,
  { context, image }: Stage,
  tree: string,
): Promise<EvaluationRequest> {
  const mounts = [...data, ...(model === null ? [] : [model])].map((target) => ({
    source: join(tree, target),
    target,
  }))
  for (const { source } of mounts) await stat(source)
  return {
    image,
    prepare: async () => {
      const folder = await mkdtemp(join(context.scratch, 'export-'))
      await cp(tree, folder, { recursive: true })
      return folder
    },
    mounts,
    hide: { paths: [], digests: [] },
    command: ['python3', 'evaluate.py'],
    metrics: 'metrics.json',
    predictions: { path: 'predictions.csv', key: 'id', truth },
    limits: LIMITS,
    recorded: { metrics: {} },
    tolerance: {},
    definitions,
  }
}

/** What the canary says of it under one nonce. */
export const listen = (
  { model = 'model.json', inputs }: Member,
  { request, first, second }: Played,
  { context }: Stage,
  nonce: string,
): Promise<CanaryResult> =>
  canary(context, {
    replayed: { request, outcome: first, second, steady: true },
    model: model === null ? undefined : { path: model },
    inputs,
    minutes: 10,
    nonce,
  })
