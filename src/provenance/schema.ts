import { z } from 'zod'
import { DIGEST } from '../system/digest.js'

/**
 * The record, `provenance.yml`. Every field is optional here: that one is missing is for the
 * completeness rules to say, each with its own id; the schema only says what a field looks like.
 */

/** Text that can reach a program's argument list: it must not look like an option. */
const argument = z.string().min(1).max(4096).regex(/^[^-]/, 'must not begin with `-`')
const path = argument
  .max(1024)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters')
  .describe('Relative to the root of the repository, or to the working directory if one is set')

const digest = z
  .string()
  .regex(DIGEST, 'must be `sha256:` and 64 hex digits, or `md5:` and 32')
  .describe('Of the bytes of a file, or of a folder’s sorted list of `digest  path` lines')

const commit = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'must be the full hash: 40 hex digits')

/** YAML reads `version: 3` as a number; both are fine. */
const label = z.union([z.string().min(1).max(200), z.number()]).transform(String)
const text = z.string().max(10_000)
/** Dates come as text: YAML 1.2 has no date type. */
const time = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
/** Also NaN and the infinities, which YAML has and `z.number()` refuses. */
const metric = z
  .custom<number>((value) => typeof value === 'number', 'must be a number')
  .meta({ type: 'number' })
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const argvSchema = z
  .array(z.string().max(4096))
  .min(1)
  .max(256)
  .refine(
    (argv) => argv[0] !== undefined && /^[^-]/.test(argv[0]),
    'the program must not be empty or begin with `-`',
  )
  .describe('Program and arguments; no shell')

export const dataEntrySchema = z.strictObject({
  name: label.optional(),
  version: label.optional(),
  split: label.optional(),
  path: path.optional(),
  digest: digest.optional(),
  list: path.optional().describe('For a folder: the list its digest is taken of, as `sha256sum` writes it'),
  licence: text.optional(),
  source: text.optional(),
})

export const recordSchema = z
  .strictObject({
    reprogate: z.literal('record/1').optional(),
    track: z.enum(['exploratory', 'production']).optional(),
    model: z
      .strictObject({
        name: label.optional(),
        version: label.optional(),
        path: path.optional(),
        digest: digest.optional(),
        from: z
          .literal('evaluation')
          .optional()
          .describe('The evaluation trains the model itself: it is no input, and no file has to be there'),
      })
      .optional(),
    run: z
      .strictObject({
        id: label.optional(),
        started: time.optional(),
        finished: time.optional(),
        by: text.optional(),
        rationale: text
          .optional()
          .describe(
            'Why this run, in a sentence: it covers every change of seeds, hyperparameters, data and metrics since the record of the base branch',
          ),
        command: argvSchema.optional(),
        seconds: z.number().nonnegative().optional(),
        memory: z.number().nonnegative().optional().describe('Bytes that the run held at most'),
        outputs: z
          .array(z.strictObject({ path, digest }))
          .max(10_000)
          .optional()
          .describe('Files that the run wrote'),
      })
      .optional(),
    code: z
      .strictObject({
        repository: text.optional(),
        commit: commit.optional(),
        dirty: z.boolean().optional(),
      })
      .optional(),
    data: z.array(dataEntrySchema).max(10_000).optional(),
    environment: z
      .strictObject({
        image: argument
          .max(512)
          .regex(/^[a-z0-9][a-zA-Z0-9./:_@-]*$/, 'must be an image reference')
          .optional()
          .describe('`<repository>@sha256:<64 hex digits>`'),
        dockerfile: path.optional(),
        context: path.optional(),
        args: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(4096)).optional(),
        hash: z
          .string()
          .regex(/^env-v1:sha256:[0-9a-f]{64}$/, 'must be `env-v1:sha256:` and 64 hex digits')
          .optional(),
        platform: z
          .string()
          .regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/, 'must be like `linux/amd64`')
          .optional(),
        hardware: z
          .strictObject({
            cpu: text.optional(),
            cores: z.int().positive().optional(),
            memory: text.optional(),
          })
          .optional(),
        manifest: z.strictObject({ path: path, digest: digest }).optional(),
        packages: z
          .strictObject({ path, digest })
          .optional()
          .describe('What was installed where the run was, as a freeze'),
      })
      .optional(),
    seeds: z.record(z.string(), z.union([z.int(), z.string().min(1)])).optional(),
    hyperparameters: z.record(z.string(), z.union([scalar, z.array(scalar)])).optional(),
    evaluation: z
      .strictObject({
        command: argvSchema.optional(),
        metrics: z.record(z.string(), metric).optional(),
        spread: z
          .record(z.string(), z.strictObject({ runs: z.int().min(2), std: z.number().nonnegative() }))
          .optional()
          .describe('Per metric: its standard deviation, over how many runs with seeds of their own'),
        /** Where the evaluation writes them, if the policy does not say. */
        output: path
          .optional()
          .describe('The file into which the evaluation writes its metrics; default `metrics.json`'),
        predictions: z
          .strictObject({
            path: path.optional().describe('Where the recorded predictions are kept'),
            output: path.optional().describe('The file into which the evaluation writes its predictions'),
            key: label.optional(),
            rows: z.int().nonnegative().optional(),
            digest: digest.optional(),
          })
          .optional(),
      })
      .optional(),
  })
  .meta({
    title: 'reprogate record',
    description: 'What a model run claims, so that it can be obtained again.',
  })

export type Record_ = z.infer<typeof recordSchema>
export type DataEntry = z.infer<typeof dataEntrySchema>
