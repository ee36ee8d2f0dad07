import { plainPath } from '../system/files.js'
import { fieldName, fieldPath } from '../text/fields.js'
import type { Found, Place } from '../verdict/finding.js'
import type { DataEntry, Record_ } from './schema.js'
import type { Reading, Remark, Reservation } from './sources/source.js'

/** Who says what of a field, and where. */
export interface ClaimEvidence extends Place {
  source: string
  value: unknown
  reservation?: { kind: Reservation; why: string }
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
  /** What a reader should know beside the fields. */
  readonly remarks: readonly Remark[]
  /** A field such as `data[1].digest`, and where it comes from. */
  at(field: string): Claim
}

/**
 * Merges what the sources say, the first one first: a map is merged key by key; of lists of data the first
 * is believed, and another's entries of the same path (or name) fill in what its own lack.
 *
 * @param readings in order of precedence, at least one
 */
export function claimsOf(readings: readonly [Reading, ...Reading[]]): Claims {
  const said = readings.filter(({ record }) => record !== null)
  const believed = said.find(({ record }) => (record?.data?.length ?? 0) > 0)?.record?.data ?? []
  const aligned = said.map((reading) => align(reading, believed))
  const record = aligned.reduceRight<unknown>((below, { record: own }) => merge(own, below), undefined)
  return {
    record: (record as Record_ | undefined) ?? null,
    problems: readings.flatMap(({ problems }) => problems),
    remarks: readings.flatMap(({ remarks = [] }) => remarks),
    at: (field) => {
      const evidence = aligned.flatMap((reading) => evidenceIn(reading, field))
      const [first] = evidence
      const { file, line } = first ?? aligned[0]?.placeOf(field) ?? readings[0].placeOf(field)
      return { field, value: first?.value, place: { file, line }, evidence }
    },
  }
}

/** A reading whose data are in the order of the list that is believed. */
interface Aligned extends Pick<Reading, 'source' | 'record' | 'placeOf'> {
  reservationOf(field: string): ClaimEvidence['reservation']
}

function align(reading: Reading, believed: readonly DataEntry[]): Aligned {
  const own = reading.record?.data
  const reservationOf = (field: string) => reservationIn(reading, field)
  if (own === undefined || own === believed) return { ...reading, reservationOf }
  const index = new Map(own.map((entry, at) => [identity(entry), at]))
  const order = believed.map((entry) => index.get(identity(entry)))
  const ownField = (field: string): string =>
    field.replace(/^data\[(\d+)\]/, (all, at: string) => {
      const found = order[Number(at)]
      return found === undefined ? all : `data[${found}]`
    })
  return {
    ...reading,
    record: { ...reading.record, data: order.map((at) => (at === undefined ? {} : (own[at] ?? {}))) },
    placeOf: (field) => reading.placeOf(ownField(field)),
    reservationOf: (field) => reservationOf(ownField(field)),
  }
}

/** What is said of `seeds` is said of each of them. */
function reservationIn({ reservations }: Reading, field: string): ClaimEvidence['reservation'] {
  if (reservations === undefined) return undefined
  const path = fieldPath(field)
  const names = path.map((_, index) => fieldName(path.slice(0, path.length - index)))
  return names.map((name) => reservations.get(name)).find((found) => found !== undefined)
}

const identity = ({ path, name }: DataEntry): string =>
  path === undefined ? `name:${name}` : `path:${plainPath(path)}`

function evidenceIn(reading: Aligned, field: string): ClaimEvidence[] {
  const value = valueAt(reading.record, field)
  if (value === undefined) return []
  const { source } = reading
  const reservation = reading.reservationOf(field)
  return [{ source, value, ...reading.placeOf(field), ...(reservation && { reservation }) }]
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function merge(above: unknown, below: unknown): unknown {
  if (above === undefined || above === null) return below
  if (Array.isArray(above) && Array.isArray(below) && above.every(isMap))
    return above.map((entry, index) => merge(entry, below[index]))
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

/**
 * Why nothing that is said of a field is the run's own word, if that is so. A map is as good as the best of
 * its values.
 */
export function reservedIn(claims: Claims, field: string): string | undefined {
  const { value, evidence } = claims.at(field)
  if (isMap(value)) {
    const whys = Object.keys(value).map((key) => reservedIn(claims, `${field}.${key}`))
    return whys.every((why) => why !== undefined) ? whys[0] : undefined
  }
  return evidence.every(({ reservation }) => reservation) ? evidence[0]?.reservation?.why : undefined
}
