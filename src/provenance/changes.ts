import { plainPath } from '../system/files.js'
import { allowedFor, type Tolerances } from '../results/tolerance.js'
import { isVolatile } from '../results/metrics/volatile.js'
import { listed } from '../text/numbers.js'
import type { ChangeEvidence, ChangesEvidence } from '../verdict/evidence.js'
import type { Found } from '../verdict/finding.js'
import type { RuleId } from '../verdict/rules/index.js'
import { reservedIn, type Claims } from './claims.js'
import { differsAsDigest } from './contradictions.js'
import type { DataEntry, Record_ } from './schema.js'

/** Changed fields that a report keeps. */
const KEPT = 100
/** Of one kind, told in a sentence. */
const TOLD = 5

const RULE_OF: Record<ChangeEvidence['kind'], RuleId> = {
  seeds: 'seeds/changed',
  hyperparameters: 'hyperparameters/changed',
  data: 'data/changed',
  metrics: 'metrics/changed',
}

/** What else decides a result: if none of it changed, neither may a metric. */
const DECIDES: readonly ((record: Record_) => unknown)[] = [
  ({ code }) => code?.commit,
  ({ model }) => model?.digest,
  ({ environment }) => environment?.hash ?? environment?.image,
  ({ evaluation }) => evaluation?.command,
]

/** One field of two records, as each calls it. */
interface Pair {
  kind: ChangeEvidence['kind']
  name: string
  before: string
  now: string
  differs(before: unknown, now: unknown): boolean
}

/**
 * What a record says otherwise than the one that the base branch has: seeds, hyperparameters, data and
 * metrics, with both places. What only one of the two records at all is not compared, and neither is a
 * value that is not the run's own word.
 *
 * @param since how the base is called
 */
export function changesSince(
  before: Claims,
  now: Claims,
  { since, tolerance }: { since: string; tolerance: Tolerances },
): ChangesEvidence | undefined {
  if (before.record === null || now.record === null) return undefined
  const all = pairsOf(before.record, now.record, tolerance).flatMap((pair) => changeOf(before, now, pair))
  if (all.length === 0) return undefined
  const rationale = now.record.run?.rationale?.trim()
  const isNew = rationale !== '' && rationale !== before.record.run?.rationale?.trim()
  return {
    since,
    ...(rationale !== undefined && isNew && { rationale }),
    unexplained: all.every(({ kind }) => kind === 'metrics') && isSameRun(before.record, now.record),
    count: all.length,
    fields: all.slice(0, KEPT),
  }
}

/** A finding for each kind of change that no rationale covers. */
export function changeFindings({ since, rationale, unexplained, fields }: ChangesEvidence): Found[] {
  if (rationale !== undefined) return []
  return (Object.keys(RULE_OF) as ChangeEvidence['kind'][]).flatMap((kind): Found[] => {
    const changes = fields.filter((change) => change.kind === kind)
    const [first] = changes
    if (first === undefined) return []
    const told = listed(
      changes.map((change) => changeText(change, since)),
      TOLD,
    )
    return [
      {
        rule: RULE_OF[kind],
        message: unexplained
          ? `${told}, although code, data, environment, seeds and hyperparameters are those of ${since}: the same run cannot give both`
          : `${told}, without a rationale`,
        field: first.field,
        file: first.file,
        line: first.line,
        expected: first.before,
        actual: first.after,
        ...(unexplained && { remedy: 'Restore the metrics that the run gave, or record the run again.' }),
      },
    ]
  })
}

/** A model that the base pins and that is said to need no pin any more: no rationale of the head's excuses it. */
export function modelNoLongerGiven(before: Claims, now: Claims, since: string): Found[] {
  const { digest } = before.record?.model ?? {}
  if (digest === undefined || now.record?.model?.from !== 'evaluation') return []
  const { field, place } = now.at('model.from')
  const message = `the record says that the evaluation trains the model; ${since} pins it by ${digest}`
  return [{ rule: 'model/no-longer-given', message, field, ...place, expected: digest, actual: 'evaluation' }]
}

/** `lr 0.1 → 0.01 (main:models/digits/provenance.yml:27)`, the place as git writes it. */
function changeText({ name, before, after, was }: ChangeEvidence, since: string): string {
  const place = `${since}:${was.file}${was.line === undefined ? '' : `:${was.line}`}`
  return `${name} ${before ?? '(none)'} → ${after ?? '(none)'} (${place})`
}

function isSameRun(before: Record_, now: Record_): boolean {
  return (
    before.code?.commit !== undefined &&
    DECIDES.every((of) => JSON.stringify(of(before)) === JSON.stringify(of(now)))
  )
}

function changeOf(before: Claims, now: Claims, { kind, name, differs, ...fields }: Pair): ChangeEvidence[] {
  const was = before.at(fields.before)
  const is = now.at(fields.now)
  if (was.value === undefined && is.value === undefined) return []
  const sides = [
    [before, was],
    [now, is],
  ] as const
  if (sides.some(([claims, { field, value }]) => value !== undefined && reservedIn(claims, field))) return []
  if (was.value !== undefined && is.value !== undefined && !differs(was.value, is.value)) return []
  const [old, own] = [textOf(was.value), textOf(is.value)]
  return [
    {
      ...{ kind, name, field: fields.now },
      ...(old !== undefined && { before: old }),
      ...(own !== undefined && { after: own }),
      was: was.place,
      ...is.place,
    },
  ]
}

const textOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value)

const isOther = (a: unknown, b: unknown): boolean => textOf(a) !== textOf(b)

function pairsOf(before: Record_, now: Record_, tolerance: Tolerances): Pair[] {
  return [
    ...keyed('seeds', 'seeds', before.seeds, now.seeds).map((pair) => ({ ...pair, differs: isOther })),
    ...keyed('hyperparameters', 'hyperparameters', before.hyperparameters, now.hyperparameters).map(
      (pair) => ({ ...pair, differs: isOther }),
    ),
    ...dataPairs(before.data, now.data),
    ...metricPairs(before, now, tolerance),
  ]
}

type Map_ = Readonly<Record<string, unknown>>

function keyed(kind: Pair['kind'], at: string, before?: Map_, now?: Map_): Omit<Pair, 'differs'>[] {
  if (before === undefined || now === undefined) return []
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].map((name) => {
    const field = `${at}.${name}`
    return { kind, name, before: field, now: field }
  })
}

/** A metric that is recorded for the first time has not changed. */
function metricPairs({ evaluation: before }: Record_, { evaluation: now }: Record_, tolerance: Tolerances) {
  const known = before?.metrics ?? {}
  return keyed('metrics', 'evaluation.metrics', before?.metrics, now?.metrics)
    .filter(({ name }) => Object.hasOwn(known, name) && !isVolatile(name))
    .map((pair) => ({
      ...pair,
      differs: (a: unknown, b: unknown) =>
        !Object.is(a, b) &&
        !(Math.abs(Number(a) - Number(b)) <= allowedFor(Number(a), ownOf(tolerance, pair.name))),
    }))
}

const ownOf = (tolerance: Tolerances, name: string) =>
  Object.hasOwn(tolerance, name) ? tolerance[name] : undefined

const DATA_FIELDS = [
  ['digest', differsAsDigest],
  ['version', isOther],
  ['split', isOther],
] as const

/** Entries are the same data if they have the same path, or without one the same name and split. */
function dataPairs(before?: readonly DataEntry[], now?: readonly DataEntry[]): Pair[] {
  if (before === undefined || now === undefined) return []
  const [was, is] = [byIdentity(before), byIdentity(now)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((id) => {
    const [old, own] = [was.get(id), is.get(id)]
    // Behind the end of a list there is nothing, as there should be.
    const at = (key: string) => ({
      before: `data[${old ?? before.length}].${key}`,
      now: `data[${own ?? now.length}].${key}`,
    })
    const { path, name = 'data' } = (own === undefined ? before[old!] : now[own])!
    const pair = { kind: 'data' as const, ...at('digest'), differs: differsAsDigest }
    if (old === undefined || own === undefined)
      return [{ ...pair, ...at(path === undefined ? 'name' : 'path'), name: 'data set' }]
    return DATA_FIELDS.filter(([key]) => before[old]![key] !== undefined && now[own]![key] !== undefined).map(
      ([key, differs]) => ({ ...pair, ...at(key), name: `${key} of ${path ?? name}`, differs }),
    )
  })
}

const byIdentity = (data: readonly DataEntry[]): Map<string, number> =>
  new Map(
    data.map(({ path, name, split }, index) => [
      path === undefined ? `name:${name} ${split}` : `path:${plainPath(path)}`,
      index,
    ]),
  )
