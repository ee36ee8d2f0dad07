import { createHash } from 'node:crypto'
import { cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path/posix'
import { fingerprint, listText } from '../data/digest.js'
import type { DataMount } from '../data/verify.js'
import type { ImageDescription } from '../environment/image.js'
import { formatManifestFile, toManifestFile } from '../environment/manifest/file.js'
import { pauseFor } from '../environment/pause.js'
import type { RunOutcome } from '../evaluation/run.js'
import type { Plan } from '../policy/plan.js'
import type { Record_ } from '../provenance/schema.js'
import type { Context } from '../system/context.js'
import { comparable } from '../results/metrics/volatile.js'
import { algorithmOf } from '../system/digest.js'
import { ReprogateError } from '../system/errors.js'
import { placeInside, type Draft } from './draft.js'

/** What a machine knows of a run, written into the draft. */

/** Hashes the data sets and the model that the record names; a folder's list is kept beside the record. */
export async function keepData(
  context: Context,
  { data = [], model }: Record_,
  draft: Draft,
): Promise<DataMount[]> {
  const entries = [
    ...data.map(({ path, digest }, index) => ({ at: ['data', index] as const, path, digest })),
    { at: ['model'] as const, path: model?.from ? undefined : model?.path, digest: model?.digest },
  ]
  const mounts: DataMount[] = []
  for (const { at, path, digest } of entries) {
    if (path === undefined) continue
    const place = await placeInside(context, path)
    if (!place.exists) throw new ReprogateError('data/file-missing', `${path} is not there`)
    context.progress.line(`hashing ${path}`)
    const algorithm = algorithmOf(digest ?? '')
    const now = await fingerprint(context.root, place.absolute, algorithm, context.signal)
    draft.set([...at, 'digest'], now.digest)
    if (at[0] === 'data' && now.files[0]?.path !== '') {
      const list = join(draft.folder, `${path.split('/').filter(Boolean).join('-')}.${algorithm}`)
      await draft.keep(list, listText(now.files))
      draft.set([...at, 'list'], list)
    }
    mounts.push({ source: place.absolute, target: path })
  }
  return mounts
}

export interface RecordedEnvironment {
  /** By digest; undefined: no registry has it. */
  image: string | undefined
  dockerfile: string
  description: ImageDescription
  signal: AbortSignal
}

export async function keepEnvironment(
  { folder, set, keep }: Draft,
  { context, args }: Plan,
  { image, dockerfile, description, signal }: RecordedEnvironment,
): Promise<void> {
  const path = join(folder, 'environment.json')
  const kept = await toManifestFile(description.manifest, image ?? description.id, pauseFor(signal))
  const manifest = formatManifestFile(kept)
  await keep(path, manifest)
  if (image !== undefined) set(['environment', 'image'], image)
  set(['environment', 'dockerfile'], dockerfile)
  if (context !== '.') set(['environment', 'context'], context)
  if (Object.keys(args).length > 0) set(['environment', 'args'], args)
  set(['environment', 'hash'], description.hashes.environment)
  set(['environment', 'platform'], description.platform)
  set(['environment', 'hardware'], hardwareHere())
  set(['environment', 'manifest'], { path, digest: `sha256:${sha256(manifest)}` })
}

export async function keepEvaluation(
  { folder, set, keep }: Draft,
  plan: Plan,
  { metrics, predictions }: RunOutcome,
): Promise<void> {
  set(['evaluation', 'command'], plan.command)
  if (plan.metrics !== 'metrics.json' && plan.answers.patterns.length === 0)
    set(['evaluation', 'output'], plan.metrics)
  set(['evaluation', 'metrics'], comparable(metrics))
  if (!plan.predictions || !predictions) return
  const { path: output, key } = plan.predictions
  const path = join(folder, basename(output))
  await keep(path, { copyOf: predictions.file })
  const { rows, digest } = predictions
  set(['evaluation', 'predictions'], { path, output, ...(key !== undefined && { key }), rows, digest })
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export function hardwareHere(): { cpu: string; cores: number; memory: string } {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
  }
}
