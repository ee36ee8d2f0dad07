import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { MOST_PROBLEMS } from '../../src/text/problems.js'
import { validate } from '../../src/text/validate.js'
import { parseYaml } from '../../src/text/yaml.js'
import { isLinear, stepsOf } from '../support/work.js'

/** Documents that are made to cost much. */

const many = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('')

describe('the work grows with the text, and no faster', () => {
  test.each<[string, (n: number) => string]>([
    ['blank lines', (n) => '\n'.repeat(n)],
    ['white space', (n) => `a: x${' '.repeat(n)}y`],
    ['lines of white space', (n) => '   \n'.repeat(n / 4)],
    ['keys', (n) => many(n / 8, (i) => `k${i}: 1\n`)],
    ['the same key', (n) => 'a: 1\n'.repeat(n / 5)],
    ['empty keys', (n) => ': \n'.repeat(n / 3)],
    ['markers', (n) => '- - - - 1\n'.repeat(n / 10)],
    ['commas', (n) => `[${','.repeat(n)}]`],
    ['brackets', (n) => ']'.repeat(n)],
    ['directives', (n) => '%A\n'.repeat(n / 3)],
    ['anchors', (n) => many(n / 10, (i) => `- &a${i} 1\n`)],
    ['one word', (n) => `a: ${'x'.repeat(n)}`],
    ['one key', (n) => `${'x.'.repeat(n / 2)}: 1`],
  ])('%s', async (_, text) => {
    expect(await isLinear((n) => parseYaml(text(n)), 4000)).toBe(true)
  })

  test('looking up every line', async () => {
    const look = (n: number) => {
      const { lineOf } = parseYaml(`m:\n${many(n, (i) => `  k${i}: 1\n`)}`)
      for (let i = 0; i < n; i++) expect(lineOf(['m', `k${i}`]) === i + 2).toBe(true)
    }
    expect(await isLinear(look, 500)).toBe(true)
  })

  test('unknown keys', async () => {
    const hold = (n: number) =>
      validate(z.strictObject({ known: z.number() }), parseYaml(many(n, (i) => `k${i}: 1\n`)))
    expect(await isLinear(hold, 1000)).toBe(true)
  })

  test('steps are counted: what is quadratic shows', async () => {
    expect(await stepsOf(() => parseYaml('a: 1'))).toBeGreaterThan(100)
    const quadratic = (n: number) => {
      for (let i = 0; i < n; i++) parseYaml('a: 1\n'.repeat(i))
    }
    expect(await isLinear(quadratic, 20)).toBe(false)
  })
})

test('a sign that is wrong costs no stack, and what is thrown elsewhere keeps its own', () => {
  const before = Error.stackTraceLimit
  expect(parseYaml(']'.repeat(1000)).problems).toMatchObject([{ kind: 'syntax', line: 1 }])
  expect(Error.stackTraceLimit).toBe(before)
  expect(parseYaml('a: &a [*a]').problems).toHaveLength(0)
  expect(Error.stackTraceLimit).toBe(before)
})

test('words and lines are made for the problems that are told, and for no others', () => {
  const text = `${many(40_000, (i) => `k${i}: 1\n`)}known: x\n`
  const parsed = parseYaml(text)
  let lines = 0
  const counted = {
    ...parsed,
    lineOf: (path: readonly (string | number)[]) => (lines++, parsed.lineOf(path)),
  }
  const { problems, wrong, data } = validate(z.strictObject({ known: z.number() }), counted)
  expect(data).toBeUndefined()
  expect(lines).toBe(MOST_PROBLEMS + 1)
  expect(wrong).toHaveLength(40_001)
  expect(problems).toHaveLength(MOST_PROBLEMS + 2)
  expect(problems[0]).toEqual({ path: ['k0'], kind: 'unknown', message: 'unknown key', line: 1 })
  expect(problems.slice(-2)).toMatchObject([
    { path: ['known'], kind: 'value', line: 40_001 },
    { path: [], kind: 'unknown', message: '39,950 more unknown keys' },
  ])
})

test('keys that are given twice without end are counted', () => {
  const { problems } = parseYaml('a: 1\n'.repeat(10_000))
  expect(problems).toHaveLength(MOST_PROBLEMS + 1)
  expect(problems.at(-1)).toEqual({
    path: [],
    kind: 'duplicate',
    message: '9,949 more keys that are given twice',
  })
})

test('a text of more words and signs than anybody reads is refused at once', () => {
  expect(parseYaml(`[${'1,'.repeat(500_000)}]`).problems).toMatchObject([
    { kind: 'syntax', message: 'more than 300,000 words and signs' },
  ])
})

test('a long record that people wrote is read', () => {
  const digest = `sha256:${'0'.repeat(64)}`
  const lines = `data:\n${many(6000, (i) => `  - {name: set${i}, version: v1, path: data/${i}.csv, digest: ${digest}}\n`)}`
  expect(
    parseYaml(`${lines}evaluation:\n  metrics:\n${many(10_000, (i) => `    metric${i}: 0.25\n`)}`).problems,
  ).toEqual([])
  const text = `run:\n  rationale: |\n    ${'-'.repeat(80)}\n${'\n'.repeat(500)}    - text\ndata:\n${many(10_000, (i) => `  - {name: set${i}, path: data/${i}.csv}\n`)}`
  expect(parseYaml(text).problems).toEqual([])
})

test('a key that is no text is not printed', () => {
  const warned: unknown[] = []
  const listen = (warning: unknown) => void warned.push(warning)
  process.on('warning', listen)
  const { value } = parseYaml('? {"\\n::add-path::/x": 1}\n: 1\n')
  return new Promise((resolve) => setImmediate(resolve)).then(() => {
    process.off('warning', listen)
    expect(value).toBeDefined()
    expect(warned).toEqual([])
  })
})
