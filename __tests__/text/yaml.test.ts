import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { fieldName, fieldPath } from '../../src/text/fields.js'
import { didYouMean, validate } from '../../src/text/validate.js'
import { parseYaml } from '../../src/text/yaml.js'

test('a field has a name and a path, and each gives the other', () => {
  for (const [name, path] of [
    ['code.commit', ['code', 'commit']],
    ['data[1].digest', ['data', 1, 'digest']],
    ['data[0]', ['data', 0]],
    ['seeds', ['seeds']],
  ] as const) {
    expect(fieldName(path)).toBe(name)
    expect(fieldPath(name)).toEqual(path)
  }
})

describe('YAML with positions', () => {
  const TEXT = 'a: 1\nb:\n  c: 2\n  d:\n    - x: 1\n    - x: 2\n      y: 3\ne.f: 4\n'
  test('reads the value', () => {
    expect(parseYaml(TEXT)).toMatchObject({
      value: { a: 1, b: { c: 2, d: [{ x: 1 }, { x: 2, y: 3 }] }, 'e.f': 4 },
      problems: [],
    })
  })
  test.each([
    ['a', 1],
    ['b.c', 3],
    ['b.d[1].y', 7],
    ['b.d[1].z', 6],
    ['b.d[5]', 4],
    ['b.nothing', 2],
    ['nothing', 1],
    ['e.f', 8],
  ])('knows the line of %s, or of what is nearest', (field, line) => {
    expect(parseYaml(TEXT).lineOf(fieldPath(field))).toBe(line)
  })
  test('a key that is given twice is a problem, and names both lines', () => {
    expect(parseYaml('a: 1\nb: {c: 1}\nb: {c: 1, c: 2}\n').problems).toEqual([
      { path: ['b'], kind: 'duplicate', message: 'given twice, first in line 2', line: 3 },
      { path: ['b', 'c'], kind: 'duplicate', message: 'given twice, first in line 3', line: 3 },
    ])
  })
  test.each([
    ['a: [', 1],
    ['a: 1\n b: 2', 2],
    ['"unclosed', 1],
  ])('what is not YAML is a problem with a line: %j', (text, line) => {
    const { value, problems } = parseYaml(text)
    expect(value).toBeUndefined()
    expect(problems).toMatchObject([{ kind: 'syntax', line: expect.any(Number) }])
    expect(problems[0]!.line).toBeLessThanOrEqual(line)
  })
  test.each([
    ['brackets', '['.repeat(65) + ']'.repeat(65), /nested more than 64 deep/],
    ['indents', `${' '.repeat(400)}a: 1`, /nested more than 64 deep/],
    [
      'aliases',
      `a: &a 1\n${Array.from({ length: 101 }, (_, i) => `b${i}: *a`).join('\n')}`,
      /more than 100 aliases/,
    ],
  ])('what would take too long to read is a problem: %s', (_what, text, message) => {
    expect(parseYaml(text).problems).toMatchObject([
      { kind: 'syntax', message: expect.stringMatching(message) },
    ])
  })
  test('a few aliases and a star in a text are fine', () => {
    const text = `a: &a 1\n${Array.from({ length: 50 }, (_, i) => `b${i}: *a`).join('\n')}\nc: "*x *y"\n`
    expect(parseYaml(text).problems).toEqual([])
  })
})

describe('a schema in words', () => {
  const schema = z.strictObject({
    name: z.string(),
    track: z.enum(['exploratory', 'production']).optional(),
    models: z.record(z.string(), z.strictObject({ record: z.string() })).optional(),
    size: z.union([z.string(), z.number()]).optional(),
  })
  const problems = (text: string) =>
    validate(schema, parseYaml(text)).problems.map(({ path, kind, message, line }) => [
      fieldName(path),
      kind,
      message,
      line,
    ])
  test.each<[string, [string, string, string, number][]]>([
    ['name: a', []],
    ['track: production', [['name', 'value', 'missing', 1]]],
    ['name: 1', [['name', 'value', 'expected string, received number', 1]]],
    ['name: a\ntrack: x', [['track', 'value', 'expected one of "exploratory"|"production"', 2]]],
    ['name: a\nsize: []', [['size', 'value', 'expected string or number', 2]]],
    [
      'name: a\nmodels:\n  m:\n    recrod: x',
      [
        ['models.m.recrod', 'unknown', 'unknown key: did you mean `record`?', 4],
        ['models.m.record', 'value', 'missing', 3],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(problems(text)).toEqual(expected)
  })
  test('a guess is made only if it is near', () => {
    expect(didYouMean('trak', ['track', 'rules'])).toBe('track')
    expect(didYouMean('nothing', ['track', 'rules'])).toBeUndefined()
    expect(didYouMean('x', [])).toBeUndefined()
  })
})
