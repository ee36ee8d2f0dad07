import JSON5 from 'json5'
import type { Tolerance } from '../policy/schema.js'
import type { MetricComparison } from '../verdict/report.js'

export interface Metrics {
  /** By name; a nested value has a dotted one, as `per_class.3.recall`. */
  values: Map<string, number>
  /** Texts and booleans: they describe, and are not compared. */
  ignored: number
}

/** pytest's `approx`. */
export const DEFAULT_TOLERANCE = { relative: 1e-6, absolute: 1e-12 }

const MAX_METRICS = 10_000
const MAX_DEPTH = 16
const MAX_NAME = 200

/**
 * Reads the metrics file: a JSON object of numbers, nested as one likes. JSON5, because Python writes
 * `NaN`, `Infinity` and `-Infinity`. At most 10,000 numbers, 16 levels deep. `problem` says what is
 * wrong with it, for a person.
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

  const values = new Map<string, number>()
  let ignored = 0
  const flatten = (value: unknown, name: string, depth: number): string | undefined => {
    if (typeof value === 'string' || typeof value === 'boolean') {
      ignored++
      return undefined
    }
    if (typeof value === 'number') {
      if (values.has(name)) return `has two metrics named \`${name}\``
      if (values.size === MAX_METRICS) return `has more than ${MAX_METRICS} metrics`
      if (name.length > MAX_NAME) return `has a metric whose name is longer than ${MAX_NAME} characters`
      values.set(name, value)
      return undefined
    }
    if (typeof value !== 'object' || value === null) return `has no number for \`${name}\``
    if (depth === MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`
    for (const [key, child] of Object.entries(value)) {
      const problem = flatten(child, name === '' ? key : `${name}.${key}`, depth + 1)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  const problem = flatten(root, '', 0)
  if (problem !== undefined) return { problem }
  return values.size === 0 ? { problem: 'has no number in it' } : { values, ignored }
}

/** By how much a replayed value may differ from a recorded one. */
export const allowedFor = (recorded: number, tolerance: Tolerance = DEFAULT_TOLERANCE): number =>
  Math.max(tolerance.absolute ?? 0, (tolerance.relative ?? 0) * Math.abs(recorded))

/**
 * Pairs two sets of metrics by name. NaN equals NaN, an infinity only itself; one that is missing on
 * either side disagrees. In the order of the record, then what only the replay has.
 */
export function compareMetrics(
  recorded: Readonly<Record<string, number>>,
  replayed: Readonly<Record<string, number>>,
  tolerance: Readonly<Record<string, Tolerance>> = {},
): MetricComparison[] {
  return [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])].map((name) => {
    const [before, after] = [own(recorded, name), own(replayed, name)]
    const text = {
      name,
      ...(before !== undefined && { recorded: numberText(before) }),
      ...(after !== undefined && { replayed: numberText(after) }),
    }
    if (before === undefined || after === undefined) return { ...text, agrees: false }
    const [difference, allowed] = [after - before, allowedFor(before, own(tolerance, name))]
    return {
      ...text,
      ...(Number.isFinite(difference) && { difference }),
      ...(Number.isFinite(allowed) && { allowed }),
      agrees:
        Object.is(before, after) ||
        (Number.isFinite(before) && Number.isFinite(after) && Math.abs(difference) <= allowed),
    }
  })
}

/** Names come from the evaluation: one may be `constructor`. */
export const own = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined

/** All digits of a double; `-0` keeps its sign. */
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
