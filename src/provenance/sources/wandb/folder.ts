import { md5Of } from '../../../system/dvc-digest.js'
import type { Place } from '../../../verdict/finding.js'
import { valuesIn, type ValueFile } from '../documents.js'
import type { SourceTree } from '../source.js'
import { listOf, mapOf, scalarText } from '../values.js'
import { runInLog } from './log.js'
import type { WandbArtifact, WandbRun } from './run.js'

/** Bytes of a run's log. */
const LARGEST_LOG = 64 * 1024 * 1024

/** Manifests of artifacts that are read. */
const MOST_MANIFESTS = 50

/** A run in its folder, and where each of its files is. */
export interface FoundRun {
  run: WandbRun
  /** Where the fields of its metadata, its configuration and its summary stand. */
  placeOf(part: 'metadata' | 'config' | 'summary', key: string): Place
}

/**
 * Reads a run of the folder `run-<date>_<time>-<id>`: the files of a run that was online, else its log.
 *
 * @param files those of the folder
 */
export async function readRun(
  tree: SourceTree,
  folder: string,
  files: readonly string[],
): Promise<FoundRun | null> {
  const within = (name: string) => valuesIn(tree, `${folder}/files/${name}`)
  const [metadata, config, summary] = [
    await within('wandb-metadata.json'),
    await within('config.yaml'),
    await within('wandb-summary.json'),
  ]
  if (metadata || config || summary) {
    const parts = { metadata, config, summary }
    const run = { ...onlineRun(parts), id: folder.split('-').at(-1) }
    const placeOf: FoundRun['placeOf'] = (part, key) => {
      const document = parts[part]
      return document ? { file: document.file, line: document.lineOf([key]) } : { file: tree.prefix + folder }
    }
    return { run, placeOf }
  }
  const log = files.find((file) => file.startsWith(`${folder}/`) && file.endsWith('.wandb'))
  const read = log === undefined ? undefined : await tree.files.read(log, LARGEST_LOG)
  if (log === undefined || read === undefined || 'refused' in read) return null
  const run = runInLog(read.bytes)
  return run && { run, placeOf: () => ({ file: tree.prefix + log }) }
}

interface Parts {
  metadata: ValueFile | null
  config: ValueFile | null
  summary: ValueFile | null
}

/** `state: running` is in the metadata of every run that has ended: it was written at its start. */
function onlineRun({ metadata, config, summary }: Parts): WandbRun {
  const about = mapOf(metadata?.value)
  const git = mapOf(about['git'])
  const cores = Number(about['cpu_count'])
  return {
    started: scalarText(about['startedAt']),
    finished: summary !== null,
    commit: scalarText(git['commit']),
    remote: scalarText(git['remote']),
    program: scalarText(about['codePath']) ?? scalarText(about['program']),
    args: listOf(about['args']).flatMap((arg) => scalarText(arg) ?? []),
    cores: Number.isInteger(cores) && cores > 0 ? cores : undefined,
    gpu: scalarText(about['gpu']),
    config: new Map(Object.entries(mapOf(config?.value)).map(([key, entry]) => [key, valueIn(entry)])),
    summary: new Map(Object.entries(mapOf(summary?.value))),
    artifacts: [],
  }
}

/** `{value: 3}`, and by older versions `{desc: null, value: 3}`. */
const valueIn = (entry: unknown): unknown => {
  const map = mapOf(entry)
  return 'value' in map ? map['value'] : entry
}

/** `wandb_manifest.json` of an artifact, which lies in the artifact's folder; W&B names its kind nowhere. */
export async function manifestsIn(tree: SourceTree, files: readonly string[]): Promise<WandbArtifact[]> {
  const artifacts: WandbArtifact[] = []
  for (const path of files.filter((file) => file.endsWith('/wandb_manifest.json')).slice(0, MOST_MANIFESTS)) {
    const read = await valuesIn(tree, path)
    const entries = Object.entries(mapOf(mapOf(read?.value)['contents'])).map(([name, given]) => {
      const entry = mapOf(given)
      return { path: name, digest: scalarText(entry['digest']) ?? '', reference: scalarText(entry['ref']) }
    })
    const name = path.split('/').at(-2)!
    const type = /model|checkpoint/i.test(name) ? 'model' : 'dataset'
    artifacts.push({ type, name, digest: manifestDigest(entries), entries })
  }
  return artifacts
}

/** As W&B computes it (`wandb-storage-policy-v1`): of every path with its digest, in order. */
function manifestDigest(entries: WandbArtifact['entries']): string {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))
  const lines = sorted.map(({ path, digest }) => `${path}:${digest}\n`)
  return md5Of(`wandb-artifact-manifest-v1\n${lines.join('')}`)
}
