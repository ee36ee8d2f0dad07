import type { Finding, ModelReport } from '../verdict/report.js'

/** What the graph needs of a record; the record's own type lives upstairs. */
interface Claims {
  model?: { name?: string | undefined; version?: string | undefined; digest?: string | undefined } | undefined
  run?: { id?: string | undefined } | undefined
  code?: { commit?: string | undefined } | undefined
  data?:
    | readonly {
        name?: string | undefined
        version?: string | undefined
        path?: string | undefined
        digest?: string | undefined
      }[]
    | undefined
  environment?: { hash?: string | undefined } | undefined
  seeds?: Record<string, string | number> | undefined
  evaluation?: { metrics?: Record<string, number> | undefined } | undefined
}

const SERIOUS = (prefix: RegExp) => (findings: readonly Finding[]) =>
  findings.some(
    ({ rule, level }) => level !== 'off' && prefix.test(rule) && !rule.endsWith('licence-missing'),
  )
const codeChanged = SERIOUS(/^code\//)
const environmentChanged = SERIOUS(/^environment\/(?:package|config|file|package-file|hash)-/)
const modelChanged = SERIOUS(/^model\//)
const resultChanged = SERIOUS(
  /^evaluation\/(?:metric-differs|prediction-differs|nondeterministic|not-comparable)/,
)

/** The way from data, code and environment to the result, and where the check found a change. */
export function lineageOf(
  record: Claims,
  findings: readonly Finding[],
): NonNullable<ModelReport['evidence']['lineage']> {
  const dataChanged = (index: number) =>
    findings.some(
      ({ field, rule }) => field?.startsWith(`data[${index}].`) === true && rule !== 'data/licence-missing',
    )
  const seeds = Object.entries(record.seeds ?? {}).map(([name, value]) => `${name} ${value}`)
  const [metric] = Object.entries(record.evaluation?.metrics ?? {})
  return {
    data: (record.data ?? []).slice(0, 5).map(({ name, version, path, digest }, index) => ({
      label: [name ?? path ?? 'data', version].filter(Boolean).join(' '),
      ...(digest !== undefined && { digest }),
      changed: dataChanged(index),
    })),
    ...(record.code?.commit !== undefined && {
      code: { commit: record.code.commit, changed: codeChanged(findings) },
    }),
    ...(record.environment?.hash !== undefined && {
      environment: { hash: record.environment.hash, changed: environmentChanged(findings) },
    }),
    run: {
      label: record.run?.id ?? 'run',
      seeds: seeds.length > 0 ? `seeds ${seeds.slice(0, 5).join(', ')}` : 'no seeds',
    },
    model: {
      label: ['model', record.model?.version].filter(Boolean).join(' '),
      ...(record.model?.digest !== undefined && { digest: record.model.digest }),
      changed: modelChanged(findings),
    },
    result: { label: metric ? `${metric[0]} ${metric[1]}` : 'result', changed: resultChanged(findings) },
  }
}
