import { lineAt } from '../python.js'
import type { Numbers } from './file.js'
import { isMetric, mayBeMetric } from './names.js'

/** Results as text: reports, lines of names and numbers, tables. */

const NUMBER = String.raw`(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)`
const PAIR = new RegExp(
  String.raw`^[ \t]*(?:[-*>][ \t]+)?\**([\w@%./][\w @%./()-]{0,58}?)\**[ \t]*(?:[:=]|\t|[ ]{2,})[ \t]*${NUMBER}[ \t]*%?[ \t]*$`,
  'gim',
)
/** `Top-1: 92.3`, `AUC is 0.91`: within a line of a log or of a submission. */
const WITHIN = new RegExp(
  String.raw`(?<![\w.])([A-Za-z][\w@./-]{0,38})(?:[ \t]*[:=][ \t]*|[ \t]+is[ \t]+)${NUMBER}(?![\w.])`,
  'g',
)
const KEPT = 200

/** `accuracy` and the averages of scikit-learn's report; undefined if the text holds none. */
export function reportNumbers(text: string): Numbers | undefined {
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
export function pairNumbers(text: string): Numbers | undefined {
  return pairsBy(PAIR, text) ?? pairsBy(WITHIN, text)
}

function pairsBy(form: RegExp, text: string): Numbers | undefined {
  const found: Numbers = { metrics: {}, lines: new Map() }
  for (const { 1: name = '', 2: value = '', index } of text.matchAll(form)) {
    if (found.lines.size >= KEPT) break
    if (!isMetric(name.trim())) continue
    found.metrics[name.trim()] = Number(value)
    found.lines.set(name.trim(), lineAt(text, index + 1))
  }
  return found.lines.size === 0 ? undefined : found
}

export interface TableNumbers extends Numbers {
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
