import { basename, dirname, join } from 'node:path/posix'
import { harnessResult, parsedJson } from './command/declared.js'
import type { Fact } from './fact.js'
import { lineAt } from './python.js'
import type { View } from './view.js'

/** A file that holds the metrics of an evaluation. */
export interface MetricsFile {
  /** Relative to the working directory. */
  path: string
  /** A file that is declared and not committed has none. */
  metrics: Readonly<Record<string, number>>
  /** Line of a metric, from 1. */
  lines: ReadonlyMap<string, number>
  /** Programs that write it, as far as their text says so. */
  writers: readonly string[]
}

const METRIC =
  /^(?:.*[_/ .@,-])?(?:acc(?:uracy)?|f1(?:[-_ ]?score)?|precision|recall|specificity|sensitivity|auc|auroc|roc[-_]?auc|ap(?:50|75)?|map|mse|rmse|mae|mape|smape|r2(?:_?score)?|log_?loss|loss|bleu|rouge[a-z0-9]*|wer|cer|perplexity|ppl|m?iou|dice|psnr|ssim|fid|score|exact_match|em|mrr|ndcg|mcc|kappa|pass@?\d*|success_rate|win_rate|spearman[a-z0-9]*|pearson[a-z0-9]*|reward)(?:[_/ .@,-].*)?$/i
const OF_EVALUATION = /^(?:test|eval|val)\//
/** These never reproduce, or say nothing of a model. */
const NO_CLAIM =
  /runtime|per_second|_time$|(?:^|[._/ -])time$|epoch|(?:^|[._/ -])step|flos|stderr|support|timestamp|_samples$|^n_|count|threshold|num_|total_|(?:^|[._])min_|(?:^|[._])max_/i
const OF_TRAINING = /^train/i

const NO_METRICS_FOLDER =
  /(?:^|\/)(?:configs?|conf|params?|schemas?|\.vscode|\.dvc|\.github|catboost_info|testdata|fixtures|tests?|plots?|data_models|mlruns|wandb|node_modules)\//i
const NO_METRICS_NAME =
  /^(?:package(?:-lock)?|tsconfig.*|tokenizer.*|.*config|labels|vocab|state|stats|index|args|hparams|params|requirements|special_tokens_map|added_tokens|schema|settings|composer|manifest|renovate|.*metadata)\.json$|drift|monitor|snapshot|coverage|timing|latency|profil|baseline_stats|importance|shap|history|leaderboard/i
const NAMED = /metric|score|result|eval|report|summary/i

/** Of the numbers of a file that is named like a result, and of one that is not. */
const SHARE = { named: 0.1, unnamed: 0.4 }
const FEW = 60
/** JSON files of one folder, and of all, that are looked into. */
const IN_FOLDER = 400
const IN_ALL = 800
const NUMBERS = 4000
/** Metrics that are kept of one file, and characters of a name. */
const KEPT = 200
const LONGEST_NAME = 200
/** Files whose writers are looked for. */
const WRITTEN = 60

export async function metricsIn(view: View): Promise<Fact<MetricsFile>[]> {
  const declared = await declaredMetrics(view)
  const known = new Set(declared.map(({ value }) => value.path))
  const found = await Promise.all(
    candidates(view)
      .filter((path) => !known.has(path))
      .map((path) => fromFile(view, path)),
  )
  const all = [...declared, ...found.filter((one) => one !== undefined)]
  return (await withWriters(view, all)).sort(
    (a, b) =>
      RANK[a.word] - RANK[b.word] || Number(b.value.writers.length > 0) - Number(a.value.writers.length > 0),
  )
}

const RANK = { certain: 0, likely: 1, guess: 2 } as const

function candidates(view: View): string[] {
  const perFolder = new Map<string, number>()
  return view.files
    .filter((file) => {
      if (NO_METRICS_FOLDER.test(file) || NO_METRICS_NAME.test(basename(file)) || view.isVendored(file))
        return false
      if (!/\.(?:json|csv|tsv|txt|ya?ml)$/i.test(file)) return false
      if (!/\.json$/i.test(file) && !NAMED.test(basename(file)) && !/acc|comparison/i.test(basename(file)))
        return false
      const inFolder = (perFolder.get(dirname(file)) ?? 0) + 1
      perFolder.set(dirname(file), inFolder)
      return inFolder <= IN_FOLDER
    })
    .slice(0, IN_ALL)
}

async function declaredMetrics(view: View): Promise<Fact<MetricsFile>[]> {
  const found = await Promise.all(
    view.files
      .filter((file) => /(?:^|\/)dvc\.yaml$/.test(file))
      .map(async (file): Promise<Fact<MetricsFile>[]> => {
        const parsed = await view.yaml(file)
        const value = parsed?.value as { metrics?: unknown; stages?: Record<string, unknown> } | undefined
        if (!parsed || typeof value !== 'object' || value === null) return []
        const stages = Object.entries(
          typeof value.stages === 'object' && value.stages !== null ? value.stages : {},
        )
        const lists: [unknown, (string | number)[], string][] = [
          [value.metrics, ['metrics'], '.'],
          ...stages.map(([name, stage]): [unknown, (string | number)[], string] => {
            const own = stage as { metrics?: unknown; wdir?: unknown; do?: { metrics?: unknown } } | null
            return [
              own?.metrics ?? own?.do?.metrics,
              ['stages', name, 'metrics'],
              typeof own?.wdir === 'string' ? own.wdir : '.',
            ]
          }),
        ]
        const declared = lists.flatMap(([list, at, wdir]) =>
          (Array.isArray(list) ? list : []).flatMap((item: unknown, index) => {
            const name = typeof item === 'string' ? item : Object.keys((item as object | null) ?? {})[0]
            return name === undefined || name.includes('${')
              ? []
              : [{ path: join(dirname(file), wdir, name), line: parsed.lineOf([...at, index]) }]
          }),
        )
        const facts = await Promise.all(
          declared.map(async ({ path, line }): Promise<Fact<MetricsFile> | undefined> => {
            const place = view.at(file, line)
            if (!view.has(path))
              return {
                value: { path, metrics: {}, lines: new Map(), writers: [] },
                place,
                word: 'certain',
                reason: 'declared in dvc.yaml, not committed',
              }
            const read = await numbersOf(view, path)
            // A declared file without one metric holds parameters.
            if (!read || Object.keys(read.metrics).length === 0) return undefined
            return {
              value: { path, writers: [], ...read },
              place,
              word: 'certain',
              reason: 'declared in dvc.yaml',
            }
          }),
        )
        return facts.filter((one) => one !== undefined)
      }),
  )
  return [...new Map(found.flat().map((one) => [one.value.path, one])).values()]
}

interface Numbers {
  metrics: Record<string, number>
  lines: Map<string, number>
  /** All numbers of the file that are no series. */
  all: number
}

/** The metrics of a JSON or YAML file; undefined if it is neither, or is cut off. */
async function numbersOf(view: View, path: string): Promise<Numbers | undefined> {
  const text = await view.text(path)
  if (text === undefined) return undefined
  const value = /\.ya?ml$/i.test(path)
    ? (await view.yaml(path))?.value
    : parsedJson(text.replace(/\b(?:NaN|-?Infinity)\b/g, 'null'))
  if (typeof value !== 'object' || value === null) return undefined
  const numbers = leaves(value)
  const claims = numbers.filter(([name]) => isMetric(name)).slice(0, KEPT)
  const lines = new Map(
    claims.map(([name]): [string, number] => {
      const key = name.split('.').at(-1) ?? name
      const at = Math.max(
        text.indexOf(`"${key}"`),
        text.search(new RegExp(`^[ \\t]*${key.replace(/[^\w]/g, '.')}\\s*:`, 'm')),
      )
      return [name, at < 0 ? 1 : lineAt(text, at)]
    }),
  )
  return { metrics: Object.fromEntries(claims), lines, all: numbers.length }
}

/** A name whose last word is a metric, and that is not of the training. */
export function isMetric(name: string): boolean {
  if (name.length > LONGEST_NAME) return false
  const last = name.split('.').at(-1) ?? name
  if (NO_CLAIM.test(last) || OF_TRAINING.test(name) || OF_TRAINING.test(last)) return false
  return (
    METRIC.test(last) ||
    OF_EVALUATION.test(last) ||
    METRIC.test(name.replace(/^.*\.(?=[^.]*\.[^.]*$)/, '').split('.')[0] ?? '')
  )
}

/** Numbers with the names of all keys above; series, whose last key is a number, count for nothing. */
function leaves(value: unknown): [string, number][] {
  const found: [string, number][] = []
  const visit = (at: unknown, name: string, depth: number): void => {
    if (found.length >= NUMBERS || depth > 12) return
    if (typeof at === 'number') found.push([name, at])
    else if (typeof at === 'object' && at !== null && !Array.isArray(at))
      for (const [key, child] of Object.entries(at))
        visit(child, name === '' ? key : `${name}.${key}`, depth + 1)
  }
  visit(value, '', 0)
  return found.filter(([name]) => name !== '' && !/(?:^|\.)\d+$/.test(name))
}

async function fromFile(view: View, path: string): Promise<Fact<MetricsFile> | undefined> {
  const file = basename(path)
  const fact = (
    read: Omit<MetricsFile, 'path' | 'writers'>,
    word: Fact<unknown>['word'],
    reason: string,
  ): Fact<MetricsFile> => ({
    value: { path, writers: [], metrics: read.metrics, lines: read.lines },
    place: view.at(path),
    word,
    reason,
  })
  if (/\.(?:json|ya?ml)$/i.test(path)) {
    const read = await numbersOf(view, path)
    if (!read) return undefined
    const count = Object.keys(read.metrics).length
    if (count === 0) return undefined
    if (await harnessResult(view, path)) return fact(read, 'certain', 'a result of lm-evaluation-harness')
    if (
      /^(?:all|eval|test|predict)_results\.json$/.test(file) &&
      Object.keys(read.metrics).some((name) => /^(?:eval|test|predict)_/.test(name))
    )
      return fact(read, 'certain', 'written by the Trainer')
    if (NAMED.test(file) && count / Math.max(1, read.all) >= SHARE.named)
      return fact(read, 'likely', 'named like a result, with metrics in it')
    if (/\.json$/i.test(path) && read.all <= FEW && count / read.all >= SHARE.unnamed)
      return fact(read, 'guess', 'most of its numbers are named like metrics')
    return undefined
  }
  const text = await view.text(path)
  if (text === undefined) return undefined
  const report = /precision\s+recall\s+f1-score\s+support/.exec(text)
  if (report) return fact(reportNumbers(text), 'likely', 'a classification report')
  if (/\.txt$/i.test(path)) {
    const pairs = [
      ...text.matchAll(
        /^[ \t*-]*([\w@%./][\w @%./-]{0,38}[\w@%./-])[ \t]*[:=][ \t]*(-?\d+(?:\.\d+)?(?:e-?\d+)?)[ \t]*(?:%[ \t]*)?$/gim,
      ),
    ].filter(([, name = '']) => isMetric(name.trim()))
    if (pairs.length === 0) return undefined
    return fact(
      {
        metrics: Object.fromEntries(pairs.map(([, name = '', value]) => [name.trim(), Number(value)])),
        lines: new Map(pairs.map(({ index, 1: name = '' }) => [name.trim(), lineAt(text, index + 1)])),
      },
      'guess',
      'lines of names and numbers',
    )
  }
  return tableFact(text, fact)
}

/** A table with metric columns: of one row its numbers, of several only that it is there. */
function tableFact(
  text: string,
  fact: (read: Pick<MetricsFile, 'metrics' | 'lines'>, word: 'guess', reason: string) => Fact<MetricsFile>,
): Fact<MetricsFile> | undefined {
  const rows = text
    .split(/\r?\n/, 3)
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"|"$/g, '')))
  const [header = [], first = [], second = ['']] = rows
  const columns = header.flatMap((name, index) => (isMetric(name) ? [[name, index] as const] : []))
  if (columns.length === 0 || header.some((name) => /^(?:epoch|step|phase)$/i.test(name))) return undefined
  const single = second.every((cell) => cell === '')
  const numbers = columns.flatMap(([name, index]) =>
    single && first[index] && Number.isFinite(Number(first[index]))
      ? [[name, Number(first[index])] as const]
      : [],
  )
  return fact(
    { metrics: Object.fromEntries(numbers), lines: new Map(numbers.map(([name]) => [name, 2])) },
    'guess',
    'a table with columns that are named like metrics',
  )
}

/** `accuracy` and the averages of scikit-learn's report. */
function reportNumbers(text: string): Pick<MetricsFile, 'metrics' | 'lines'> {
  const metrics: Record<string, number> = {}
  const lines = new Map<string, number>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, name, rest = ''] = /^\s*(accuracy|(?:macro|weighted|micro) avg)\s+(\S.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const numbers = rest.trim().split(/\s+/).map(Number)
    const names =
      name === 'accuracy'
        ? ['accuracy']
        : ['precision', 'recall', 'f1'].map((one) => `${name.replace(' avg', '')} ${one}`)
    for (const [at, key] of names.entries()) {
      const value = numbers[at]
      if (value === undefined || !Number.isFinite(value)) continue
      metrics[key] = value
      lines.set(key, index + 1)
    }
  }
  return { metrics, lines }
}

const WRITES =
  /\bdump\(|\.to_(?:csv|json|yaml)\b|\.write\(|\bwrite_text\(|\bsavetxt\(|\bLive\(|\bsave_metrics\(|\bwrite(?:_|\.)(?:csv|json)|\bwriteLines\(|\bto_json\(/
const PROGRAMS = 500

/** Looks for programs that name the file beside a call that writes; the file's own folder goes first. */
async function withWriters(view: View, facts: readonly Fact<MetricsFile>[]): Promise<Fact<MetricsFile>[]> {
  if (facts.length === 0) return []
  const programs = view.files
    .filter(
      (file) => /\.(?:py|R|r|jl)$/.test(file) && !view.isVendored(file) && !/(?:^|\/)tests?\//.test(file),
    )
    .slice(0, PROGRAMS)
  const texts = await Promise.all(
    programs.map(async (file) => [file, (await view.text(file)) ?? ''] as const),
  )
  const writing = texts.filter(([, text]) => WRITES.test(text))
  return facts.map((fact, index) => {
    if (index >= WRITTEN) return fact
    const name = basename(fact.value.path)
    const all = writing.filter(([, text]) => text.includes(name)).map(([file]) => file)
    const near = all.filter((file) => dirname(file) === dirname(fact.value.path))
    const writers = near.length > 0 ? near : all.slice(0, 3)
    const table = /\.(?:csv|tsv)$/i.test(name) && writers.length > 0 && !/(?:^|\/)data/i.test(fact.value.path)
    return { ...fact, ...(table && { word: 'likely' as const }), value: { ...fact.value, writers } }
  })
}
