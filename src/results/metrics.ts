import JSON5 from 'json5'
import { numberText } from '../text/numbers.js'
import type { MetricComparison } from '../verdict/evidence.js'
import { own } from './own.js'
import { allowedFor, type Tolerance, type Tolerances } from './tolerance.js'
import { quoted } from './words.js'

export interface Metrics {
  /** By name; a nested value has a dotted one, as `per_class.3.recall`. */
  values: Map<string, number>
  /** Texts, booleans and nulls: they describe, and are not compared. */
  ignored: number
}

const MAX_METRICS = 10_000
const MAX_DEPTH = 16
const MAX_NAME = 200

/**
 * Reads a metrics file: a JSON object of numbers, nested to any shape. JSON5, because Python writes
 * `NaN`, `Infinity` and `-Infinity`. At most 10,000 numbers, 16 levels deep. `problem` says what is
 * wrong with it, as the rest of a sentence about the file.
 */
export function parseMetrics(bytes: Uint8Array): Metrics | { problem: string } {
  let root: unknown
  try {
    root = JSON5.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` }
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    return { problem: 'is not a JSON object of numbers' }
  const metrics: Metrics = { values: new Map(), ignored: 0 }
  const problem = flatten(metrics, root, '', 0)
  if (problem !== undefined) return { problem }
  return metrics.values.size === 0 ? { problem: 'has no number in it' } : metrics
}

/** Adds every number below a value, which is an object or an array. Returns what is wrong with it. */
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

/**
 * Pairs two sets of metrics by name. NaN equals NaN, an infinity only itself; one that is missing on
 * either side disagrees. In the order of the record, then what only the replay has.
 */
export function compareMetrics(
  recorded: Readonly<Record<string, number>>,
  replayed: Readonly<Record<string, number>>,
  tolerances: Tolerances = {},
  everywhere?: Tolerance,
): MetricComparison[] {
  return [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])].map((name) => {
    const [before, after] = [own(recorded, name), own(replayed, name)]
    const text = {
      name,
      recorded: before === undefined ? undefined : numberText(before),
      replayed: after === undefined ? undefined : numberText(after),
    }
    if (before === undefined || after === undefined) return { ...text, agrees: false, finite: false }
    const finite = Number.isFinite(before) && Number.isFinite(after)
    const [difference, allowed] = [after - before, allowedFor(before, own(tolerances, name) ?? everywhere)]
    return {
      ...text,
      // JSON has no other numbers.
      difference: Number.isFinite(difference) ? difference : undefined,
      allowed: Number.isFinite(allowed) ? allowed : undefined,
      agrees: Object.is(before, after) || (finite && Math.abs(difference) <= allowed),
      finite,
    }
  })
}
