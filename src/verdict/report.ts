import { z } from 'zod'
import { LEVELS, RULE_IDS, TRACKS, type RuleId } from './rules.js'

/** The one value that every renderer, the JSON report and the outputs are made from. */

export const VERDICTS = ['reproduced', 'not-reproduced', 'incomplete', 'could-not-check'] as const
export const DECISIONS = ['pass', 'warn', 'fail'] as const
/** Best first. */
export const PARITIES = ['identical', 'content', 'packages', 'drift', 'unverifiable'] as const
/** Best first; the last three say that there is no comparison to grade. */
export const AGREEMENTS = [
  'identical',
  'identical-values',
  'within-tolerance',
  'equivalent',
  'different',
  'inconclusive',
  'not-comparable',
  'nondeterministic',
] as const

export const findingSchema = z.strictObject({
  rule: z.enum(RULE_IDS as [RuleId, ...RuleId[]]),
  level: z.enum(LEVELS),
  /** One plain sentence, untrusted text included as it is: renderers escape it. */
  message: z.string(),
  /** Path relative to the root of the repository, as GitHub writes it. */
  file: z.string().optional(),
  /** From 1. */
  line: z.int().positive().optional(),
  /** The record's field, as in `data[1].digest`. */
  field: z.string().optional(),
  expected: z.string().optional(),
  actual: z.string().optional(),
  remedy: z.string(),
})
export type Finding = z.infer<typeof findingSchema>

export const STAGES = ['provenance', 'data', 'environment', 'evaluation'] as const
export const stageSchema = z.strictObject({
  name: z.enum(STAGES),
  status: z.enum(['pass', 'warn', 'fail', 'could-not-check', 'not-run']),
  /** What was found, or why the stage did not run: `drift: 1 of 214 packages changed`. */
  summary: z.string(),
  seconds: z.number().nonnegative(),
})
export type StageResult = z.infer<typeof stageSchema>

/** One difference between the pinned image (`pinned`) and the rebuild (`rebuilt`), most important first. */
export const differenceSchema = z.strictObject({
  kind: z.enum(['package', 'config', 'package-file', 'file', 'folder']),
  /** purl for a package, setting (`Env.PATH`) for config, path for files. */
  name: z.string(),
  /** Absent where the thing is not there on that side. */
  pinned: z.string().optional(),
  rebuilt: z.string().optional(),
  /** For a file: the package that owns it. */
  owner: z.string().optional(),
  /** For a file: what differs, as `content`, `mode 644 → 755`, `only in the rebuild`, `derived`. */
  note: z.string().optional(),
})
export type Difference = z.infer<typeof differenceSchema>

export const hashesSchema = z.strictObject({
  environment: z.string(),
  tree: z.string(),
  config: z.string(),
  packages: z.string(),
})

export const environmentEvidenceSchema = z.strictObject({
  dockerfile: z.string(),
  /** How the image was built, and with what: `buildx`, `buildkit`, `classic`. */
  builder: z.enum(['buildx', 'buildkit', 'classic']).optional(),
  cached: z.boolean(),
  buildSeconds: z.number().optional(),
  /** The failing step and the last lines, where the build failed. */
  failure: z
    .strictObject({ step: z.string().optional(), line: z.int().optional(), tail: z.array(z.string()) })
    .optional(),
  pinned: z
    .strictObject({
      image: z.string(),
      /** `image`: read from the image itself; `manifest`: from the manifest in the record; `layers`: nothing read, layers and config are equal. */
      from: z.enum(['image', 'manifest', 'layers']),
      hashes: hashesSchema.optional(),
    })
    .optional(),
  rebuilt: z.strictObject({ id: z.string(), hashes: hashesSchema.optional() }).optional(),
  packages: z.int().optional(),
  files: z.int().optional(),
  /** At most 200; `differenceCounts` has them all. */
  differences: z.array(differenceSchema),
  differenceCounts: z.record(differenceSchema.shape.kind, z.int()),
})
export type EnvironmentEvidence = z.infer<typeof environmentEvidenceSchema>

/** NaN and ±Infinity do not survive JSON: metric values are kept as text beside the number. */
export const metricComparisonSchema = z.strictObject({
  name: z.string(),
  recorded: z.string().optional(),
  replayed: z.string().optional(),
  /** replayed − recorded */
  difference: z.number().optional(),
  /** The largest |difference| that the tolerance allows for this metric. */
  allowed: z.number().optional(),
  agrees: z.boolean(),
})
export type MetricComparison = z.infer<typeof metricComparisonSchema>

export const rowDifferenceSchema = z.strictObject({
  key: z.string(),
  column: z.string(),
  recorded: z.string(),
  replayed: z.string(),
  /** Other columns of the row that changed: `score` 0.412 → 0.438. */
  also: z.array(z.strictObject({ column: z.string(), recorded: z.string(), replayed: z.string() })),
})

export const predictionComparisonSchema = z.strictObject({
  rows: z.int(),
  /** Rows whose decision (a word, or a whole number) changed. */
  flips: z.int(),
  /** Rows in which only numbers moved, and by how much at most. */
  moved: z.int(),
  largest: z
    .strictObject({
      key: z.string(),
      column: z.string(),
      difference: z.number(),
      ulps: z.number().optional(),
    })
    .optional(),
  /** The first differing rows, flips first; at most 20. */
  first: z.array(rowDifferenceSchema),
  /** Why rows could not be paired. */
  problem: z.string().optional(),
  /** Exact McNemar and the equivalence test, where a margin is declared and the controls differ. */
  statistics: z
    .strictObject({
      mcnemar: z.number(),
      difference: z.number(),
      low: z.number(),
      high: z.number(),
      margin: z.number(),
    })
    .optional(),
})
export type PredictionComparison = z.infer<typeof predictionComparisonSchema>

export const evaluationEvidenceSchema = z.strictObject({
  command: z.array(z.string()),
  metrics: z.array(metricComparisonSchema),
  predictions: predictionComparisonSchema.optional(),
  /** Seconds of each replay. */
  replays: z.array(z.number()),
  /** Whether the two controls gave the same bytes, and if not, what differed between them. */
  deterministic: z.boolean().optional(),
  controls: predictionComparisonSchema.optional(),
  exitCode: z.int().optional(),
  /** The last lines that a failing evaluation printed. Untrusted. */
  tail: z.array(z.string()).optional(),
})
export type EvaluationEvidence = z.infer<typeof evaluationEvidenceSchema>

/** A node of the lineage graph; `changed` where the check found a difference. */
export const lineageSchema = z.strictObject({
  data: z.array(z.strictObject({ label: z.string(), digest: z.string().optional(), changed: z.boolean() })),
  code: z.strictObject({ commit: z.string(), changed: z.boolean() }).optional(),
  environment: z.strictObject({ hash: z.string(), changed: z.boolean() }).optional(),
  run: z.strictObject({ label: z.string(), seeds: z.string() }),
  model: z.strictObject({ label: z.string(), digest: z.string().optional(), changed: z.boolean() }),
  result: z.strictObject({ label: z.string(), changed: z.boolean() }),
})

export const modelReportSchema = z.strictObject({
  name: z.string(),
  version: z.string().optional(),
  track: z.enum(TRACKS),
  verdict: z.enum(VERDICTS),
  decision: z.enum(DECISIONS),
  /** null: the stage did not run. */
  parity: z.enum(PARITIES).nullable(),
  agreement: z.enum(AGREEMENTS).nullable(),
  environmentHash: z.string().nullable(),
  /** The cause in a sentence, and the fix in another. */
  cause: z.string(),
  fix: z.string().optional(),
  record: z.string(),
  findings: z.array(findingSchema),
  stages: z.array(stageSchema),
  seconds: z.number().nonnegative(),
  evidence: z.strictObject({
    /** Required fields that are there, of those required. */
    fields: z.strictObject({ present: z.int(), required: z.int() }),
    data: z.array(
      z.strictObject({ path: z.string(), files: z.int(), bytes: z.number(), verified: z.boolean() }),
    ),
    environment: environmentEvidenceSchema.optional(),
    evaluation: evaluationEvidenceSchema.optional(),
    lineage: lineageSchema.optional(),
  }),
})
export type ModelReport = z.infer<typeof modelReportSchema>

export const reportSchema = z.strictObject({
  reprogate: z.literal('report/1'),
  /** Worst of the models. */
  verdict: z.enum(VERDICTS),
  decision: z.enum(DECISIONS),
  /** The head that was judged. */
  commit: z.string(),
  started: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  policy: z.strictObject({
    /** null: the built-in defaults. */
    path: z.string().nullable(),
    /** Where it was read: a branch and commit, or the work tree. */
    from: z.string(),
    /** The policy's unified diff, where the head changes it: shown, not obeyed. */
    change: z.string().optional(),
  }),
  models: z.array(modelReportSchema),
})
export type Report = z.infer<typeof reportSchema>

export type Verdict = Report['verdict']
export type Decision = Report['decision']
export type Parity = NonNullable<ModelReport['parity']>
export type Agreement = NonNullable<ModelReport['agreement']>
