import { dirname, join } from 'node:path/posix'
import type { Found } from '../system/context.js'
import type { Record_ } from '../provenance/schema.js'
import type { Location } from '../provenance/sources/native.js'
import type { Track } from '../verdict/rules.js'
import { stricter } from '../verdict/verdict.js'
import { DEFAULT_LIMITS } from './load.js'
import type { SelectedModel } from './models.js'
import type { Limits, Policy, Tolerance } from './schema.js'

/** What is built and run for one model: the policy's word where it has one, the record's otherwise. */
export interface Plan {
  track: Track
  /** In the order in which they are tried: the first that the commit has. */
  dockerfiles: string[]
  context: string
  args: Record<string, string>
  command: string[] | undefined
  /** Where the evaluation writes its metrics. */
  metrics: string
  predictions: { path: string; key?: string; truth?: string; margin?: number } | undefined
  tolerance: Record<string, Tolerance>
  limits: Limits
  /** Files that hold recorded answers, relative to the working directory: the evaluation never sees them. */
  answers: string[]
  /** Files and folders whose change leaves the code alone: the answers, the model, the data, the policy. */
  settled: string[]
}

/** A record may call only such files its answers: it could otherwise excuse a change of code. */
const ANSWER = /\.(?:json|jsonl|csv|tsv|parquet|npy|npz|ya?ml|sha256|md5)$/i

const defined = (paths: readonly (string | undefined)[]): string[] =>
  paths.filter((path) => path !== undefined)

export function planOf(
  model: SelectedModel,
  policy: Policy,
  policyPath: string | null,
  record: Record_ | null,
  wanted: Track | undefined,
): Plan {
  const { settings } = model
  const environment = { ...record?.environment, ...settings.environment }
  const evaluation = record?.evaluation
  const ruled = settings.evaluation
  const output = ruled?.predictions?.path ?? evaluation?.predictions?.output
  const key = ruled?.predictions?.key ?? evaluation?.predictions?.key
  const { truth, margin } = ruled?.predictions ?? {}
  const metrics = ruled?.metrics ?? evaluation?.output ?? 'metrics.json'
  const answers = defined([
    settings.record,
    metrics,
    output,
    evaluation?.predictions?.path,
    record?.environment?.manifest?.path,
  ]).filter((path) => ANSWER.test(path))
  return {
    track: [policy.track, settings.track, record?.track].reduce<Track>(stricter, wanted ?? 'exploratory'),
    dockerfiles: environment.dockerfile
      ? [environment.dockerfile]
      : [...new Set([join(dirname(settings.record), 'Dockerfile'), 'Dockerfile'])],
    context: environment.context ?? '.',
    args: { ...record?.environment?.args, ...settings.environment?.args },
    command: ruled?.command ?? evaluation?.command,
    metrics,
    predictions:
      output === undefined
        ? undefined
        : {
            path: output,
            ...(key !== undefined && { key }),
            ...(truth !== undefined && { truth }),
            ...(margin !== undefined && { margin }),
          },
    tolerance: ruled?.tolerance ?? {},
    limits: policy.limits ?? DEFAULT_LIMITS,
    answers,
    settled: defined([
      ...answers,
      policyPath ?? undefined,
      record?.model?.path,
      ...(record?.data ?? []).flatMap(({ path, list }) => [path, list]),
    ]),
  }
}

/** Where the record claims another command or other build arguments than the policy asks for. */
export function planFindings(
  model: SelectedModel,
  record: Record_,
  locate: (field: string) => Location,
): Found[] {
  const findings: Found[] = []
  const ruled = model.settings.evaluation?.command
  const claimed = record.evaluation?.command
  if (!ruled && !claimed)
    findings.push({
      rule: 'evaluation/command-missing',
      message: 'neither the policy nor the record says how to evaluate',
      field: 'evaluation.command',
      ...locate('evaluation.command'),
    })
  if (ruled && claimed && JSON.stringify(ruled) !== JSON.stringify(claimed))
    findings.push({
      rule: 'evaluation/command-contradictory',
      message: `recorded with \`${claimed.join(' ')}\`, the policy asks for \`${ruled.join(' ')}\``,
      field: 'evaluation.command',
      expected: ruled.join(' '),
      actual: claimed.join(' '),
      ...locate('evaluation.command'),
    })
  if (model.settings.evaluation?.predictions && record.evaluation?.predictions?.digest === undefined)
    findings.push({
      rule: 'evaluation/predictions-missing',
      message: 'the policy asks for predictions, and the record has none',
      field: 'evaluation.predictions',
      ...locate('evaluation.predictions'),
    })
  for (const [name, value] of Object.entries(model.settings.environment?.args ?? {})) {
    const built = record.environment?.args?.[name]
    if (built !== undefined && built !== value)
      findings.push({
        rule: 'environment/arguments-contradictory',
        message: `built with ${name}=${built}, the policy asks for ${name}=${value}`,
        field: `environment.args.${name}`,
        expected: value,
        actual: built,
        ...locate(`environment.args.${name}`),
      })
  }
  if (model.named && record.model?.name !== undefined && record.model.name !== model.name)
    findings.push({
      rule: 'model/another',
      message: `this is the record of ${record.model.name}, the policy expects ${model.name}`,
      field: 'model.name',
      expected: model.name,
      actual: record.model.name,
      ...locate('model.name'),
    })
  return findings
}
