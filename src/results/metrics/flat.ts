import { quoted } from '../words.js'

export interface Metrics {
  /** By name; a nested value has a dotted one, as `per_class.3.recall`. */
  values: Map<string, number>
  /** Texts, booleans and nulls: they describe, and are not compared. */
  ignored: number
}

const MAX_METRICS = 10_000
const MAX_DEPTH = 16
const MAX_NAME = 200

/** Every number below a value, which is an object or an array; or what is wrong with it, as the rest of a sentence. */
export function flatMetrics(root: object): Metrics | { problem: string } {
  const metrics: Metrics = { values: new Map(), ignored: 0 }
  const problem = flatten(metrics, root, '', 0)
  if (problem !== undefined) return { problem }
  return metrics.values.size === 0 ? { problem: 'has no number in it' } : metrics
}

function flatten(metrics: Metrics, value: object, prefix: string, depth: number): string | undefined {
  if (depth === MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    const name = prefix === '' ? key : `${prefix}.${key}`
    let problem: string | undefined
    if (typeof child === 'number') problem = add(metrics, name, child)
    else if (typeof child === 'object' && child !== null) problem = flatten(metrics, child, name, depth + 1)
    else metrics.ignored++
    if (problem !== undefined) return problem
  }
  return undefined
}

function add({ values }: Metrics, name: string, value: number): string | undefined {
  if (values.has(name)) return `has two metrics named ${quoted(name)}`
  if (values.size === MAX_METRICS) return `has more than ${MAX_METRICS} metrics`
  if (name.length > MAX_NAME) return `has a metric whose name is longer than ${MAX_NAME} characters`
  values.set(name, value)
  return undefined
}
