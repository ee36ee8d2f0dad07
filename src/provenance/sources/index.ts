import type { Context } from '../../system/context.js'
import { native } from './native.js'
import type { Reading, Source } from './source.js'

/** In order of precedence: if two say different things of a field, the first is believed. */
export const SOURCES: readonly Source[] = [native]

/** The repository's records, whatever source they are of, sorted. */
export const detectRecords = (files: readonly string[]): string[] =>
  [...new Set(SOURCES.flatMap((source) => source.detect(files)))].sort()

/** Everything that is said in one file: by each source that knows it, else by the first. */
export async function readSources(
  context: Pick<Context, 'root' | 'prefix'>,
  path: string,
): Promise<[Reading, ...Reading[]]> {
  const known = SOURCES.filter((source) => source.detect([path]).length > 0)
  const readers = known.length > 0 ? known : SOURCES.slice(0, 1)
  const readings = await Promise.all(readers.map((source) => source.read(context, path)))
  return readings as [Reading, ...Reading[]]
}

/** What a record calls its model, if it can be read and does. */
export async function modelNameIn(
  context: Pick<Context, 'root' | 'prefix'>,
  path: string,
): Promise<string | undefined> {
  const readings = await readSources(context, path)
  return readings.map(({ record }) => record?.model?.name).find((name) => name !== undefined)
}
