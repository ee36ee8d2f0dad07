import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { findDockerfileReader } from '../../scripts/world/linters.js'
import { readDockerfile } from '../../src/environment/base-images.js'
import { dockerfiles } from './dockerfile-grammar.js'

/** Random Dockerfiles, read by us and by BuildKit's own parser. */

const RUNS = 3000
let reader: string
beforeAll(async () => {
  reader = await findDockerfileReader(() => {})
}, 300_000)

interface Answer {
  images: string[] | null
  error?: string
}

const asked = (texts: readonly string[]): Answer[] =>
  JSON.parse(
    execFileSync(reader, { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 1 << 28 }),
  ) as Answer[]

test('what the parser says is known', () => {
  const text = 'FROM evil AS a\nFROM good\nCOPY --from=a / /\nRUN --mount=from=other true\n'
  expect(asked([text, 'FROM evil\nNOTHING x\n'])).toEqual([
    { images: ['evil', 'good', 'other'] },
    { images: null, error: expect.stringContaining('unknown instruction') },
  ])
})

test('every image that BuildKit would read from is seen, or the file is not understood', () => {
  const seed = Date.now() & 0x7fffffff
  const texts = fc.sample(dockerfiles, { numRuns: RUNS, seed })
  const answers = asked(texts)
  let understood = 0
  const unseen = texts.flatMap((text, index) => {
    const { images } = answers[index]!
    const { bases, unclear } = readDockerfile(text, {}, 'linux/amd64')
    if (images === null || unclear.length > 0) return []
    understood++
    const seen = new Set(bases.map(({ reference }) => reference))
    const missed = images.filter((image) => !seen.has(image))
    return missed.length === 0 ? [] : [{ text, missed }]
  })
  expect({ seed, unseen }).toEqual({ seed, unseen: [] })
  expect(understood).toBeGreaterThan(RUNS / 20)
})
