import { expect } from '@jest/globals'
import fc from 'fast-check'
import { recordSchema } from '../../src/provenance/schema.js'
import type { Source } from '../../src/provenance/sources/source.js'
import { treeOf } from './tree.js'

type Files = Readonly<Record<string, string | Buffer>>

/** Replaces one value somewhere in a JSON value. */
function replaced(value: unknown, where: readonly number[], by: unknown): unknown {
  const [first, ...rest] = where
  if (first === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const key = keys[first % Math.max(1, keys.length)]
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Text that holds what the text held, with something wrong in it. */
const damaged = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.nat(text.length).map((end) => text.slice(0, end)),
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.nat(text.length), fc.string())
      .map(([at, what]) => text.slice(0, at) + what + text.slice(at + 1)),
    ...(isJson(text)
      ? [
          fc
            .tuple(fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }), fc.jsonValue())
            .map(([where, by]) => JSON.stringify(replaced(JSON.parse(text), where, by))),
        ]
      : []),
  )

/**
 * Whatever one of the files says, the source throws nothing, and gives a record that fits the schema and
 * places in files that exist.
 */
export async function expectHarmless(source: Source, files: Files, path: string): Promise<void> {
  const broken = fc
    .constantFrom(...Object.keys(files))
    .chain((name) => damaged(files[name]!.toString()).map((text) => ({ ...files, [name]: text })))
  await fc.assert(
    fc.asyncProperty(broken, async (tree) => {
      const reading = await source.read(treeOf(tree), path)
      if (reading.record !== null) recordSchema.parse(reading.record)
      for (const { file } of [...reading.problems, ...(reading.remarks ?? [])])
        if (file !== undefined) expect(Object.keys(tree)).toContain(file)
    }),
    { numRuns: 100 },
  )
}
