import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import JSON5 from 'json5'
import { join } from 'node:path'
import { pythonWith } from '../../../scripts/world/python.js'
import { run } from '../../../scripts/world/system.js'
import {
  CATALOGUE,
  valueOf,
  type MetricInputs,
  type InputKind,
} from '../../../src/results/recompute/catalogue.js'
import { labelsOf } from '../../../src/results/recompute/labels.js'
import { rankingOf } from '../../../src/results/recompute/ranking.js'

/** The definitions against the implementations that people use: scikit-learn, SciPy, human-eval, trec_eval. */

jest.setTimeout(600_000)

/** A sequence that is the same every time (mulberry32). */
function randomness(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return { next, below: (n: number) => Math.floor(next() * n) }
}
const { next, below } = randomness(20)
const list = <T>(length: number, make: (at: number) => T): T[] => Array.from({ length }, (_, at) => make(at))
/** Every second case has many ties. */
const value = (at: number) => (at % 2 === 0 ? next() : below(6) / 5)

interface Case {
  kind: string
  input: unknown[]
  /** What ours gives, by the oracle's names. */
  ours: (name: string, index?: number) => number | undefined
}

const ofKind =
  <K extends InputKind>(kind: K, input: MetricInputs[K]): Case['ours'] =>
  (name, index = 0) =>
    CATALOGUE[kind].some(({ id }) => id === name) ? valueOf(kind, name, input, index) : undefined

function labelCase(at: number): Case {
  const n = 2 + below(60)
  const classes = at % 5 === 0 ? 40 : 2 + below(4)
  // Classes that only one of the columns has; every name sorts as a number and as text.
  const truth = list(n, () => below(classes))
  const predicted = truth.map((right) => (next() < 0.6 ? right : below(classes + 1)))
  const text = (values: number[]) => values.map(String)
  return {
    kind: 'labels',
    input: [truth, predicted],
    ours: ofKind('labels', labelsOf(text(truth), text(predicted))),
  }
}

function scoreCase(at: number): Case {
  const n = 4 + below(60)
  const truth = list(n, (row) => (row < 2 ? row : below(2)))
  const score = list(n, () => value(at))
  const input = { positive: Uint8Array.from(truth), score: Float64Array.from(score) }
  return { kind: 'scores', input: [truth, score], ours: ofKind('scores', input) }
}

function classScoreCase(at: number): Case {
  const [n, k] = [8 + below(50), 3 + below(3)]
  const truth = list(n, (row) => (row < k ? row : below(k)))
  const rows = list(n, () => {
    const raw = list(k, () => value(at) + 0.2)
    const sum = raw.reduce((a, b) => a + b)
    return raw.map((one) => one / sum)
  })
  const columns = list(k, (column) => rows.map((row) => row[column]!))
  const input = {
    classes: list(k, String),
    truth: Int32Array.from(truth),
    scores: columns.map((column) => Float64Array.from(column)),
  }
  const ours = ofKind('classScores', input)
  return {
    kind: 'classScores',
    input: [truth, columns],
    ours: (name, index = 0) => ours(name, name === 'top_k_accuracy' ? index + 1 : index),
  }
}

function numberCase(at: number): Case {
  const n = 3 + below(80)
  const scale = 10 ** (below(9) - 4)
  const truth = list(n, (row) => (row === 0 ? -0 : (value(at) - 0.3) * scale))
  const predicted = truth.map((right) => right + (value(at) - 0.5) * scale)
  const numbers = { truth: Float64Array.from(truth), predicted: Float64Array.from(predicted) }
  const absolute = { truth: numbers.truth.map(Math.abs), predicted: numbers.predicted.map(Math.abs) }
  return {
    kind: 'numbers',
    input: [truth, predicted],
    ours: (name) => ofKind('numbers', name === 'rmsle' ? absolute : numbers)(name),
  }
}

function passCase(): Case {
  const tasks = list(1 + below(20), () => {
    const samples = 5 + below(60)
    return { samples, right: below(samples + 1) }
  })
  const rows = tasks.flatMap(({ samples, right }, task) =>
    list(samples, (sample) => ({ task, value: Number(sample < right) })),
  )
  const input = {
    values: Float64Array.from(rows, (row) => row.value),
    tasks: Int32Array.from(rows, ({ task }) => task),
  }
  return {
    kind: 'passes',
    input: [tasks.map(({ samples }) => samples), tasks.map(({ right }) => right)],
    ours: (name) => valueOf('values', 'pass_at_k', input, Number(name.slice('pass_at_'.length))),
  }
}

const TREC: Readonly<Record<string, readonly [string, number]>> = {
  ndcg: ['ndcg', Infinity],
  ndcg_cut_3: ['ndcg', 3],
  map: ['map', Infinity],
  map_cut_3: ['map', 3],
  recip_rank: ['mrr', Infinity],
  P_3: ['precision_at_k', 3],
  recall_3: ['recall_at_k', 3],
}

function rankingCase(at: number): Case {
  const rows = list(1 + below(5), (query) =>
    list(3 + below(12), (document) => ({
      query: `q${query}`,
      document: `d${document}`,
      relevance: below(4),
      score: value(at),
    })),
  ).flat()
  const byQuery = (pick: (row: (typeof rows)[number]) => number) => {
    const all: Record<string, Record<string, number>> = {}
    for (const row of rows) (all[row.query] ??= {})[row.document] = pick(row)
    return all
  }
  const input = rankingOf({
    queries: rows.map(({ query }) => query),
    documents: rows.map(({ document }) => document),
    relevances: Float64Array.from(rows, ({ relevance }) => relevance),
    scores: Float64Array.from(rows, ({ score }) => score),
  })
  return {
    kind: 'rankings',
    input: [byQuery(({ relevance }) => relevance), byQuery(({ score }) => score)],
    ours: (name) => {
      const [id, k] = TREC[name]!
      return valueOf('ranking', id, input, k)
    },
  }
}

const CASES = {
  labels: list(150, labelCase),
  scores: list(150, scoreCase),
  classScores: list(150, classScoreCase),
  numbers: list(150, numberCase),
  passes: list(150, passCase),
  rankings: list(150, rankingCase),
}

let answers: Map<Case, Record<string, number | number[]>>
beforeAll(async () => {
  const python = await pythonWith('metrics')
  const cases = Object.values(CASES).flat()
  const input = JSON.stringify(cases, (_, part: unknown) => (Object.is(part, -0) ? -0 : part))
  const said = await run([python, join(import.meta.dirname, 'oracle.py')], { input })
  const values = JSON5.parse<Record<string, number | number[]>[]>(said)
  answers = new Map(cases.map((one, at) => [one, values[at]!]))
})

/** Relative above 1, absolute below. */
const distance = (ours: number, theirs: number): number =>
  Object.is(ours, theirs) ? 0 : Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs))

describe.each(Object.entries(CASES))('%s', (_, cases) => {
  test('give what the reference implementation gives, to 1e-12', () => {
    const compared = new Map<string, number>()
    const far: unknown[] = []
    for (const one of cases)
      for (const [name, theirs] of Object.entries(answers.get(one)!))
        for (const [index, value] of [theirs].flat().entries()) {
          const ours = one.ours(name, index) ?? NaN
          compared.set(name, (compared.get(name) ?? 0) + 1)
          if (!(distance(ours, value) <= 1e-12))
            far.push({ name, index, ours, theirs: value, input: one.input })
        }
    expect(far).toEqual([])
    expect(Math.min(...compared.values())).toBeGreaterThanOrEqual(cases.length)
  })
})
