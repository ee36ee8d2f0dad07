import { parsedJson } from '../command/declared.js'
import type { View } from '../view.js'
import type { MetricNumbers } from './file.js'

/** MetricNumbers of one file that are looked at, and metrics that are kept of it. */
const LOOKED_AT = 4000
const KEPT = 200
const DEEPEST = 12

/** @returns the metrics of a JSON or YAML file and how many numbers it has; undefined if it is neither, or is cut off */
export async function documentNumbers(
  view: View,
  path: string,
  isClaim: (name: string) => boolean,
): Promise<(MetricNumbers & { all: number }) | undefined> {
  const text = await view.text(path)
  if (text === undefined) return undefined
  const value = /\.ya?ml$/i.test(path)
    ? (await view.yaml(path))?.value
    : parsedJson(text.replace(/\b(?:NaN|-?Infinity)\b/g, 'null'))
  if (typeof value !== 'object' || value === null) return undefined
  const numbers = leaves(value)
  const claims = numbers.filter(([name]) => isClaim(name)).slice(0, KEPT)
  const lines = linesOf(text, new Set(claims.map(([name]) => lastWord(name))))
  return {
    metrics: Object.fromEntries(claims),
    lines: new Map(claims.map(([name]) => [name, lines.get(lastWord(name)) ?? 1])),
    all: numbers.length,
  }
}

const lastWord = (name: string): string => name.split('.').at(-1) ?? name

/** The first line of each key, in one pass over the text. */
function linesOf(text: string, wanted: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>()
  let line = 0
  for (let from = 0; from <= text.length && found.size < wanted.size;) {
    const end = text.indexOf('\n', from)
    const to = end < 0 ? text.length : end
    line++
    for (const [, quoted, plain] of text.slice(from, to).matchAll(/"([^"\n]{1,200})" ?:|^([^:"]{1,200}):/g)) {
      const key = quoted ?? plain?.trim() ?? ''
      if (wanted.has(key) && !found.has(key)) found.set(key, line)
    }
    from = to + 1
  }
  return found
}

/** MetricNumbers with the names of all keys above; series, whose last key is a number, count for nothing. */
function leaves(value: unknown): [string, number][] {
  const found: [string, number][] = []
  const visit = (at: unknown, name: string, depth: number): void => {
    if (found.length >= LOOKED_AT || depth > DEEPEST) return
    if (typeof at === 'number') found.push([name, at])
    else if (typeof at === 'object' && at !== null && !Array.isArray(at))
      for (const [key, child] of Object.entries(at))
        visit(child, name === '' ? key : `${name}.${key}`, depth + 1)
  }
  visit(value, '', 0)
  return found.filter(([name]) => name !== '' && !/(?:^|\.)\d+$/.test(name))
}
