import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareMetrics } from '../../src/results/metrics/compare.js'
import { parseMetrics } from '../../src/results/metrics/parse.js'
import { comparable, isVolatile } from '../../src/results/metrics/volatile.js'

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
      'arc_easy.acc,none': 0.25,
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

describe('other formats, by the name of the file', () => {
  test.each([
    ['m.yaml', 'accuracy: 0.5\nnested: {f1: .nan}\nwhat: svm\n', { accuracy: 0.5, 'nested.f1': NaN }],
    ['m.toml', 'accuracy = 0.5\n[nested]\nf1 = nan\n', { accuracy: 0.5, 'nested.f1': NaN }],
    ['m.csv', 'accuracy,f1,model\n0.5,1e-3,svm\n', { accuracy: 0.5, f1: 0.001 }],
    ['m.csv', 'metric,value\naccuracy,0.5\nf1,nan\n', { accuracy: 0.5, f1: NaN }],
    ['m.csv', '\ufeffaccuracy,0.5\nf1,1\n', { accuracy: 0.5, f1: 1 }],
    ['m.tsv', 'accuracy\tf1\n0.5\t1\n', { accuracy: 0.5, f1: 1 }],
    ['dvclive/metrics.json', '{"step": 3, "val": {"acc": 0.5}}', { step: 3, 'val.acc': 0.5 }],
    [
      'out.txt',
      'Epoch 3\n- accuracy: 0.4\naccuracy: 0.5\nf1 = 97.2%\nloss: nan\nseen: many\n',
      { accuracy: 0.5, f1: 97.2, loss: NaN },
    ],
    ['metrics', 'accuracy: 0.5\n', { accuracy: 0.5 }],
    ['metrics', '{"accuracy": NaN}', { accuracy: NaN }],
    [
      'report.xml',
      '<testsuites><testsuite name="a" tests="3" failures="1" errors="0" time="0.2"></testsuite><testsuite tests=\'2\' skipped="1"/></testsuites>',
      { tests: 5, failures: 1, errors: 0, skipped: 1 },
    ],
    [
      'log.json',
      '{"eval": {}, "status": "success", "results": {"scores": [{"name": "match", "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}}}]}}',
      { 'match.accuracy': 0.5 },
    ],
  ])('%s %#', (path, text, expected) => {
    const read = parseMetrics(Buffer.from(text), path)
    expect('problem' in read ? read.problem : Object.fromEntries(read.values)).toEqual(expected)
  })
  test.each([
    ['m.csv', 'step,loss\n1,2\n2,1\n3,1\n', 'has 3 rows below its names'],
    ['m.csv', 'a,a\n1,2\n', 'has two metrics named "a"'],
    ['m.csv', 'a,"b\n1', 'is not a table'],
    ['m.yaml', `a: ${'['.repeat(1000)}`, 'is not YAML: nested'],
    [
      'm.yaml',
      'a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
      'is not YAML',
    ],
    ['m.toml', `a = ${'['.repeat(1000)}`, 'is not TOML'],
    ['m.xml', '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', 'is not a report of JUnit'],
    ['log.json', '{"eval": {}, "status": "error"}', 'ended with "error"'],
    ['m.json', '{"accuracy": 0.', 'is not JSON'],
  ])('%s that is none: %#', (path, text, expected) => {
    expect(parseMetrics(Buffer.from(text), path)).toEqual({ problem: expect.stringContaining(expected) })
  })
  test('bytes that are no text', () => {
    expect(parseMetrics(Buffer.from([0xff, 0xfe, 0]), 'm.txt')).toEqual({ problem: 'is not text in UTF-8' })
  })
  test('any text of any name is metrics or a problem', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        '1',
        '.5',
        'nan',
        ':',
        '=',
        ',',
        '\t',
        '\n',
        '{',
        '}',
        '[',
        ']',
        '"',
        '<testsuite ',
        'tests="1"',
        '>',
        '&a',
        '*a',
        ' ',
      ],
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('m.json', 'm.yaml', 'm.toml', 'm.csv', 'm.tsv', 'm.xml', 'm.txt', 'm'),
        (content, path) => {
          const read = parseMetrics(Buffer.from(content), path)
          if ('problem' in read) expect(read.problem).toMatch(/^(?:is|has) /)
          else for (const value of read.values.values()) expect(typeof value).toBe('number')
        },
      ),
    )
  })
})

describe('what measures the machine', () => {
  test.each([
    'eval_runtime',
    'eval_samples_per_second',
    'runtime',
    'a.elapsed',
    'total_time',
    'start_time',
    'inference/latency',
    'train_time',
  ])('%s cannot reproduce', (name) => {
    expect(isVolatile(name)).toBe(true)
  })
  test.each(['accuracy', 'loss', 'time_to_event_auc', 'prevalence', 'survival_time_error', 'f1'])(
    '%s can',
    (name) => {
      expect(isVolatile(name)).toBe(false)
    },
  )
  test('it is compared if the record has it: a name excuses no difference', () => {
    expect(comparable({ eval_runtime: 1, accuracy: 2 })).toEqual({ accuracy: 2 })
    expect(comparable({ eval_runtime: 1, accuracy: 2 }, { eval_runtime: 3 })).toEqual({
      eval_runtime: 1,
      accuracy: 2,
    })
  })
})
