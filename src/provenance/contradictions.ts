import { algorithmOf } from '../system/digest.js'
import type { Found } from '../verdict/finding.js'
import type { RuleId } from '../verdict/rules/index.js'
import type { ClaimEvidence, Claims } from './claims.js'
import type { Record_ } from './schema.js'

/** Fields of which two sources may not say different things, the rule that says so, and when they do. */
const COMPARED: readonly {
  rule: RuleId
  fields(record: Record_): string[]
  differs(a: unknown, b: unknown): boolean
}[] = [
  { rule: 'code/commit-contradictory', fields: () => ['code.commit'], differs: differsAsText },
  {
    rule: 'data/digest-contradictory',
    fields: ({ data = [] }) => [...data.keys()].map((index) => `data[${index}].digest`),
    differs: differsAsDigest,
  },
  {
    rule: 'data/version-contradictory',
    fields: ({ data = [] }) => [...data.keys()].map((index) => `data[${index}].version`),
    differs: differsAsText,
  },
  { rule: 'model/digest-contradictory', fields: () => ['model.digest'], differs: differsAsDigest },
  { rule: 'environment/image-contradictory', fields: () => ['environment.image'], differs: differsAsText },
  {
    rule: 'seeds/value-contradictory',
    fields: ({ seeds = {} }) => Object.keys(seeds).map((name) => `seeds.${name}`),
    differs: differsAsText,
  },
  {
    rule: 'hyperparameters/value-contradictory',
    fields: ({ hyperparameters = {} }) =>
      Object.keys(hyperparameters).map((name) => `hyperparameters.${name}`),
    differs: differsAsNumber,
  },
  {
    rule: 'metrics/value-contradictory',
    fields: ({ evaluation }) =>
      Object.keys(evaluation?.metrics ?? {}).map((name) => `evaluation.metrics.${name}`),
    differs: differsAsNumber,
  },
]

function differsAsText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b) && String(a) !== String(b)
}

/** Digests by two algorithms can both be right. */
export function differsAsDigest(a: unknown, b: unknown): boolean {
  return algorithmOf(String(a)) === algorithmOf(String(b)) && a !== b
}

/** A number that another source prints with fewer digits is the same one. */
function differsAsNumber(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return differsAsText(a, b)
  if (Object.is(a, b) || a === b) return false
  const digits = Math.min(...[a, b].map((value) => significantDigits(value)))
  return digits < 2 || Number(a.toPrecision(digits)) !== Number(b.toPrecision(digits))
}

const significantDigits = (value: number): number =>
  /^-?0*\.?0*(\d*\.?\d*)/.exec(String(value))?.[1]?.replace('.', '').length ?? 0

/**
 * Two sources that say different things of one field. What is said with a reservation (a default, a guess, a
 * literal of the code) contradicts nobody: the run may not have used it.
 */
export function sourceContradictions(claims: Claims): Found[] {
  const { record } = claims
  if (record === null) return []
  return COMPARED.flatMap(({ rule, fields, differs }) =>
    fields(record).flatMap((field): Found[] => {
      const [first, ...rest] = claims.at(field).evidence.filter(({ reservation }) => !reservation)
      const other = rest.find(({ value }) => differs(first?.value, value))
      if (first === undefined || other === undefined) return []
      return [
        {
          rule,
          field,
          message: `${field} is ${String(first.value)} in ${placeText(first)} and ${String(other.value)} in ${placeText(other)}`,
          expected: String(other.value),
          actual: String(first.value),
        },
      ]
    }),
  )
}

const placeText = ({ file, line }: ClaimEvidence): string => (line === undefined ? file : `${file}:${line}`)
