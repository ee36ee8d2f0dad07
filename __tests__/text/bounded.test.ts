import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { MOST_PROBLEMS } from '../../src/text/problems.js'
import { validate } from '../../src/text/validate.js'
import { parseYaml } from '../../src/text/yaml.js'

/** Documents that are made to cost much. */

const many = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('')

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
