import { z } from 'zod'
import type { Machine } from './machine.js'
import { suiteSchema } from './suite.js'

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

/** Parities of an environment that came back. */
export const COMES_BACK: readonly (Parity | null)[] = ['identical', 'content']
/** Agreements of results that came back. */
export const AGREES: readonly (Agreement | null)[] = [
  'identical',
  'identical-values',
  'within-tolerance',
  'equivalent',
]

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
  buildMemory: z
    .number()
    .optional()
    .describe('GiB to which each step of the build was held; not there if the builder takes no limit'),
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

/** How a metric compares with the predictions beside it; only a declared definition agrees or differs. */
export const RECOMPUTED = [
  'agrees',
  'differs',
  'follows',
  'consistent',
  'definition unknown',
  'cannot recompute',
] as const

export const recomputedMetricSchema = z.strictObject({
  metric: z.string(),
  /** As the file prints it; empty if the metric is not there. */
  printed: z.string(),
  outcome: z.enum(RECOMPUTED),
  /** The policy says how it is computed. */
  declared: z.boolean().optional(),
  /** The definition that gives `value`, as the policy names it, with its class or cutoff. */
  definition: z.string().optional(),
  /** The first columns that it was computed from, the right answer first. */
  columns: z.array(z.string()).optional(),
  rows: z.int().optional(),
  /** In the unit in which the metric is printed. */
  value: z.string().optional(),
  /** Printed decimals. */
  digits: z.int().optional(),
  /** The definition is a variant of what the name stands for. */
  variant: z.boolean().optional(),
  /** What the name stands for, and gives here, if it is a variant that gives the value. */
  usual: z.strictObject({ definition: z.string(), value: z.string() }).optional(),
  /** How rows were read, if the columns do not say so. */
  note: z.string().optional(),
  /** Why it cannot be computed, as a clause. */
  why: z.string().optional(),
})
export type RecomputedMetric = z.infer<typeof recomputedMetricSchema>

/** The metrics computed again from the predictions. */
export const recomputedSchema = z.strictObject({
  /** The file of predictions. */
  file: z.string(),
  /** Why it cannot be read, as the rest of a sentence about the file. */
  problem: z.string().optional(),
  metrics: z.array(recomputedMetricSchema),
})
export type RecomputedEvidence = z.infer<typeof recomputedSchema>

/** What is done to the inputs of an extra replay. */
export const ALTERED = ['rows', 'zero-numbers', 'rows-again', 'zero-bytes', 'exchanged-numbers'] as const
export type Altered = (typeof ALTERED)[number]

/** Replays on altered inputs: whether the results follow from data and model, or were there before. */
export const canarySchema = z.strictObject({
  /** Why nothing was altered, as a clause. */
  notRun: z.string().optional(),
  /** Rows were exchanged among their keys. */
  rows: z
    .strictObject({
      outcome: z.enum(['follow', 'partly', 'not-shown']),
      /** Keys whose new row has another answer than their own. */
      telling: z.int(),
      /** Of these, those that gave the answer of their new row, and those that kept their own. */
      followed: z.int(),
      stayed: z.int(),
      why: z.string().optional(),
    })
    .optional(),
  /** Right answers were permuted besides. */
  truth: z
    .strictObject({
      column: z.string(),
      outcome: z.enum(['unused', 'used', 'copied']),
      /** Answers that equal the permuted column, of how many, and how many do by chance. */
      equal: z.int(),
      of: z.int(),
      expected: z.number(),
    })
    .optional(),
  model: z
    .strictObject({
      outcome: z.enum(['depends', 'read', 'unchanged', 'not-shown']),
      altered: z.enum(['zero-numbers', 'zero-bytes', 'exchanged-numbers']),
      changed: z.int(),
      of: z.int(),
      why: z.string().optional(),
    })
    .optional(),
  /** In order, beside the two that every check makes. */
  replays: z.array(
    z.strictObject({
      altered: z.enum(ALTERED),
      /** Why it gave no answers. Untrusted. */
      failed: z.string().optional(),
      /** Answers that differ from those of the replay on unaltered inputs. */
      changed: z.int().optional(),
      of: z.int().optional(),
      seconds: z.number(),
    }),
  ),
})
export type CanaryEvidence = z.infer<typeof canarySchema>

export const evaluationEvidenceSchema = z.strictObject({
  command: z.array(z.string()),
  metrics: z.array(metricComparisonSchema),
  predictions: predictionComparisonSchema.optional(),
  /** Seconds of each replay. */
  replays: z.array(z.number()),
  /** Whether the two controls gave the same bytes, and if not, what differed between them. */
  deterministic: z.boolean().optional(),
  controls: predictionComparisonSchema.optional(),
  /** Of the replay's metrics and predictions. */
  recomputed: recomputedSchema.optional(),
  /** Of prompts and runs, if the evaluation is a suite of them. */
  suite: suiteSchema.optional(),
  /** If the results agree with the record. */
  canary: canarySchema.optional(),
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

/** What was changed in a replay: a difference of the images, a condition, or an input of the previous record. */
export const factorSchema = differenceSchema.extend({
  kind: z.enum([...differenceSchema.shape.kind.options, 'condition', 'input']),
  /** What a person does about it, as a sentence. */
  fix: z.string().optional(),
})
export type Factor = z.infer<typeof factorSchema>

/** What the search for a cause has shown; each has its own sentence, and none says more. */
export const SHOWN = [
  ...['alone', 'enough', 'each', 'together', 'restores', 'among', 'not-listed', 'pinned-fails'],
  ...['condition', 'input', 'steadied', 'unsteady', 'not-repeatable', 'asks', 'unexplained'],
] as const

export const causeSchema = z.strictObject({
  shown: z.enum(SHOWN),
  /** The image in which conditions and inputs were tried. */
  image: z.enum(['rebuild', 'pinned']),
  factors: z.array(factorSchema),
  /** What else has to be as pinned. */
  also: z.array(factorSchema),
  /** `together`: each of them, as pinned, brings the record back. */
  either: z.boolean().optional(),
  /** CPU kernels of OpenBLAS, under which the pinned image gives the result of the rebuild. Untrusted. */
  dispatch: z.string().optional(),
  /** Why something gave no result. Untrusted. */
  why: z.string().optional(),
  /** Conditions that were tried, by name, and those that change the result, but not into the recorded one. */
  tried: z.array(z.string()),
  moving: z.array(z.string()),
  /** Differences between the images. */
  differences: z.int(),
  /** In order, beside the two that every check makes. */
  replays: z.array(
    z.strictObject({
      image: z.enum(['rebuild', 'pinned']),
      /** Id of the image that it ran in. */
      id: z.string(),
      /** What was changed in it, by name. */
      with: z.array(z.string()),
      gave: z.enum(['recorded', 'another', 'none']),
      /** Equal results have equal numbers; 0 is that of the rebuild. */
      result: z.int().optional(),
      seconds: z.number(),
    }),
  ),
  seconds: z.number(),
})
export type CauseEvidence = z.infer<typeof causeSchema>

/** What came of training the model again. */
export const TRAINED = [
  /** The recorded bytes. */
  'same-model',
  /** Other bytes, and results that agree with the record. */
  'same-results',
  'differs',
  /** Two trainings gave two models, and results that differ. */
  'nondeterministic',
  'failed',
  'not-run',
] as const

export const trainingSchema = z.strictObject({
  outcome: z.enum(TRAINED),
  /** Why it was not run, or failed, as a clause. Untrusted. */
  why: z.string().optional(),
  /** Seconds of each training. */
  replays: z.array(z.number()),
  /** Of trainings with other seeds, by metric. */
  spread: z
    .strictObject({
      seeds: z.array(z.int()),
      metrics: z.array(
        z.strictObject({
          name: z.string(),
          mean: z.number(),
          /** Of the sample. */
          deviation: z.number(),
          low: z.number(),
          high: z.number(),
        }),
      ),
    })
    .optional(),
  cause: causeSchema.optional(),
})
export type TrainingEvidence = z.infer<typeof trainingSchema>
export type Spread = NonNullable<TrainingEvidence['spread']>

/** What each axis does to the outputs of an evaluation that repeats itself. */
export const probeSchema = z.strictObject({
  axes: z.array(
    z.strictObject({
      name: z.string(),
      /** `within`: only by less than the tolerances. */
      effect: z.enum(['same', 'within', 'moves', 'fails']),
      /** `same`, what moved, or why it failed. Untrusted. */
      text: z.string(),
      fix: z.string().optional(),
    }),
  ),
  seconds: z.number(),
})
export type ProbeEvidence = z.infer<typeof probeSchema>

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

/** What a reader should know beside the fields: `1 % of the task`, `needs a GPU`. */
export const remarkSchema = z.strictObject({
  text: z.string(),
  /** What the run needs and not every machine has. */
  need: z.enum(['gpu', 'api', 'data', 'board']).optional(),
  file: z.string(),
  line: z.int().positive().optional(),
})
export type RemarkEvidence = z.infer<typeof remarkSchema>

/** A field that the base's record has otherwise. */
const changeSchema = z.strictObject({
  kind: z.enum(['seeds', 'hyperparameters', 'data', 'metrics']),
  /** As people call it: `lr`, `digest of data/train.csv`. */
  name: z.string(),
  field: z.string(),
  /** Absent if that record does not have it. Untrusted. */
  before: z.string().optional(),
  after: z.string().optional(),
  /** Where the base's record says it. */
  was: z.strictObject({ file: z.string(), line: z.int().positive().optional() }),
  file: z.string(),
  line: z.int().positive().optional(),
})
export type ChangeEvidence = z.infer<typeof changeSchema>

/** What the record says otherwise than the one of the base branch. */
export const changesSchema = z.strictObject({
  /** What the base is called. */
  since: z.string(),
  /** Why, as the record says it; absent if it says nothing new. Untrusted. */
  rationale: z.string().optional(),
  /** Only metrics changed, and nothing that they follow from. */
  unexplained: z.boolean(),
  /** Of all fields; the first 100 are kept. */
  count: z.int(),
  fields: z.array(changeSchema),
})
export type ChangesEvidence = z.infer<typeof changesSchema>

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
  /** If the model was to be trained again. */
  training: TrainingEvidence
  /** Where it was replayed. */
  machine: Machine
  /** If the result differs, and there was time to search. */
  cause: CauseEvidence
  /** If it was asked for. */
  probe: ProbeEvidence
  lineage: LineageEvidence
  /** Whether anything says what a run gave or was made of: a README or a config alone does not. */
  claimed: boolean
  /** Against the base's record. */
  changes: ChangesEvidence
  /** Of the recorded metrics and predictions. */
  recomputed: RecomputedEvidence
  remarks: readonly RemarkEvidence[]
}
