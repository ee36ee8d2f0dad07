import { z } from 'zod'
import { DEFINITION_IDS } from '../results/recompute/catalogue.js'
import { thresholdSchema } from '../results/metrics/thresholds.js'
import { toleranceSchema } from '../results/tolerance.js'
import { argvSchema } from '../provenance/schema.js'
import { LEVELS, TRACKS } from '../verdict/rules/rule.js'
import { RULE_IDS } from '../verdict/rules/index.js'
import { waivedSchema } from '../verdict/finding.js'
import { WAIVABLE } from '../verdict/waivers.js'
import { PRESET_NAMES } from './presets.js'

/** The policy, `reprogate.yml`. Trusted: on a pull request it is read from the base commit. */

const path = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^-/]/, 'must be a relative path')
const glob = z.string().min(1).max(200)
const level = z.enum(LEVELS)
const track = z.enum(TRACKS)

export const limitsSchema = z.strictObject({
  build: z.number().positive().max(360).default(30).describe('Minutes for the build'),
  evaluation: z.number().positive().max(360).default(30).describe('Minutes for one replay'),
  memory: z.number().positive().default(8).describe('GiB for one replay; never more than the engine has'),
  processes: z.int().positive().default(512).describe('Processes and threads in one replay'),
  output: z.number().positive().default(2).describe('GiB that one replay may write'),
  training: z.number().positive().max(360).default(10).describe('Minutes for training the model once'),
  cause: z
    .number()
    .nonnegative()
    .max(360)
    .default(10)
    .describe('Minutes for finding what made a result differ; 0: it is not searched for'),
  canary: z
    .number()
    .positive()
    .max(360)
    .default(10)
    .describe('Minutes for the replays on altered inputs; what they do not reach is not shown'),
  total: z.number().positive().max(360).default(330).describe('Minutes for all models together'),
})
export type Limits = z.infer<typeof limitsSchema>

const predictionsSchema = z.strictObject({
  path: path.describe('The file into which the evaluation writes its predictions'),
  key: z.string().min(1).optional().describe('The column that identifies a row; default: the first'),
  truth: z.string().min(1).optional().describe('The column with the right answer, for the equivalence test'),
  margin: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe(
      'Largest difference of accuracy that counts as equivalent if the evaluation is not deterministic',
    ),
})

const column = z.string().min(1).max(1000)

const definitionSchema = z.strictObject({
  is: z.enum(DEFINITION_IDS).describe('How the metric is computed'),
  truth: column.optional().describe('The column with the right answer, or with the relevance of a document'),
  predicted: column.optional().describe('The column with the predicted class or number'),
  score: column.optional().describe('The column with a score, or with a number or success of each row'),
  scores: z.record(z.string(), column).optional().describe('For every class the column with its score'),
  positive: z.string().min(1).optional().describe('The class that a rate or a score is for'),
  k: z.int().positive().max(1_000_000).optional().describe('The cutoff of a metric `@k`'),
  group: column.optional().describe('The column with the task or query that a row belongs to'),
  document: column.optional().describe('The column that tells documents of equal score apart'),
})

export const CANARY_INPUTS = ['key', 'truth'] as const

const canarySettingsSchema = z
  .union([
    z.literal('off'),
    z.strictObject({
      key: column.optional().describe('The data’s column of keys; default: that of the predictions'),
      truth: column
        .optional()
        .describe('The data’s column of right answers; default: that of the predictions'),
      inputs: z
        .array(z.enum(CANARY_INPUTS))
        .optional()
        .describe('Columns that the model itself reads, as the key of a recommender'),
    }),
  ])
  .describe('Replays on altered inputs, on production: do the results follow from data and model?')
export type CanarySettings = z.infer<typeof canarySettingsSchema>

export const TRAINED_WHEN = ['never', 'when-small', 'scheduled'] as const

const trainingSettingsSchema = z.strictObject({
  command: argvSchema
    .optional()
    .describe('How the model is trained; `{seed}` in it is a seed; default: the command of the recorded run'),
  model: path.optional().describe('The file into which it writes the model; default: that of the record'),
  replay: z
    .enum(TRAINED_WHEN)
    .default('never')
    .describe(
      '`when-small`: if the recorded run took no longer than `limits.training`; `scheduled`: on a schedule or by hand',
    ),
  seed: z
    .strictObject({
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .describe('The environment variable by which the training takes its seed'),
    })
    .optional(),
})
export type TrainingSettings = z.infer<typeof trainingSettingsSchema>

export const modelSchema = z.strictObject({
  record: path.describe(
    'The model’s `provenance.yml`; or `dvc.lock`, `mlruns`, `mlflow.db`, `wandb`, and behind `#` which run of it; or `mlflow:https://<server>#models:/<name>@<alias>`',
  ),
  map: z
    .record(
      z.string().regex(/^[a-z][\w./@[\]-]*$/, 'a field of the record, as `seeds.split`'),
      z.string().min(1).max(1024),
    )
    .optional()
    .describe(
      'For a record that is any JSON, YAML or TOML file: a field, and the path of its value in it (`test.acc`, `runs[0].seed`), or in another file (`params.yaml#train.seed`)',
    ),
  track: track.optional(),
  code: z
    .array(path)
    .optional()
    .describe('Globs of the files that the run depends on: a change of one asks for a new record'),
  environment: z
    .strictObject({
      dockerfile: path.optional(),
      context: path.optional(),
      args: z
        .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
        .optional()
        .describe('Build arguments'),
    })
    .optional(),
  training: trainingSettingsSchema.optional(),
  evaluation: z
    .strictObject({
      command: argvSchema.optional(),
      metrics: path
        .optional()
        .describe(
          'The file into which the evaluation writes its metrics: JSON, YAML, TOML, CSV, JUnit or lines of `name: value`; of a glob the newest that is finished',
        ),
      predictions: predictionsSchema.optional(),
      definitions: z
        .record(z.string(), definitionSchema)
        .optional()
        .describe(
          'Per metric: how it follows from columns of the predictions; a metric that does not is a finding',
        ),
      batch: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .optional()
        .describe('The environment variable by which the evaluation takes the size of its batches'),
      canary: canarySettingsSchema.optional(),
      tolerance: z
        .record(z.string(), toleranceSchema)
        .optional()
        .describe(
          'Per metric; default 1e-6 relative, 1e-12 absolute. `envelope`: how far the replays in the pinned environment lie apart',
        ),
      thresholds: z
        .record(z.string(), thresholdSchema)
        .optional()
        .describe('Per metric: the `least` that is good enough, or the `most`'),
      runs: z
        .int()
        .min(2)
        .max(20)
        .optional()
        .describe(
          'Replays; default 2. If it is given, a suite of samples that does not repeat itself is judged by the noise of these runs',
        ),
      alpha: z
        .number()
        .min(0.001)
        .max(0.2)
        .optional()
        .describe('How often runs of the same may be told apart by chance; default 0.05'),
    })
    .optional(),
})
export type PolicyModel = z.infer<typeof modelSchema>

/** A name for a model: plain enough for a path, an option and a heading. */
export const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

export const policySchema = z
  .strictObject({
    models: z.record(z.string().regex(MODEL_NAME, 'letters, digits, `.`, `_`, `-`'), modelSchema).optional(),
    track: track
      .optional()
      .describe('The stricter of policy, model, record and input wins; default `exploratory`'),
    preset: z
      .enum(PRESET_NAMES)
      .optional()
      .describe('Levels and required fields by one word; `rules` win over it, `required` come on top'),
    rules: z
      .partialRecord(
        z.enum(RULE_IDS),
        z.union([level, z.strictObject({ exploratory: level.optional(), production: level.optional() })]),
      )
      .optional()
      .describe('A level for both tracks, or one for each'),
    required: z
      .array(z.string().regex(/^[a-z]+(?:\.[\w-]+)*$/))
      .optional()
      .describe('More fields that a record must have, as `run.rationale`, `seeds.split` or `data.source`'),
    waivers: z
      .array(
        z.strictObject({
          rule: z.enum(WAIVABLE),
          model: z.string().optional().describe('Only of this model'),
          field: z.string().min(1).optional().describe('Only of this field and those in it, as `data[1]`'),
          ...waivedSchema.shape,
        }),
      )
      .max(1000)
      .optional()
      .describe('Findings that somebody vouches for: shown, and not failing, until they expire'),
    naming: z
      .strictObject({
        model: glob.optional(),
        version: glob.optional().describe('As `+([0-9]).+([0-9]).+([0-9])`'),
        run: glob.optional().describe('For `run.id`'),
        metrics: glob.optional().describe('For the name of every metric'),
        record: glob.optional().describe('For the path of the record, as `models/*/provenance.yml`'),
      })
      .optional()
      .describe('The team’s convention for names, as globs'),
    registries: z
      .array(z.string().min(1))
      .optional()
      .describe('Registries or repositories that images may come from, as `ghcr.io/acme`; default: any'),
    bases: z
      .array(z.string().min(1))
      .optional()
      .describe('Base images that a Dockerfile may start from, as `docker.io/library/python`; default: any'),
    frontends: z
      .array(z.string().regex(/^[\w.:/-]+@sha256:[0-9a-f]{64}$/))
      .optional()
      .describe(
        'Frontends that a `# syntax=` line may name by digest, as `docker/dockerfile:1.7@sha256:…`; by tag, Docker’s own may be named',
      ),
    build: z
      .strictObject({ network: z.enum(['default', 'none']).describe('For the steps after the base') })
      .optional(),
    limits: limitsSchema.optional(),
  })
  .meta({ title: 'reprogate policy', description: 'What this repository asks of a model run.' })

export type Policy = z.infer<typeof policySchema>
