/** Names and values as trackers keep them. */

import { isVolatile } from '../../results/metrics/volatile.js'
import { isDecimal } from '../../text/numbers.js'

/** Levels of a parameter or a metric, and how many of them a run has. */
const DEEPEST = 16
const MOST = 10_000

const SEED = /(?:^|[^a-z])(?:seed|random_?state|rng)$|seed(?:_everything)?$/i

/** Whether a parameter of this name is a seed: `train.seed`, `random_state`, `numpy_seed`. */
export const isSeedName = (name: string): boolean => SEED.test(name)

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', null],
  ['null', null],
  ['nan', NaN],
  ['NaN', NaN],
  ['inf', Infinity],
  ['Infinity', Infinity],
  ['-inf', -Infinity],
  ['-Infinity', -Infinity],
])

/** What Python printed: a number, a truth value, None, else the text. An integer too long for a double stays text. */
export function scalarIn(text: string): unknown {
  if (WORDS.has(text)) return WORDS.get(text)
  if (!isDecimal(text)) return text
  const value = Number(text)
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^[-+]?\d+$/.test(text) ? text : value
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The maps of a value, or none. */
export const mapOf = (value: unknown): Record<string, unknown> => (isMap(value) ? value : {})
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
/** A text, or a number as one; else undefined. */
export const scalarText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined

/**
 * The values that are no maps, by their names with dots, at most 10,000 of them and 16 levels deep. A list
 * of scalars is one value; of other lists the items have their number as a name.
 */
export function flattened(value: unknown, into = new Map<string, unknown>(), prefix = '', depth = 0) {
  if (depth > DEEPEST || into.size >= MOST) return into
  for (const [key, child] of Object.entries(value ?? {})) {
    const name = prefix === '' ? key : `${prefix}.${key}`
    const inner =
      isMap(child) || (Array.isArray(child) && child.some((item) => typeof item === 'object' && item))
    if (inner) flattened(child, into, name, depth + 1)
    else if (into.size < MOST) into.set(name, child)
  }
  return into
}

/** Parameters as a record has them: seeds by themselves. A seed that is null was not set, and is not said. */
export function partedParameters(values: ReadonlyMap<string, unknown>): {
  seeds: Map<string, unknown>
  hyperparameters: Map<string, unknown>
} {
  const isSeed = (name: string, value: unknown) =>
    isSeedName(name) && (Number.isInteger(value) || typeof value === 'string' || value === null)
  const all = [...values]
  return {
    seeds: new Map(all.filter(([name, value]) => isSeed(name, value) && value !== null && value !== '')),
    hyperparameters: new Map(all.filter(([name, value]) => !isSeed(name, value))),
  }
}

/** Only the numbers of a map. Python's JSON and YAML keep NaN and the infinities as words. */
export function numbersOf(values: ReadonlyMap<string, unknown>): Map<string, number> {
  return new Map(
    [...values].flatMap(([name, value]): [string, number][] => {
      const number = typeof value === 'string' && WORDS.has(value) ? WORDS.get(value) : value
      return typeof number === 'number' ? [[name, number]] : []
    }),
  )
}

/** What counts steps or measures the machine is no result of the model. */
const NO_RESULT = /(?:^|[._/ -])(?:step|epoch|total_flos)$|(?:^|[._/])system\//i

/** Metrics that can be obtained again. */
export const claimedMetrics = (metrics: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...metrics].filter(([name]) => !isVolatile(name) && !NO_RESULT.test(name)))
