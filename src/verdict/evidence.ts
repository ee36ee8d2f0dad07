import { z } from 'zod'

/** What each stage measured, as the report keeps it. */

/** Best first. */
export const PARITIES = ['identical', 'content', 'packages', 'drift', 'unverifiable'] as const
export type Parity = (typeof PARITIES)[number]

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
export type Agreement = (typeof AGREEMENTS)[number]

/** One difference between the pinned image (`pinned`) and the rebuild (`rebuilt`), most important first. */
export const differenceSchema = z.strictObject({
  kind: z.enum(['package', 'config', 'package-file', 'file', 'folder']),
  /** purl for a package, setting (`Env.PATH`) for config, path for files. */
  name: z.string(),
  /** Absent if the thing is not there on that side. */
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
  /** The failing step and the last lines, if the build failed. */
  failure: z
    .strictObject({ step: z.string().optional(), line: z.int().optional(), tail: z.array(z.string()) })
    .optional(),
  pinned: z
    .strictObject({
      /** Absent: no registry has it, and its manifest is the pin. */
      image: z.string().optional(),
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
  /** Both are numbers: NaN and the infinities agree with themselves, and prove nothing. */
  finite: z.boolean(),
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
  /** Exact McNemar and the equivalence test, if a margin is declared and the controls differ. */
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

export const dataEvidenceSchema = z.strictObject({
  path: z.string(),
  files: z.int(),
  bytes: z.number(),
  /** Whether the bytes have the recorded digest. */
  verified: z.boolean(),
})
export type DataEvidence = z.infer<typeof dataEvidenceSchema>

/** A node of the lineage graph; `changed` where the check found a difference. */
export const lineageSchema = z.strictObject({
  data: z.array(z.strictObject({ label: z.string(), digest: z.string().optional(), changed: z.boolean() })),
  code: z.strictObject({ commit: z.string(), changed: z.boolean() }).optional(),
  environment: z.strictObject({ hash: z.string(), changed: z.boolean() }).optional(),
  run: z.strictObject({ label: z.string(), seeds: z.string() }),
  model: z.strictObject({ label: z.string(), digest: z.string().optional(), changed: z.boolean() }),
  result: z.strictObject({ label: z.string(), changed: z.boolean() }),
})
export type LineageEvidence = z.infer<typeof lineageSchema>

/** Everything that the stages of one model have measured. A stage gives its own part. */
export interface Evidence {
  /** Required fields that are there, of those required. */
  fields: { present: number; required: number }
  data: DataEvidence[]
  parity: Parity
  /** Of the rebuild, if it was read. */
  environmentHash: string
  environment: EnvironmentEvidence
  agreement: Agreement
  evaluation: EvaluationEvidence
  lineage: LineageEvidence
}
