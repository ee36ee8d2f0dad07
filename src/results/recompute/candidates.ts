import { CATALOGUE } from './catalogue.js'
import type { Definition } from './definition.js'
import { classOf } from './labels.js'
import type { Asked } from './names.js'
import type { TableReading } from './readings.js'
import { wordsIn } from './words-of-names.js'

/** A number that a definition gives for one reading of a table. */
export interface Candidate {
  reading: TableReading
  /** The definition, with the class or cutoff that it takes. */
  definition: string
  /** What the name stands for, not a variant of it. */
  main: boolean
  value: number
  /** The metric is a share of so many things; undefined: it is not. */
  counted: number | undefined
}

/** Rows that all definitions together may look at: what a table with many columns and names can cost. */
const WORK = 400_000_000
/** Classes of which each is tried if a name binds none. */
const EACH = 2

/** Numbers are computed once a reading, definition and class; NaN when the work is used up. */
export class Computed {
  private readonly known = new Map<string, number>()
  private work = 0
  /** Whether something was left out. */
  get spent(): boolean {
    return this.work > WORK
  }

  value(key: string, cost: number, compute: () => number): number {
    const known = this.known.get(key)
    if (known !== undefined) return known
    this.work += cost
    const value = this.spent ? NaN : compute()
    this.known.set(key, value)
    return value
  }
}

/** Classes beyond which names bind none. */
const MOST_NAMED = 1000
const classWords = new WeakMap<TableReading, Map<string, number>>()

/** The number of the class that words of a name bind; undefined: none is bound. */
export function classBound(reading: TableReading, rest: readonly string[]): number | undefined {
  if (reading.kind !== 'labels' || rest.length === 0) return undefined
  const { classes } = reading.input
  if (classes.length > MOST_NAMED) return undefined
  const named =
    classWords.get(reading) ?? new Map(classes.map((name, index) => [wordsIn(name).join(' '), index]))
  classWords.set(reading, named)
  // A class that was a number is written `1.0` by some reports.
  return named.get(rest.join(' ')) ?? named.get(classOf(rest.join('.')))
}

/** Every number of one reading that a name may mean. */
export function candidatesOf(
  reading: TableReading,
  asked: Asked,
  { computed, number }: { computed: Computed; number: number },
): Candidate[] {
  const bound = classBound(reading, asked.rest)
  const { kind, input, rows } = reading
  // The table of a kind takes the input of that kind: TypeScript cannot follow it through the union.
  const definitions = CATALOGUE[kind] as readonly Definition<typeof input>[]
  return definitions
    .filter((definition) => answers(definition, asked, bound))
    .flatMap((definition) =>
      places(definition, reading, { asked, bound }).map((at): Candidate => {
        const cost = definition.takes === 'class' ? 1 : rows
        const key = `${number} ${definition.id} ${at}`
        return {
          reading,
          definition: definition.id + suffixOf(definition, reading, at),
          main: definition.main === true && !reading.note,
          value: computed.value(key, cost, () => definition.of(input, at)),
          counted: definition.counted?.(input, at),
        }
      }),
    )
    .filter(({ value }) => !Number.isNaN(value))
}

function answers<Input>(
  { family, average }: Definition<Input>,
  asked: Asked,
  bound: number | undefined,
): boolean {
  if (family !== asked.family) return false
  if (bound !== undefined) return average === 'class'
  return asked.average === undefined || average === asked.average
}

/** Classes or cutoffs for which a definition is tried. */
function places<Input>(
  { takes }: Definition<Input>,
  reading: TableReading,
  { asked, bound }: { asked: Asked; bound: number | undefined },
): number[] {
  if (takes === 'cutoff') {
    if (asked.cutoff !== undefined) return [asked.cutoff]
    return reading.kind === 'ranking' && ['ndcg', 'map', 'mrr'].includes(asked.family) ? [Infinity] : []
  }
  if (takes !== 'class') return [0]
  if (bound !== undefined) return [bound]
  return reading.kind === 'labels' && reading.input.classes.length <= EACH
    ? [...reading.input.classes.keys()]
    : []
}

function suffixOf<Input>({ takes }: Definition<Input>, reading: TableReading, at: number): string {
  if (takes === 'class' && reading.kind === 'labels') return ` of class ${reading.input.classes[at]!}`
  if (takes === 'cutoff' && at !== Infinity) return ` at ${at}`
  return ''
}
