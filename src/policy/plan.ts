import { dirname, join } from 'node:path/posix'
import type { Record_ } from '../provenance/schema.js'
import type { Declarations } from '../results/recompute/declared.js'
import type { Thresholds } from '../results/metrics/thresholds.js'
import type { Tolerance } from '../results/tolerance.js'
import { isPattern } from '../system/patterns.js'
import type { Found } from '../verdict/finding.js'
import { stricter } from '../verdict/levels.js'
import type { Track } from '../verdict/rules/rule.js'
import { DEFAULT_LIMITS, type LoadedPolicy } from './load.js'
import type { SelectedModel } from './models.js'
import type { CanarySettings, Limits, Policy, TrainingSettings } from './schema.js'

/** Where recorded answers are: the evaluation and the build never see them, and no data may hold them. */
export interface Answers {
  /** Files, relative to the working directory. */
  paths: readonly string[]
  /** Globs of the policy for files of metrics. */
  patterns: readonly string[]
  /** Digests of their bytes, whatever they are called. */
  digests: readonly string[]
}

/** What is built and run for one model: the policy's word if it has one, else the record's. */
export interface Plan {
  /** In the order in which they are tried: the first that the commit has. */
  dockerfiles: string[]
  context: string
  args: Record<string, string>
  command: string[] | undefined
  /** Where the evaluation writes its metrics; a glob if it is among `answers.patterns`. */
  metrics: string
  predictions:
    | { path: string; key?: string | undefined; truth?: string | undefined; margin?: number | undefined }
    | undefined
  tolerance: Record<string, Tolerance>
  thresholds: Thresholds
  /** undefined: two, and neither may differ. */
  runs: number | undefined
  alpha: number
  /** How metrics follow from the predictions, as the policy declares it. */
  definitions: Declarations
  /** The variable that sets the size of batches. */
  batch: string | undefined
  canary: CanarySettings
  training: TrainingPlan
  limits: Limits
  answers: Answers
  /** Globs of the files that the policy says the run depends on. */
  code: readonly string[]
  /** Records and recorded answers: a change of them is not a change of what is run. */
  records: readonly string[]
  network: 'none' | undefined
  /** Where images, base images and frontends may come from. */
  allowed: Pick<Policy, 'registries' | 'bases' | 'frontends'>
}

/** How the model is trained, if anything says so. */
export interface TrainingPlan extends Omit<TrainingSettings, 'command' | 'model'> {
  command: string[] | undefined
  /** The file that it writes. */
  model: string | undefined
}

/** A record may call only such files its answers: it could otherwise excuse a change of code. */
const ANSWER = /\.(?:json|jsonl|csv|tsv|parquet|npy|npz|ya?ml|sha256|md5)$/i

const defined = (values: readonly (string | undefined | null)[]): string[] =>
  values.filter((value) => value !== undefined && value !== null)

/** The strictest that anybody asks for. */
export const trackOf = (
  policy: Policy,
  { settings, track }: SelectedModel,
  record: Record_ | null,
  wanted: Track | undefined,
): Track =>
  [policy.track, settings.track, track, record?.track].reduce<Track>(stricter, wanted ?? 'exploratory')

export function planOf({ settings }: SelectedModel, loaded: LoadedPolicy, record: Record_ | null): Plan {
  const environment = { ...record?.environment, ...settings.environment }
  const claimed = record?.evaluation
  const ruled = settings.evaluation
  const output = ruled?.predictions?.path ?? claimed?.predictions?.output
  const metrics = ruled?.metrics ?? claimed?.output ?? 'metrics.json'
  const patterns = ruled?.metrics !== undefined && isPattern(metrics) ? [metrics] : []
  const answers = defined([
    settings.record,
    ...(patterns.length > 0 ? [] : [metrics]),
    output,
    claimed?.predictions?.path,
    record?.environment?.manifest?.path,
  ]).filter((path) => ANSWER.test(path))
  return {
    dockerfiles: environment.dockerfile
      ? [environment.dockerfile]
      : [...new Set([join(dirname(settings.record), 'Dockerfile'), 'Dockerfile'])],
    context: environment.context ?? '.',
    args: { ...record?.environment?.args, ...settings.environment?.args },
    command: ruled?.command ?? claimed?.command,
    metrics,
    predictions:
      output === undefined
        ? undefined
        : { ...ruled?.predictions, path: output, key: ruled?.predictions?.key ?? claimed?.predictions?.key },
    tolerance: ruled?.tolerance ?? {},
    thresholds: ruled?.thresholds ?? {},
    runs: ruled?.runs,
    alpha: ruled?.alpha ?? 0.05,
    definitions: ruled?.definitions ?? {},
    batch: ruled?.batch,
    canary: ruled?.canary ?? {},
    training: {
      replay: 'never',
      ...settings.training,
      command: settings.training?.command ?? record?.run?.command,
      model: settings.training?.model ?? record?.model?.path,
    },
    limits: loaded.policy.limits ?? DEFAULT_LIMITS,
    answers: { paths: answers, patterns, digests: defined([claimed?.predictions?.digest]) },
    code: settings.code ?? [],
    records: defined([...answers, loaded.path]),
    network: loaded.policy.build?.network === 'none' ? 'none' : undefined,
    allowed: {
      registries: loaded.policy.registries,
      bases: loaded.policy.bases,
      frontends: loaded.policy.frontends,
    },
  }
}

/** What base and policy know of the model itself. */
export function modelFindings({ name, removed, uncovered, settings }: SelectedModel): Found[] {
  if (removed)
    return [
      {
        rule: 'record/removed',
        message: `the base branch has ${settings.record}, the record of ${name}, and this tree does not`,
      },
    ]
  return uncovered
    ? [
        {
          rule: 'record/not-covered',
          message: `${name} is new, and the policy does not name it`,
          field: 'model.name',
        },
      ]
    : []
}

/** Whether the record claims another command, other build arguments or another model than the policy asks for. */
export function planFindings({ name, named, settings }: SelectedModel, record: Record_): Found[] {
  return [
    ...commandFindings(settings.evaluation?.command, record.evaluation?.command),
    ...(settings.evaluation?.predictions && record.evaluation?.predictions?.digest === undefined
      ? [
          {
            rule: 'evaluation/predictions-missing',
            message: 'the policy asks for predictions, and the record has none',
            field: 'evaluation.predictions',
          } as const,
        ]
      : []),
    ...argumentFindings(settings.environment?.args ?? {}, record.environment?.args ?? {}),
    ...(named && record.model?.name !== undefined && record.model.name !== name
      ? [
          {
            rule: 'model/another',
            message: `this is the record of ${record.model.name}, the policy expects ${name}`,
            field: 'model.name',
            expected: name,
            actual: record.model.name,
          } as const,
        ]
      : []),
  ]
}

function commandFindings(ruled: string[] | undefined, claimed: string[] | undefined): Found[] {
  const field = 'evaluation.command'
  if (!ruled && !claimed)
    return [
      {
        rule: 'evaluation/command-missing',
        message: 'neither the policy nor the record says how to evaluate',
        field,
      },
    ]
  if (!ruled || !claimed || JSON.stringify(ruled) === JSON.stringify(claimed)) return []
  const [expected, actual] = [ruled.join(' '), claimed.join(' ')]
  return [
    {
      rule: 'evaluation/command-contradictory',
      message: `recorded with \`${actual}\`, the policy asks for \`${expected}\``,
      field,
      expected,
      actual,
    },
  ]
}

const argumentFindings = (
  ruled: Readonly<Record<string, string>>,
  claimed: Readonly<Record<string, string>>,
): Found[] =>
  Object.entries(ruled).flatMap(([name, expected]): Found[] => {
    const actual = Object.hasOwn(claimed, name) ? claimed[name] : undefined
    if (actual === undefined || actual === expected) return []
    return [
      {
        rule: 'environment/arguments-contradictory',
        message: `built with ${name}=${actual}, the policy asks for ${name}=${expected}`,
        field: `environment.args.${name}`,
        expected,
        actual,
      },
    ]
  })
