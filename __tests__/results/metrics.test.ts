import { describe, expect, test } from '@jest/globals'
import { compareMetrics, parseMetrics } from '../../src/results/metrics.js'

const parse = (text: string) => parseMetrics(Buffer.from(text))
const values = (text: string) => {
  const result = parse(text)
  if ('problem' in result) throw new Error(result.problem)
  return Object.fromEntries(result.values)
}

describe('reading metrics', () => {
  test('what Python writes: NaN and infinities, nested reports, lists', () => {
    expect(
      values(
        '\ufeff{"a": NaN, "b": Infinity, "c": -Infinity, "d": {"0": {"recall": 0.5}}, "m": [[1, 2], [3, 4]]}',
      ),
    ).toEqual({
      a: NaN,
      b: Infinity,
      c: -Infinity,
      'd.0.recall': 0.5,
      'm.0.0': 1,
      'm.0.1': 2,
      'm.1.0': 3,
      'm.1.1': 4,
    })
  })

  test('texts, booleans and nulls are passed over, and counted, also in lists', () => {
    expect(parse('{"model": "svm", "ok": true, "none": null, "n": 1, "l": [null, 2, "x", false]}')).toEqual({
      values: new Map([
        ['n', 1],
        ['l.1', 2],
      ]),
      ignored: 6,
    })
  })

  test('the results of lm-evaluation-harness, which have nulls', () => {
    const text = `{
      "results": {"arc_easy": {"alias": "arc_easy", "acc,none": 0.25, "acc_stderr,none": "N/A"}},
      "config": {"model": "hf", "batch_size": 8, "device": null, "limit": null, "gen_kwargs": null},
      "n-shot": {"arc_easy": 0},
      "chat_template": null
    }`
    expect(values(text)).toEqual({
      'results.arc_easy.acc,none': 0.25,
      'config.batch_size': 8,
      'n-shot.arc_easy': 0,
    })
  })

  test('names that mean something to JavaScript are only names', () => {
    const result = parse('{"__proto__": {"polluted": 1}, "constructor": 2}')
    expect(result).toEqual({
      values: new Map([
        ['__proto__.polluted', 1],
        ['constructor', 2],
      ]),
      ignored: 0,
    })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test.each([
    ['not JSON', 'accuracy: 0.9', 'is not JSON'],
    ['empty', '', 'is not JSON'],
    ['a list', '[1]', 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['no numbers', '{"model": "svm"}', 'has no number in it'],
    ['an empty object', '{}', 'has no number in it'],
    ['nothing but a null', '{"accuracy": null}', 'has no number in it'],
    ['two of one name', '{"a.b": 1, "a": {"b": 2}}', 'has two metrics named `a.b`'],
    ['a backtick in a name', '{"a`.b": 1, "a`": {"b": 2}}', "has two metrics named `a'.b`"],
    ['nested without end', '{"a":'.repeat(5000) + '1' + '}'.repeat(5000), 'nested more than 16 levels'],
    ['too many', `[${'1,'.repeat(10_001)}]`.replace(/^/, '{"a":') + '}', 'more than 10000 metrics'],
    ['a name without end', `{"${'x'.repeat(500)}": 1}`, 'name is longer than 200'],
  ])('%s is a problem', (_, text, problem) => {
    expect(parse(text)).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('bytes that are no text are a problem', () => {
    expect(parseMetrics(Uint8Array.of(0x7b, 0xff, 0x7d))).toHaveProperty('problem')
  })
})

describe('comparing metrics', () => {
  const agrees = (
    recorded: Record<string, number>,
    replayed: Record<string, number>,
    tolerance?: Parameters<typeof compareMetrics>[2],
  ) => compareMetrics(recorded, replayed, tolerance).map(({ name, agrees }) => [name, agrees])

  test.each([
    ['equal', 0.5, 0.5, true],
    ['within 1e-6 of it', 0.5, 0.5 + 4e-7, true],
    ['beyond', 0.5, 0.5 + 6e-7, false],
    ['zero and nearly', 0, 1e-12, true],
    ['zero and not', 0, 1e-11, false],
    ['NaN twice', NaN, NaN, true],
    ['NaN and a number', NaN, 0.5, false],
    ['a number and NaN', 0.5, NaN, false],
    ['the same infinity', Infinity, Infinity, true],
    ['infinity and a number', Infinity, 1e308, false],
    ['a number and infinity', 1e308, Infinity, false],
    ['the other infinity', Infinity, -Infinity, false],
    ['zeros of both signs', 0, -0, true],
    ['numbers whose difference overflows', 1.7e308, -1.7e308, false],
  ])('%s', (_, recorded, replayed, expected) => {
    expect(agrees({ m: recorded }, { m: replayed })).toEqual([['m', expected]])
  })

  test('the larger of a declared absolute and relative tolerance holds, for its metric alone', () => {
    const tolerance = { a: { absolute: 0.001 }, b: { relative: 0.1, absolute: 0.001 } }
    expect(agrees({ a: 1, b: 1, c: 1 }, { a: 1.0009, b: 1.09, c: 1.0009 }, tolerance)).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ])
    expect(agrees({ a: 1 }, { a: 1.0011 }, tolerance)).toEqual([['a', false]])
  })

  test('a metric that one side does not have disagrees, also one named like a property of objects', () => {
    expect(compareMetrics({ a: 1, constructor: 2 }, { a: 1, b: 3 })).toEqual([
      { name: 'a', recorded: '1', replayed: '1', difference: 0, allowed: 1e-6, agrees: true, finite: true },
      { name: 'constructor', recorded: '2', agrees: false, finite: false },
      { name: 'b', replayed: '3', agrees: false, finite: false },
    ])
  })

  test('evidence has numbers only where JSON has them', () => {
    expect(compareMetrics({ m: NaN, i: Infinity }, { m: 1, i: -Infinity })).toEqual([
      { name: 'm', recorded: 'NaN', replayed: '1', agrees: false, finite: false },
      { name: 'i', recorded: 'Infinity', replayed: '-Infinity', agrees: false, finite: false },
    ])
  })

  test('NaN and the infinities agree with themselves, and are said not to be numbers', () => {
    const all = { nan: NaN, inf: Infinity, max: 1.7e308 }
    const finite = compareMetrics(all, { ...all, max: -1.7e308 }).map((m) => [m.name, m.agrees, m.finite])
    expect(finite).toEqual([
      ['nan', true, false],
      ['inf', true, false],
      ['max', false, true],
    ])
  })
})
