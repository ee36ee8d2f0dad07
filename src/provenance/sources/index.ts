import { dvc } from './dvc/index.js'
import { dvclive } from './dvclive.js'
import { mlflow } from './mlflow/index.js'
import { native } from './native.js'
import { wandb } from './wandb/index.js'
import type { Reading, Source, SourceTree } from './source.js'

/** In order of precedence: if two say different things of a field, the first is believed. */
export const SOURCES: readonly Source[] = [native, dvc, dvclive, mlflow, wandb]

/** The repository's records, whatever source they are of, sorted. */
export const detectRecords = (files: readonly string[]): string[] =>
  [...new Set(SOURCES.flatMap((source) => source.detect(files)))].sort()

const STORE = /(?:^|\/)(?:mlruns|wandb|dvclive|mlflow[^/]*\.(?:db|sqlite3?))$/

/** Whether an ignored file or folder is a tracker's own: a team seldom commits it, and reads it here. */
export const isStore = (path: string): boolean => STORE.test(path)

/** The file or folder of a record, without the run that is selected in it: `mlflow.db#run=1f` is `mlflow.db`. */
export const storeOf = (record: string): string => record.split('#', 1)[0]!

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
