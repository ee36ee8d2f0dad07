import { algorithmOf } from '../system/digest.js'
import { plainPath } from '../system/files.js'
import { fieldName, fieldPath } from '../text/fields.js'
import type { Found } from '../verdict/finding.js'
import type { RuleId } from '../verdict/rules/index.js'
import type { DataEntry, Record_ } from './schema.js'

/** A field that a record has to have, and the rule that says so. */
interface Required {
  field: string
  rule: RuleId
  /** As people call it, and the verb that fits. */
  name: string
  verb?: 'are'
  value(record: Record_): unknown
}

/** A model that the evaluation trains itself has no file beforehand. */
const modelGiven =
  (key: 'path' | 'digest') =>
  ({ model }: Record_): unknown =>
    model?.from ?? model?.[key]

/** `{}` says that there are none, which is an answer: of seeds and hyperparameters, not of metrics. */
const REQUIRED: readonly Required[] = [
  { field: 'model.name', rule: 'model/missing', name: 'model name', value: (r) => r.model?.name },
  { field: 'model.path', rule: 'model/missing', name: 'model file', value: modelGiven('path') },
  {
    field: 'model.digest',
    rule: 'model/digest-missing',
    name: 'model digest',
    value: modelGiven('digest'),
  },
  { field: 'code.commit', rule: 'code/commit-missing', name: 'commit', value: (r) => r.code?.commit },
  { field: 'data', rule: 'data/missing', name: 'data', value: (r) => r.data?.length || undefined },
  {
    field: 'environment.image',
    rule: 'environment/image-missing',
    name: 'image digest',
    // Of an image that no registry has, the manifest is the pin.
    value: ({ environment }) => environment?.image ?? environment?.manifest?.digest,
  },
  {
    field: 'environment.hash',
    rule: 'environment/hash-missing',
    name: 'environment hash',
    value: (r) => r.environment?.hash,
  },
  { field: 'seeds', rule: 'seeds/value-missing', name: 'seeds', verb: 'are', value: (r) => r.seeds },
  {
    field: 'hyperparameters',
    rule: 'hyperparameters/value-missing',
    name: 'hyperparameters',
    verb: 'are',
    value: (r) => r.hyperparameters,
  },
  {
    field: 'evaluation.metrics',
    rule: 'metrics/value-missing',
    name: 'metrics',
    verb: 'are',
    value: (r) => Object.keys(r.evaluation?.metrics ?? {}).length || undefined,
  },
]

const REQUIRED_OF_DATA: readonly { key: keyof DataEntry; rule: RuleId; name: string }[] = [
  { key: 'path', rule: 'data/file-missing', name: 'path' },
  { key: 'version', rule: 'data/version-missing', name: 'version' },
  { key: 'digest', rule: 'data/digest-missing', name: 'digest' },
  { key: 'licence', rule: 'data/licence-missing', name: 'licence' },
]

/** Fields that the policy requires go to the rule of their subject, if it has one. */
const POLICY_RULES: readonly [RegExp, RuleId][] = [
  [/^seeds(?:\.|$)/, 'seeds/value-missing'],
  [/^hyperparameters(?:\.|$)/, 'hyperparameters/value-missing'],
  [/^evaluation\.metrics(?:\.|$)/, 'metrics/value-missing'],
]

export interface Completeness {
  findings: Found[]
  /** Of `required`, how many fields are there. */
  present: number
  /** Fields whose rule is mandatory. */
  required: number
}

interface Asked {
  /** Names of fields that the policy requires besides. */
  more: readonly string[]
  /** What was found wrong with the record: a malformed field is not reported again as missing. */
  malformed: readonly Found[]
  /** Whether a record without what the rule asks for is incomplete. */
  mandatory: (rule: RuleId) => boolean
  /** Why what is said of a field is less than the run's own word, if it is: then it is not recorded. */
  reserved?: (field: string) => string | undefined
}

const isFilled = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

/** What a record has to say and does not, and what it says twice and differently. */
export function checkCompleteness(
  record: Record_,
  { more, malformed, mandatory, reserved = () => undefined }: Asked,
): Completeness {
  const told = new Set(
    malformed
      .filter(({ rule }) => rule !== 'record/unknown-key')
      .flatMap(({ field }) => (field === undefined ? [] : [field, ...around(field)])),
  )
  const checks: Check[] = [
    ...REQUIRED.map(({ value, ...required }) => ({ ...required, ok: isFilled(value(record)) })),
    ...(record.data ?? []).flatMap(dataChecks),
    ...more.flatMap((field) => policyChecks(record, field)),
  ]
  const missing = checks
    .filter(({ ok, field }) => !ok && !told.has(field))
    .map(({ field, rule, name, verb = 'is' }): Found => ({ rule, field, message: `${name} ${verb} missing` }))
  const weak = checks.flatMap(({ ok, field, rule, name, verb = 'is' }): Found[] => {
    const why = ok ? reserved(field) : undefined
    return why === undefined ? [] : [{ rule, field, message: `${name} ${verb} not recorded: ${why}` }]
  })
  const counted = checks.filter(({ rule }) => mandatory(rule))
  const unsaid = new Set(weak.map(({ field }) => field))
  return {
    findings: [
      ...missing,
      ...weak,
      ...weakDigests(record),
      ...dataContradictions(record),
      ...seedContradictions(record),
      ...seedsThatAreTexts(record),
    ],
    present: counted.filter(({ ok, field }) => ok && !unsaid.has(field)).length,
    required: counted.length,
  }
}

/** Levels of a field that can be asked for. */
const DEEPEST_FIELD = 16

/** The fields that a field is in: `data[1]` and `data` of `data[1].digest`. */
function around(field: string): string[] {
  const path = fieldPath(field).slice(0, DEEPEST_FIELD)
  return path.map((_, index) => fieldName(path.slice(0, index)))
}

interface Check extends Pick<Required, 'field' | 'rule' | 'name' | 'verb'> {
  ok: boolean
}

const dataChecks = (entry: DataEntry, index: number) =>
  REQUIRED_OF_DATA.map(({ key, rule, name }) => ({
    field: `data[${index}].${key}`,
    rule,
    name: `${name} of ${entry.name ?? entry.path ?? `data set ${index + 1}`}`,
    ok: isFilled(entry[key]),
  }))

function policyChecks(record: Record_, field: string) {
  const rule = POLICY_RULES.find(([pattern]) => pattern.test(field))?.[1] ?? 'record/field-missing'
  const [head = '', ...rest] = field.split('.')
  if (head === 'data' && rest.length > 0)
    return (record.data ?? []).map((entry, index) => {
      const own = `data[${index}].${rest.join('.')}`
      return { field: own, rule, name: own, ok: isFilled(dig(entry, rest)) }
    })
  const name = head === 'seeds' && rest.length > 0 ? `seed \`${rest.join('.')}\`` : `\`${field}\``
  return [{ field, rule, name, ok: isFilled(dig(record, [head, ...rest])) }]
}

const dig = (value: unknown, keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    value,
  )

/** Digests by md5: whoever chooses the bytes can choose others with the same one. */
function weakDigests({ data = [], model, environment, evaluation }: Record_): Found[] {
  const digests: [string, string | undefined][] = [
    ...data.map(({ digest }, index): [string, string | undefined] => [`data[${index}].digest`, digest]),
    ['model.digest', model?.digest],
    ['environment.manifest.digest', environment?.manifest?.digest],
    ['evaluation.predictions.digest', evaluation?.predictions?.digest],
  ]
  return digests.flatMap(([field, digest]): Found[] =>
    digest === undefined || algorithmOf(digest) === 'sha256'
      ? []
      : [{ rule: 'record/digest-weak', field, message: `${field} is an md5, which proves nothing` }],
  )
}

/** Two entries of one file with two digests, or of one name with two versions. */
function dataContradictions({ data = [] }: Record_): Found[] {
  const findings: Found[] = []
  const first = { digest: new Map<string, number>(), version: new Map<string, number>() }
  for (const [index, entry] of data.entries()) {
    for (const [key, of] of [
      ['digest', entry.path && plainPath(entry.path)],
      ['version', entry.name],
    ] as const) {
      const value = entry[key]
      if (of === undefined || value === undefined) continue
      const other = first[key].get(of)
      if (other === undefined) {
        first[key].set(of, index)
        continue
      }
      const before = data[other]?.[key]
      if (before === undefined || !contradicts(key, before, value)) continue
      findings.push({
        rule: `data/${key}-contradictory`,
        field: `data[${index}].${key}`,
        message: `${of} has ${key} ${value} here and ${before} in data[${other}]`,
        expected: before,
        actual: value,
      })
    }
  }
  return findings
}

/** Digests by two algorithms can both be right. */
const contradicts = (key: 'digest' | 'version', a: string, b: string): boolean =>
  a !== b && (key === 'version' || a.split(':')[0] === b.split(':')[0])

function seedContradictions({ seeds = {}, hyperparameters = {} }: Record_): Found[] {
  return Object.entries(hyperparameters).flatMap(([name, value]): Found[] => {
    const seed = Object.hasOwn(seeds, name) ? seeds[name] : undefined
    if (seed === undefined || String(seed) === String(value)) return []
    return [
      {
        rule: 'seeds/value-contradictory',
        field: `seeds.${name}`,
        message: `${name} is ${seed} under seeds and ${String(value)} under hyperparameters`,
        expected: String(seed),
        actual: String(value),
      },
    ]
  })
}

const seedsThatAreTexts = ({ seeds = {} }: Record_): Found[] =>
  Object.entries(seeds)
    .filter(([, value]) => typeof value !== 'number')
    .map(([name, value]) => ({
      rule: 'seeds/not-integer',
      field: `seeds.${name}`,
      message: `the seed ${name} is not an integer`,
      actual: String(value),
    }))
