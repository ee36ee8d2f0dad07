import { native } from './native.js'
import type { Reading, Source, SourceTree } from './source.js'

/** In order of precedence: if two say different things of a field, the first is believed. */
export const SOURCES: readonly Source[] = [native]

/** The repository's records, whatever source they are of, sorted. */
export const detectRecords = (files: readonly string[]): string[] =>
  [...new Set(SOURCES.flatMap((source) => source.detect(files)))].sort()

/** Records of our own format: each is a model that a base branch protects. */
export const detectNative = (files: readonly string[]): string[] => native.detect(files).sort()

/** What other tools left in a folder: the newest file by name of each source, in order of precedence. */
export const detectOthers = (files: readonly string[]): string[] =>
  SOURCES.filter((source) => source !== native).flatMap((source) => source.detect(files).sort().at(-1) ?? [])

/** Everything that is said in one file: by each source that knows it, else by the first. */
export async function readSources(tree: SourceTree, path: string): Promise<[Reading, ...Reading[]]> {
  const known = SOURCES.filter((source) => source.detect([path]).length > 0)
  const readers = known.length > 0 ? known : SOURCES.slice(0, 1)
  const readings = await Promise.all(readers.map((source) => source.read(tree, path)))
  return readings as [Reading, ...Reading[]]
}

/** What a record calls its model, and the track that it asks for, if it can be read. */
export async function ownWords(
  tree: SourceTree,
  path: string,
): Promise<{ name?: string | undefined; track?: 'exploratory' | 'production' | undefined }> {
  const records = (await readSources(tree, path)).flatMap(({ record }) => record ?? [])
  return {
    name: records.map(({ model }) => model?.name).find((name) => name !== undefined),
    track: records.map(({ track }) => track).find((track) => track !== undefined),
  }
}
