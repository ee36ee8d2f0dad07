import { describe, expect, test } from '@jest/globals'
import type { LoadedPolicy } from '../../src/policy/load.js'
import type { SelectedModel } from '../../src/policy/models.js'
import { planFindings, planOf, trackOf } from '../../src/policy/plan.js'
import type { PolicyModel } from '../../src/policy/schema.js'
import type { Record_ } from '../../src/provenance/schema.js'

const model = (settings: Partial<PolicyModel> = {}, named = true): SelectedModel => ({
  name: 'digits',
  named,
  settings: { record: 'models/digits/provenance.yml', ...settings },
})
const loaded: LoadedPolicy = { policy: {}, path: 'reprogate.yml', from: 'main' }
const digest = `sha256:${'a'.repeat(64)}`

describe('the plan', () => {
  test('without a word from anybody has the defaults', () => {
    expect(planOf(model(), loaded, null)).toMatchObject({
      dockerfiles: ['models/digits/Dockerfile', 'Dockerfile'],
      context: '.',
      args: {},
      command: undefined,
      metrics: 'metrics.json',
      predictions: undefined,
      limits: { build: 30, evaluation: 30, memory: 8, processes: 512, output: 2, total: 330 },
      code: [],
      network: undefined,
      allowed: {},
    })
  })
  test('takes the policy’s word before the record’s', () => {
    const record: Record_ = {
      environment: { dockerfile: 'b', context: 'c', args: { A: '1', B: '1' } },
      evaluation: {
        command: ['theirs'],
        output: 'theirs.json',
        predictions: { output: 'theirs.csv', key: 'id', digest },
      },
    }
    const settings = {
      environment: { dockerfile: 'a', args: { A: '2' } },
      evaluation: {
        command: ['ours'],
        metrics: 'ours.json',
        predictions: { path: 'ours.csv', truth: 'y', margin: 0.1 },
      },
    }
    expect(planOf(model(settings), loaded, record)).toMatchObject({
      dockerfiles: ['a'],
      context: 'c',
      args: { A: '2', B: '1' },
      command: ['ours'],
      metrics: 'ours.json',
      predictions: { path: 'ours.csv', key: 'id', truth: 'y', margin: 0.1 },
    })
    expect(planOf(model(), loaded, record)).toMatchObject({
      command: ['theirs'],
      metrics: 'theirs.json',
      predictions: { path: 'theirs.csv', key: 'id' },
    })
  })
  test('knows the answers by path and by digest, and nothing else is one', () => {
    const record: Record_ = {
      data: [{ path: 'data', list: 'data.sha256' }],
      model: { path: 'model.bin' },
      environment: { manifest: { path: 'environment.json', digest } },
      evaluation: { predictions: { path: 'evaluate.py', output: 'p.csv', digest } },
    }
    const { answers, records } = planOf(model(), loaded, record)
    const paths = ['models/digits/provenance.yml', 'metrics.json', 'p.csv', 'environment.json']
    expect(answers).toEqual({ paths, patterns: [], digests: [digest] })
    expect(records).toEqual([...paths, 'reprogate.yml'])
  })
})

test('the strictest track wins, wherever it is said', () => {
  const track = (...[policy, settings, record, wanted]: ('production' | undefined)[]) =>
    trackOf({ track: policy }, model({ track: settings }), { track: record }, wanted ?? 'exploratory')
  expect(track()).toBe('exploratory')
  expect(trackOf({}, model(), null, undefined)).toBe('exploratory')
  for (const at of [0, 1, 2, 3])
    expect(track(...[0, 1, 2, 3].map((i) => (i === at ? ('production' as const) : undefined)))).toBe(
      'production',
    )
})

describe('what the record claims against the policy', () => {
  const command = ['python3', 'evaluate.py']
  const good: Record_ = { model: { name: 'digits' }, evaluation: { command } }
  test.each<[string, Partial<PolicyModel>, Record_, string, string, RegExp]>([
    ['no command', {}, {}, 'evaluation/command-missing', 'evaluation.command', /how to evaluate/],
    [
      'another command',
      { evaluation: { command: ['python3', 'other.py'] } },
      good,
      'evaluation/command-contradictory',
      'evaluation.command',
      /recorded with `python3 evaluate.py`, the policy asks for `python3 other.py`/,
    ],
    [
      'no predictions',
      { evaluation: { predictions: { path: 'p.csv' } } },
      good,
      'evaluation/predictions-missing',
      'evaluation.predictions',
      /the record has none/,
    ],
    [
      'other build arguments',
      { environment: { args: { BASE: 'a' } } },
      { ...good, environment: { args: { BASE: 'b' } } },
      'environment/arguments-contradictory',
      'environment.args.BASE',
      /BASE=b, the policy asks for BASE=a/,
    ],
    [
      'another model',
      {},
      { ...good, model: { name: 'letters' } },
      'model/another',
      'model.name',
      /record of letters, the policy expects digits/,
    ],
  ])('%s', (_what, settings, record, rule, field, message) => {
    expect(planFindings(model(settings), record)).toMatchObject([
      { rule, field, message: expect.stringMatching(message) },
    ])
  })
  test('nothing, if they agree', () => {
    const settings = { environment: { args: { BASE: 'a' } }, evaluation: { command } }
    expect(planFindings(model(settings), good)).toEqual([])
    expect(planFindings(model({}, false), { ...good, model: { name: 'letters' } })).toEqual([])
  })

  test('a glob of the policy hides what it names; one of the record is the name of a file', () => {
    const ruled = model({ evaluation: { metrics: 'results/*.json' } })
    expect(planOf(ruled, loaded, {}).answers).toMatchObject({
      paths: ['models/digits/provenance.yml'],
      patterns: ['results/*.json'],
    })
    expect(planOf(model(), loaded, { evaluation: { output: '**/*.json' } }).answers).toMatchObject({
      paths: ['models/digits/provenance.yml', '**/*.json'],
      patterns: [],
    })
  })
})
