import type { Found } from '../system/context.js'
import { normalise } from '../system/paths.js'
import type { RuleId } from '../verdict/rules.js'
import type { DataEntry, Record_ } from './schema.js'
import type { Location } from './sources/native.js'

type Locate = (field: string) => Location

/** A field that a record has to have, and the rule that says so. */
interface Required {
  field: string
  rule: RuleId
  /** As people call it. */
  name: string
  value(record: Record_): unknown
}

const filled = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  !(typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0)

const REQUIRED: readonly Required[] = [
  { field: 'model.name', rule: 'model/missing', name: 'model name', value: (r) => r.model?.name },
  { field: 'model.path', rule: 'model/missing', name: 'model file', value: (r) => r.model?.path },
  {
    field: 'model.digest',
    rule: 'model/digest-missing',
    name: 'model digest',
    value: (r) => r.model?.digest,
  },
  { field: 'code.commit', rule: 'code/commit-missing', name: 'commit', value: (r) => r.code?.commit },
  { field: 'data', rule: 'data/missing', name: 'data', value: (r) => (r.data?.length ? r.data : undefined) },
  {
    field: 'environment.image',
    rule: 'environment/image-missing',
    name: 'image digest',
    value: (r) => r.environment?.image,
  },
  {
    field: 'environment.hash',
    rule: 'environment/hash-missing',
    name: 'environment hash',
    value: (r) => r.environment?.hash,
  },
  { field: 'seeds', rule: 'seeds/value-missing', name: 'seeds', value: (r) => r.seeds },
  // `{}` says that there are none, which is an answer.
  {
    field: 'hyperparameters',
    rule: 'hyperparameters/value-missing',
    name: 'hyperparameters',
    value: (r) => r.hyperparameters && [r.hyperparameters],
  },
  {
    field: 'evaluation.metrics',
    rule: 'metrics/value-missing',
    name: 'metrics',
    value: (r) => r.evaluation?.metrics,
  },
]

const REQUIRED_OF_DATA: readonly { key: keyof DataEntry; rule: RuleId; name: string }[] = [
  { key: 'path', rule: 'data/file-missing', name: 'path' },
  { key: 'version', rule: 'data/version-missing', name: 'version' },
  { key: 'digest', rule: 'data/digest-missing', name: 'digest' },
  { key: 'licence', rule: 'data/licence-missing', name: 'licence' },
]

/** Fields that people misread as optional where the policy asks for them go to the rule of their subject. */
const POLICY_RULES: readonly [RegExp, RuleId][] = [
  [/^seeds(?:\.|$)/, 'seeds/value-missing'],
  [/^hyperparameters(?:\.|$)/, 'hyperparameters/value-missing'],
  [/^evaluation\.metrics(?:\.|$)/, 'metrics/value-missing'],
]

export interface Completeness {
  findings: Found[]
  /** Of `required`, how many fields are there. */
  present: number
  required: number
}

/**
 * What a record has to say and does not. Malformed fields were taken out and reported before: they
 * are not reported again as missing.
 *
 * @param more field names that the policy requires besides
 */
export function checkCompleteness(
  record: Record_,
  locate: Locate,
  more: readonly string[],
  already: readonly Found[],
): Completeness {
  const told = new Set(already.filter(({ rule }) => rule !== 'record/unknown-key').map(({ field }) => field))
  const checks = [
    ...REQUIRED.map(({ field, rule, name, value }) => ({ field, rule, name, ok: filled(value(record)) })),
    ...(record.data ?? []).flatMap((entry, index) =>
      REQUIRED_OF_DATA.map(({ key, rule, name }) => ({
        field: `data[${index}].${key}`,
        rule,
        name: `${name} of ${entry.name ?? entry.path ?? `data set ${index + 1}`}`,
        ok: filled(entry[key]),
      })),
    ),
    ...more.flatMap((field) => policyFields(record, field)),
  ]
  const findings = checks
    .filter(
      ({ ok, field }) =>
        !ok &&
        ![...told].some(
          (other) =>
            other !== undefined &&
            (field === other || other.startsWith(`${field}.`) || other.startsWith(`${field}[`)),
        ),
    )
    .map(({ field, rule, name }): Found => ({ rule, field, message: `${name} missing`, ...locate(field) }))
  return {
    findings: [...findings, ...contradictions(record, locate)],
    present: checks.filter(({ ok }) => ok).length,
    required: checks.length,
  }
}

function policyFields(record: Record_, field: string) {
  const rule = POLICY_RULES.find(([pattern]) => pattern.test(field))?.[1] ?? 'record/field-missing'
  const [head = '', ...rest] = field.split('.')
  const dig = (value: unknown, keys: readonly string[]): unknown =>
    keys.reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      value,
    )
  if (head === 'data' && rest.length > 0)
    return (record.data ?? []).map((entry, index) => {
      const own = `data[${index}].${rest.join('.')}`
      return { field: own, rule, name: own, ok: filled(dig(entry, rest)) }
    })
  const name = field.startsWith('seeds.') ? `seed \`${rest.join('.')}\`` : `\`${field}\``
  return [{ field, rule, name, ok: filled(dig(record, [head, ...rest])) }]
}

/** Two places of one record that cannot both be right. */
function contradictions(record: Record_, locate: Locate): Found[] {
  const findings: Found[] = []
  const first = { digest: new Map<string, number>(), version: new Map<string, number>() }
  for (const [index, entry] of (record.data ?? []).entries()) {
    for (const [key, of] of [
      ['digest', entry.path && normalise(entry.path)],
      ['version', entry.name],
    ] as const) {
      const value = entry[key]
      if (of === undefined || value === undefined) continue
      const other = first[key].get(of)
      const before = other === undefined ? undefined : record.data?.[other]?.[key]
      if (other === undefined) first[key].set(of, index)
      else if (
        (before !== value && before?.split(':')[0] === value.split(':')[0]) ||
        (key === 'version' && before !== value)
      )
        findings.push({
          rule: `data/${key}-contradictory`,
          field: `data[${index}].${key}`,
          message: `${of} has ${key} ${value} here and ${before} in data[${other}]`,
          expected: before ?? '',
          actual: value,
          ...locate(`data[${index}].${key}`),
        })
    }
  }
  for (const [name, value] of Object.entries(record.hyperparameters ?? {})) {
    const seed = record.seeds && Object.hasOwn(record.seeds, name) ? record.seeds[name] : undefined
    if (seed !== undefined && String(seed) !== String(value))
      findings.push({
        rule: 'seeds/value-contradictory',
        field: `seeds.${name}`,
        message: `${name} is ${seed} under seeds and ${String(value)} under hyperparameters`,
        expected: String(seed),
        actual: String(value),
        ...locate(`seeds.${name}`),
      })
  }
  return findings
}
