import { shellWord } from '../command.js'
import { listOf, mapOf } from '../values.js'

/** DVC's templates: `${train.lr}` in a `dvc.yaml` (dvc.org, "Templating"). */

/** Levels into which templates are resolved, and characters of a resolved text. */
const DEEPEST = 32
const LONGEST = 100_000

const EXPRESSION = /(\\?)\$\{([^{}$\\]{1,500})\}/g

/** A value by its name with dots and items: `a.b[0].c`; undefined if there is none. */
export function lookUp(context: unknown, name: string): unknown {
  let at = context
  for (const part of name.trim().split(/\.|\[|\]\.?/)) {
    if (part === '') continue
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<string, unknown>)[part]
  }
  return at
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

/** A scalar as DVC writes it into a text. */
const written = (value: string | number | boolean | null): string => (value === null ? '' : String(value))

/** A map as options of a program: `--lr 0.1 --layers 1 2 --verbose`; what is false is left out. */
function options(value: Record<string, unknown>, prefix = '', depth = 0): string[] {
  if (depth > DEEPEST) return []
  return Object.entries(value).flatMap(([key, child]): string[] => {
    const name = prefix === '' ? key : `${prefix}.${key}`
    if (child === true) return [`--${name}`]
    if (child === false || child === null || child === undefined) return []
    if (isScalar(child)) return [`--${name} ${shellWord(String(child))}`]
    if (Array.isArray(child)) return [`--${name} ${child.map((item) => shellWord(String(item))).join(' ')}`]
    return options(mapOf(child), name, depth + 1)
  })
}

/** A text with its templates resolved; those of unknown names stay. */
export function resolveText(text: string, context: unknown): string {
  return text
    .replace(EXPRESSION, (all, escape: string, name: string) => {
      if (escape !== '') return all.slice(1)
      const value = lookUp(context, name)
      if (isScalar(value)) return written(value)
      return value === undefined || Array.isArray(value) ? all : options(mapOf(value)).join(' ')
    })
    .slice(0, LONGEST)
}

/** Any value with its templates resolved: one that is a template and nothing else is the value itself. */
export function resolved(value: unknown, context: unknown, depth = 0): unknown {
  if (depth > DEEPEST) return undefined
  if (typeof value === 'string') {
    const [whole] = value.matchAll(EXPRESSION)
    if (whole?.[0] === value && whole[1] === '') return lookUp(context, whole[2]!) ?? value
    return resolveText(value, context)
  }
  if (Array.isArray(value)) return value.map((item) => resolved(item, context, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      resolveText(key, context),
      resolved(child, context, depth + 1),
    ]),
  )
}

/** One round of a stage that is given for several values. */
export interface Round {
  /** What follows `@` in the name of the stage. */
  suffix: string
  /** `item` and `key`. */
  context: Record<string, unknown>
}

/** Rounds of all stages of one file. */
export const MOST_ROUNDS = 1000

/** The rounds of `foreach`: of a list, by its scalars or its numbers; of a map, by its keys. */
export function roundsOfForeach(given: unknown): Round[] {
  if (Array.isArray(given)) {
    const scalars = given.every(isScalar)
    return given
      .slice(0, MOST_ROUNDS)
      .map((item, index) => ({ suffix: scalars ? String(item) : String(index), context: { item } }))
  }
  return Object.entries(mapOf(given))
    .slice(0, MOST_ROUNDS)
    .map(([key, item]) => ({ suffix: key, context: { item, key } }))
}

/** The rounds of `matrix`: every combination; a value that is no scalar is named by its variable and number. */
export function roundsOfMatrix(given: unknown): Round[] {
  const start = { names: [] as string[], item: {} as Record<string, unknown> }
  const combinations = Object.entries(mapOf(given)).reduce(
    (sofar, [variable, values]) =>
      sofar
        .flatMap(({ names, item }) =>
          listOf(values)
            .slice(0, MOST_ROUNDS)
            .map((value, index) => ({
              names: [...names, isScalar(value) ? String(value) : `${variable}${index}`],
              item: { ...item, [variable]: value },
            })),
        )
        .slice(0, MOST_ROUNDS),
    [start],
  )
  return combinations.map(({ names, item }) => {
    const suffix = names.join('-')
    return { suffix, context: { item, key: suffix } }
  })
}
