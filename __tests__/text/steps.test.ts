import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { validate } from '../../src/text/validate.js'
import { parseYaml } from '../../src/text/yaml.js'
import { isLinear, stepsOf } from '../support/work.js'

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
