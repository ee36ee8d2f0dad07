import { basename, dirname } from 'node:path/posix'
import { harnessResult } from '../command/declared.js'
import type { Fact } from '../fact.js'
import type { View } from '../view.js'
import { declaredMetrics } from './declared.js'
import type { MetricsFile, MetricNumbers } from './file.js'
import { isMetric, mayBeMetric } from './names.js'
import { documentNumbers } from './numbers.js'
import { pairNumbers, reportNumbers, tableNumbers } from './text.js'
import { withWriters } from './writers.js'

const NO_METRICS_FOLDER =
  /(?:^|\/)(?:configs?|conf|params?|schemas?|\.vscode|\.dvc|\.github|catboost_info|testdata|fixtures|tests?|plots?|data_models|mlruns|wandb|node_modules)\//i
const NO_METRICS_NAME =
  /^(?:package(?:-lock)?|tsconfig.*|tokenizer.*|.*config|labels|vocab|state|stats|index|args|hparams|params|requirements|special_tokens_map|added_tokens|schema|settings|composer|manifest|renovate|.*metadata)\.json$|drift|monitor|snapshot|coverage|timing|latency|profil|baseline_stats|importance|shap|history|leaderboard/i
const NAMED = /metric|score|result|eval|report|summary|accuracy|performance|benchmark/i
const NAMED_TEXT = /(?:^|[^a-z])acc(?:[^a-z]|$)|comparison|best/i
/** These tell of a run, or of a person; no result is called so. */
const OF_OTHERS = /README|LICEN[CS]E|requirements|CMakeLists|robots|vocab|label|class(?:es|names)/i

/** Of the numbers of a file that is named like a result, and of one that is not. */
const SHARE = { named: 0.1, unnamed: 0.4 }
const FEW = 60
/** Files of one form, of one folder, and of all, that are looked into. */
const ALIKE = 3
const IN_FOLDER = 40
const IN_ALL = 300

export async function metricsIn(view: View): Promise<Fact<MetricsFile>[]> {
  const declared = await declaredMetrics(view)
  const known = new Set(declared.map(({ value }) => value.path))
  const { files, alike } = candidates(view)
  const found = await Promise.all(
    files.filter((path) => !known.has(path)).map((path) => fromFile(view, path)),
  )
  const all = [...declared, ...found.filter((one) => one !== undefined)].map((fact) => ({
    ...fact,
    value: {
      ...fact.value,
      alike: known.has(fact.value.path) ? 1 : (alike.get(formOf(fact.value.path)) ?? 1),
    },
  }))
  return (await withWriters(view, all)).sort(
    (a, b) =>
      RANK[a.word] - RANK[b.word] || Number(b.value.writers.length > 0) - Number(a.value.writers.length > 0),
  )
}

const RANK = { certain: 0, likely: 1, guess: 2 } as const

/** A path without what tells one run from another: numbers, dates, steps. */
const formOf = (path: string): string => path.replace(/\d+/g, '#')

/** Files that may hold metrics, and how many the tree has of each form. */
function candidates(view: View): { files: string[]; alike: ReadonlyMap<string, number> } {
  const perFolder = new Map<string, number>()
  const alike = new Map<string, number>()
  const counted = (map: Map<string, number>, key: string): number => {
    const count = (map.get(key) ?? 0) + 1
    map.set(key, count)
    return count
  }
  const files = view.files.filter((file) => {
    if (NO_METRICS_FOLDER.test(file) || NO_METRICS_NAME.test(basename(file)) || view.isVendored(file))
      return false
    if (!/\.(?:json|csv|tsv|txt|ya?ml|md|log|out)$/i.test(file)) return false
    const named = NAMED.test(basename(file)) || NAMED_TEXT.test(basename(file))
    if (!/\.json$/i.test(file) && !named) return false
    if (OF_OTHERS.test(basename(file))) return false
    return counted(alike, formOf(file)) <= ALIKE && counted(perFolder, dirname(file)) <= IN_FOLDER
  })
  return { files: files.slice(0, IN_ALL), alike }
}

async function fromFile(view: View, path: string): Promise<Fact<MetricsFile> | undefined> {
  const read = /\.(?:json|ya?ml)$/i.test(path) ? await ofDocument(view, path) : await ofText(view, path)
  if (read === undefined) return undefined
  const { metrics, lines, word, reason } = read
  return { value: { path, writers: [], alike: 1, metrics, lines }, place: view.at(path), word, reason }
}

interface Read extends MetricNumbers {
  word: Fact<unknown>['word']
  reason: string
}

async function ofDocument(view: View, path: string): Promise<Read | undefined> {
  const file = basename(path)
  const read = await documentNumbers(view, path, isMetric)
  if (!read) return undefined
  const count = Object.keys(read.metrics).length
  const named = NAMED.test(file)
  if (count === 0) {
    const own =
      named && read.all > 0 && read.all <= FEW ? await documentNumbers(view, path, mayBeMetric) : undefined
    if (own === undefined || Object.keys(own.metrics).length === 0) return undefined
    return { ...own, word: 'guess', reason: 'named like a result, with names of its own in it' }
  }
  if (await harnessResult(view, path))
    return { ...read, word: 'certain', reason: 'a result of lm-evaluation-harness' }
  const ofTrainer = Object.keys(read.metrics).some((name) => /^(?:eval|test|predict)_/.test(name))
  if (/^(?:all|eval|test|predict)_results\.json$/.test(file) && ofTrainer)
    return { ...read, word: 'certain', reason: 'written by the Trainer' }
  if (named && count / Math.max(1, read.all) >= SHARE.named)
    return { ...read, word: 'likely', reason: 'named like a result, with metrics in it' }
  if (/\.json$/i.test(path) && read.all <= FEW && count / read.all >= SHARE.unnamed)
    return { ...read, word: 'guess', reason: 'most of its numbers are named like metrics' }
  return undefined
}

async function ofText(view: View, path: string): Promise<Read | undefined> {
  const text = await view.text(path)
  if (text === undefined) return undefined
  const report = reportNumbers(text)
  if (report) return { ...report, word: 'likely', reason: 'a classification report' }
  if (/\.(?:csv|tsv)$/i.test(path)) {
    const table = tableNumbers(text)
    const reason =
      table?.form === 'columns'
        ? 'a table with columns that are named like metrics'
        : 'a table of names and values'
    return table && { ...table, word: table.form === 'columns' ? 'guess' : 'likely', reason }
  }
  const pairs = pairNumbers(text)
  return pairs && { ...pairs, word: 'guess', reason: 'lines of names and numbers' }
}
