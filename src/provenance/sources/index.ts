import { dirname } from 'node:path/posix'
import { cog, kedro, metaflow } from './configs/project.js'
import { hydra, lightning } from './configs/run.js'
import { dvc } from './dvc/index.js'
import { dvclive } from './dvclive.js'
import { evalResults, modelCard } from './hugging-face/card.js'
import { trainerResults, trainerState } from './hugging-face/trainer.js'
import { inspect } from './inspect/index.js'
import { lmEval } from './lm-eval/index.js'
import { mlperf } from './mlperf.js'
import { mlflow } from './mlflow/index.js'
import { native } from './native.js'
import { croissant } from './tables/croissant.js'
import { delta, iceberg, lakefs } from './tables/lake.js'
import { lfs } from './tables/lfs.js'
import { wandb } from './wandb/index.js'
import type { Reading, Source, SourceTree } from './source.js'

/** Each of their files stands for a run, and so for a model. */
const RUNS: readonly Source[] = [native, dvc, dvclive, mlflow, wandb, lmEval, inspect, mlperf]

/** They say something of a run, or of its data, and have no run of their own. */
const BESIDE: readonly Source[] = [
  ...[hydra, lightning],
  ...[trainerResults, trainerState, evalResults, modelCard],
  ...[lakefs, delta, iceberg, lfs, croissant],
  ...[kedro, metaflow, cog],
]

/** In order of precedence: if two say different things of a field, the first is believed. */
export const SOURCES: readonly Source[] = [...RUNS, ...BESIDE]

/** Records of our own format: each is a model that a base branch protects. */
export const detectNative = (files: readonly string[]): string[] => native.detect(files).sort()

/** What other tools left in a folder: the newest file by name of each source, in order of precedence. */
export const detectOthers = (files: readonly string[]): string[] =>
  SOURCES.filter((source) => source !== native).flatMap((source) => source.detect(files).sort().at(-1) ?? [])

/** Runs that other tools left in the very folder of a record of ours: they say the same, or contradict it. */
export function detectSiblings(files: readonly string[], record: string): string[] {
  if (native.detect([record]).length === 0) return []
  // A store such as `mlruns` is known by the files in it, and lies where its folder does.
  const isHere = (run: string) => dirname(run) === dirname(record)
  return RUNS.filter((source) => source !== native).flatMap(
    (source) => source.detect(files).filter(isHere).sort().at(-1) ?? [],
  )
}

const STORE = /(?:^|\/)(?:mlruns|wandb|dvclive|mlflow[^/]*\.(?:db|sqlite3?))$/

/** Whether an ignored file or folder is a tracker's own: a team seldom commits it, and reads it here. */
export const isStore = (path: string): boolean => STORE.test(path)

/** The file or folder of a record, without the run that is selected in it: `mlflow.db#run=1f` is `mlflow.db`. */
export const storeOf = (record: string): string => record.split('#', 1)[0]!

/** Whether a file or folder stands for a run: a README or a config that only says something of one does not. */
export const isRun = (path: string): boolean =>
  RUNS.some((source) => source.detect([storeOf(path)]).length > 0)

/** Those that know a file, else the first. */
function readersOf(path: string): readonly Source[] {
  const known = SOURCES.filter((source) => source.detect([storeOf(path)]).length > 0)
  return known.length > 0 ? known : SOURCES.slice(0, 1)
}

/** Everything that is said in one file, by each source that knows it, and what the rest of the tree says against it. */
export async function readSources(tree: SourceTree, path: string): Promise<[Reading, ...Reading[]]> {
  const readings = await Promise.all(
    readersOf(path).map(async (source) => {
      const reading = await source.read(tree, path)
      const against = (await source.check?.(tree, path)) ?? []
      return { ...reading, problems: [...reading.problems, ...against] }
    }),
  )
  return readings as [Reading, ...Reading[]]
}

/** What a record calls its model, and the track that it asks for, if it can be read. */
export async function ownWords(
  tree: SourceTree,
  path: string,
): Promise<{ name?: string | undefined; track?: 'exploratory' | 'production' | undefined }> {
  const readings = await Promise.all(readersOf(path).map((source) => source.read(tree, path)))
  const records = readings.flatMap(({ record }) => record ?? [])
  return {
    name: records.map(({ model }) => model?.name).find((name) => name !== undefined),
    track: records.map(({ track }) => track).find((track) => track !== undefined),
  }
}
