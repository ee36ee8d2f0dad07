import { z } from 'zod'

/** What was found of a suite of prompts: lm-evaluation-harness, or Inspect. */
export const suiteSchema = z.strictObject({
  tool: z.enum(['lm-evaluation-harness', 'Inspect']),
  /** Whether the replay was asked what the record was asked. */
  prompts: z.strictObject({
    /** `nothing`: the record has kept neither. */
    by: z.enum(['prompts', 'task hashes', 'nothing']),
    /** Prompts, or tasks. */
    compared: z.int(),
    different: z.int(),
    /** The first that differs, and the words that do. Untrusted. */
    first: z.string().optional(),
    before: z.string().optional(),
    after: z.string().optional(),
    /** They look like a date or a time. */
    clock: z.boolean().optional(),
  }),
  /** Grades computed again from saved answers; no model was run. */
  regraded: z.strictObject({ grades: z.int(), same: z.int() }).optional(),
  /** How often the model was run again. */
  runs: z.int(),
  /** The level at which runs are told apart, if they differ and the policy says how many there are. */
  alpha: z.number().optional(),
  flips: z
    .strictObject({
      samples: z.int(),
      /** Samples that the runs do not grade alike. */
      flipped: z.int(),
      /** Pairs of runs of a sample that are graded differently; that gave the same text; and both. */
      disagree: z.int(),
      sameText: z.int(),
      sameTextDisagree: z.int(),
      passOne: z.number().optional(),
      passAll: z.number().optional(),
    })
    .optional(),
})
export type SuiteEvidence = z.infer<typeof suiteSchema>
