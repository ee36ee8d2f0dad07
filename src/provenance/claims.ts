import { fieldPath } from '../text/fields.js'
import type { Found, Place } from '../verdict/finding.js'
import type { Record_ } from './schema.js'
import type { Reading, Reservation } from './sources/source.js'

/** Who says what of a field, and where. */
export interface ClaimEvidence extends Place {
  source: string
  value: unknown
  /** Why it is less than the run's own word. */
  reservation?: { kind: Reservation; why: string } | undefined
}

/** One field of a record with all that is known of it. */
export interface Claim {
  field: string
  /** What the first source says that says anything. */
  value: unknown
  /** Where it says so; for a field that nobody gives, where it belongs. */
  place: Place
  /** Every source that says something, in order of precedence. */
  evidence: readonly ClaimEvidence[]
}

/** What is claimed of a run, by all sources together. */
export interface Claims {
  /** The merged record; null: no source can be read. */
  readonly record: Record_ | null
  /** What is wrong with the sources themselves. */
  readonly problems: readonly Found[]
  /** A field such as `data[1].digest`, and where it comes from. */
  at(field: string): Claim
}

/**
 * Merges what the sources say, the first one first: a map is merged key by key, a list is taken whole.
 *
 * @param readings in order of precedence, at least one
 */
export function claimsOf(readings: readonly [Reading, ...Reading[]]): Claims {
  const said = readings.filter(({ record }) => record !== null)
  const record = said.reduceRight<unknown>((below, reading) => merge(reading.record, below), undefined)
  return {
    record: (record as Record_ | undefined) ?? null,
    problems: readings.flatMap(({ problems }) => problems),
    at: (field) => {
      const evidence = said.flatMap((reading): ClaimEvidence[] => {
        const value = valueAt(reading.record, field)
        return value === undefined
          ? []
          : [
              {
                source: reading.source,
                value,
                ...reading.placeOf(field),
                reservation: reading.reservations?.get(field),
              },
            ]
      })
      const [first] = evidence
      const { file, line } = first ?? readings[0].placeOf(field)
      return { field, value: first?.value, place: { file, line }, evidence }
    },
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function merge(above: unknown, below: unknown): unknown {
  if (above === undefined || above === null) return below
  if (!isMap(above) || !isMap(below)) return above
  const keys = new Set([...Object.keys(above), ...Object.keys(below)])
  return Object.fromEntries([...keys].map((key) => [key, merge(above[key], below[key])]))
}

/** A key may hold dots, as the names of nested metrics do: then the rest of the field is the key. */
function valueAt(record: unknown, field: string): unknown {
  const path = fieldPath(field)
  let at = record
  for (const [index, part] of path.entries()) {
    if (typeof at !== 'object' || at === null) return undefined
    const own = at as Record<string | number, unknown>
    if (Object.hasOwn(own, part)) at = own[part]
    else {
      const rest = path.slice(index).join('.')
      return Object.hasOwn(own, rest) ? own[rest] : undefined
    }
  }
  return at
}
