import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { AXES, type Axis } from '../../../src/diagnosis/axes.js'
import { diagnose, type PreviousInput } from '../../../src/diagnosis/diagnose.js'
import { parseImage } from '../../../src/engine/image.js'
import type { Manifest } from '../../../src/environment/manifest/manifest.js'
import { readImage } from '../../../src/environment/manifest/read.js'
import { againstEachOther, againstRecord } from '../../../src/evaluation/compare.js'
import type { EvaluationRequest } from '../../../src/evaluation/request.js'
import { runAndRead, type RunFailure, type RunOutcome } from '../../../src/evaluation/run.js'
import { differs, gradeOf } from '../../../src/results/comparison.js'
import type { CauseEvidence } from '../../../src/verdict/evidence.js'
import { BASE, docker, type Lab } from '../evaluation/lab.js'

/** Two images that differ where a test plants it, and the search for what made the result differ. */

export interface Contents {
  /** By absolute path. */
  files?: Readonly<Record<string, string>>
  env?: Readonly<Record<string, string>>
}

const SITE = '/usr/local/lib/python3.11/dist-packages'

/** A Python distribution as pip leaves it. */
export function wheel(
  name: string,
  version: string,
  code: string,
  more: Record<string, string> = {},
): Record<string, string> {
  const files: Record<string, string> = {
    [`${SITE}/${name}/__init__.py`]: code,
    ...Object.fromEntries(Object.entries(more).map(([path, text]) => [`${SITE}/${path}`, text])),
    [`${SITE}/${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  }
  const record = `${SITE}/${name}-${version}.dist-info/RECORD`
  const lines = [...Object.keys(files), record].map((path) => `${path.slice(SITE.length + 1)},,`)
  return { ...files, [record]: `${lines.join('\n')}\n` }
}

/** `count` packages of one version, each of which says `value` unless it is told otherwise. */
export const wheels = (
  version: string,
  values: Readonly<Record<string, string>>,
  count = 20,
): Record<string, string> =>
  Object.assign(
    {},
    ...Array.from({ length: count }, (_, index) => {
      const name = `part${index + 1}`
      return wheel(name, version, `VALUE = ${values[name] ?? '0'}\nMADE = "${version}"\n`)
    }),
  ) as Record<string, string>

/** Ids, and what is known of them: tests share images. */
const made = new Map<string, Promise<string>>()
const described = new Map<string, Promise<Manifest>>()

/** @returns the id of an image with these contents over the base */
function imageWith(contents: Contents): Promise<string> {
  const key = JSON.stringify(contents)
  const known = made.get(key) ?? buildImage(contents)
  made.set(key, known)
  return known
}

function manifestOf(lab: Lab, id: string): Promise<Manifest> {
  const json = docker('image', 'inspect', '--format', '{{json .}}', id)
  const known = described.get(id) ?? readImage(lab.context, parseImage(json))
  described.set(id, known)
  return known
}

async function buildImage({ files = {}, env = {} }: Contents): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprogate-pair-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      const to = join(folder, 'root', path)
      await mkdir(dirname(to), { recursive: true })
      await writeFile(to, text)
    }
    await mkdir(join(folder, 'root'), { recursive: true })
    const lines = [
      `FROM ${BASE}`,
      'COPY root/ /',
      ...Object.entries(env).map(([name, value]) => `ENV ${name}=${value}`),
    ]
    await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`)
    const { stdout, stderr, status } = spawnSync('docker', ['build', '--quiet', folder], {
      encoding: 'utf8',
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    })
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function removeImages(): Promise<void> {
  for (const id of await Promise.all(made.values())) docker('image', 'rm', '--force', id)
}

export interface Planted {
  /** Reads what is planted; writes `metrics.json`. */
  script: string
  files?: Record<string, string>
  pinned?: Contents
  rebuilt?: Contents
  /** Conditions under which the record was made, beside the standard ones. */
  recordedWith?: EvaluationRequest['conditions']
  inputs?: readonly PreviousInput[]
  axes?: readonly Axis[]
  /** Compared as well, if the script writes them. */
  predictions?: EvaluationRequest['predictions']
  /** Instead of what the pinned image gives. */
  recorded?: EvaluationRequest['recorded']
}

export interface Named extends CauseEvidence {
  names: string[]
}

function recordOf(outcome: RunOutcome | RunFailure): EvaluationRequest['recorded'] {
  if ('finding' in outcome) throw new Error(outcome.finding.message)
  const { metrics, predictions } = outcome
  return { metrics, predictions: predictions && { file: predictions.file, digest: predictions.digest } }
}

/** Records in the pinned image, replays twice in the rebuild as the gate does, and searches. */
export async function searchPlanted(lab: Lab, planted: Planted): Promise<Named> {
  const two = planted.pinned !== undefined || planted.rebuilt !== undefined
  const pinned = two ? await imageWith(planted.pinned ?? {}) : lab.image
  const rebuilt = two ? await imageWith(planted.rebuilt ?? {}) : lab.image
  const { predictions } = planted
  const request = await lab.request(planted.script, planted.files, { predictions })
  const recorded =
    planted.recorded ??
    recordOf(await runAndRead(lab.context, { ...request, image: pinned, conditions: planted.recordedWith }))
  const judged = { ...request, image: rebuilt, recorded }
  const outcome = await runAndRead(lab.context, judged)
  const second = await runAndRead(lab.context, judged)
  const steady =
    'finding' in outcome || !differs(gradeOf(await againstEachOther(judged, outcome, second as RunOutcome)))
  if (!('finding' in outcome) && !differs(gradeOf(await againstRecord(judged, outcome))) && steady)
    throw new Error('nothing differs')
  const found = await diagnose(lab.context, {
    replayed: { request: judged, outcome, steady },
    images: two
      ? {
          ids: { pinned, rebuild: rebuilt },
          pinned: await manifestOf(lab, pinned),
          rebuilt: await manifestOf(lab, rebuilt),
        }
      : undefined,
    axes: planted.axes ?? AXES,
    inputs: planted.inputs ?? [],
    minutes: 10,
    remedyOf: () => undefined,
  })
  return { ...found, names: found.factors.map(({ name }) => name) }
}
