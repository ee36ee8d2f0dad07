import { lineAt } from '../python.js'
import type { MetricNumbers } from './file.js'
import { isMetric, mayBeMetric } from './names.js'

/** Results as text: reports, lines of names and numbers, tables. */

const NUMBER = String.raw`(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)`
/** Characters of a line of a name and a number. */
const LONGEST_LINE = 120
const AT_END = /(?<![\w.-])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?= ?%?$)/i
const OWN_NAME = /^[\w@%./][\w @%./()-]{0,59}$/
/** `Top-1: 92.3`, `AUC is 0.91`: within a line of a log or of a submission. */
const WITHIN = new RegExp(
  String.raw`(?<![\w.])([A-Za-z][\w@./-]{0,38})(?:[ \t]*[:=][ \t]*|[ \t]+is[ \t]+)${NUMBER}(?![\w.])`,
  'g',
)
const KEPT = 200

/** `accuracy` and the averages of scikit-learn's report; undefined if the text holds none. */
export function reportNumbers(text: string): MetricNumbers | undefined {
  if (!/precision\s+recall\s+f1-score\s+support/.test(text)) return undefined
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

/** Lines of a name and a number; else a metric's name and its number within the lines. */
export function pairNumbers(text: string): MetricNumbers | undefined {
  const lines = text.split(/\r?\n/).flatMap((line, index): Pair[] => pairOf(line.trim(), index + 1) ?? [])
  const within = () =>
    [...text.matchAll(WITHIN)].map(({ 1: name = '', 2: value = '', index }): Pair => [
      name,
      Number(value),
      lineAt(text, index + 1),
    ])
  return metricsAmong(lines) ?? metricsAmong(within())
}

/** Name, number, line. */
type Pair = [string, number, number]

function pairOf(line: string, number: number): [Pair] | undefined {
  if (line.length > LONGEST_LINE) return undefined
  const found = AT_END.exec(line)
  if (found === null) return undefined
  const left = line.slice(0, found.index)
  const divided = /[:=]$/.test(left.trimEnd())
  if (!divided && !/(?: {2}|\t)$/.test(left)) return undefined
  const name = (divided ? left.trimEnd().slice(0, -1) : left)
    .replace(/^[-*>] /, '')
    .replaceAll('*', '')
    .trim()
  return OWN_NAME.test(name) ? [[name, Number(found[0]), number]] : undefined
}

function metricsAmong(pairs: readonly Pair[]): MetricNumbers | undefined {
  const named = pairs.filter(([name]) => isMetric(name)).slice(0, KEPT)
  return named.length === 0
    ? undefined
    : {
        metrics: Object.fromEntries(named.map(([name, value]) => [name, value])),
        lines: new Map(named.map(([name, , line]) => [name, line])),
      }
}

export interface TableNumbers extends MetricNumbers {
  /** It is a table of names and values, or one with columns that are metrics. */
  form: 'names and values' | 'columns'
}

const ROWS = 400

/** A table with metric columns, or of names and values. Of several rows under columns it says only that it is there. */
export function tableNumbers(text: string): TableNumbers | undefined {
  const rows = text
    .split(/\r?\n/, ROWS)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"|"$/g, '')))
  return namesAndValues(rows) ?? columnsOf(rows)
}

const OF_NAMES = /^(?:metrics?|measures?|names?|scores?|statistics?|)$/i
const OF_VALUES = /^(?:values?|scores?|results?|test|eval\w*|0|x|\.?estimate)$/i

function namesAndValues([header = [], ...rows]: readonly string[][]): TableNumbers | undefined {
  const [name, value] = [
    header.findIndex((cell) => OF_NAMES.test(cell)),
    header.findIndex((cell, at) => at > 0 && OF_VALUES.test(cell)),
  ]
  if (header.length > 4 || name < 0 || value < 0 || name === value) return undefined
  const named = rows.flatMap((row, index): [string, number, number][] => {
    const [key = '', number = ''] = [row[name], row[value]]
    return mayBeMetric(key) && number !== '' && Number.isFinite(Number(number))
      ? [[key, Number(number), index + 2]]
      : []
  })
  if (!named.some(([key]) => isMetric(key))) return undefined
  return {
    form: 'names and values',
    metrics: Object.fromEntries(named.map(([key, number]) => [key, number])),
    lines: new Map(named.map(([key, , line]) => [key, line])),
  }
}

function columnsOf([header = [], first = [], second]: readonly string[][]): TableNumbers | undefined {
  const columns = header.flatMap((name, index) => (isMetric(name) ? [[name, index] as const] : []))
  if (columns.length === 0 || header.some((name) => /^(?:epoch|step|phase|iter\w*)$/i.test(name)))
    return undefined
  const numbers = columns.flatMap(([name, index]) =>
    second === undefined && first[index] && Number.isFinite(Number(first[index]))
      ? [[name, Number(first[index])] as const]
      : [],
  )
  return {
    form: 'columns',
    metrics: Object.fromEntries(numbers),
    lines: new Map(numbers.map(([name]) => [name, 2])),
  }
}
