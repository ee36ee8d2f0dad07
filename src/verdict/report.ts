import { z } from 'zod'
import {
  AGREEMENTS,
  causeSchema,
  changesSchema,
  dataEvidenceSchema,
  environmentEvidenceSchema,
  evaluationEvidenceSchema,
  lineageSchema,
  remarkSchema,
  PARITIES,
  recomputedSchema,
  probeSchema,
  trainingSchema,
} from './evidence.js'
import { machineSchema } from './machine.js'
import { findingSchema, STAGES, waivedSchema } from './finding.js'
import { RULE_IDS } from './rules/index.js'
import { TRACKS } from './rules/rule.js'
import { rungSchema } from './rungs.js'
import { WAIVER_STATES } from './waivers.js'

/** The one value that every renderer, the JSON report and the outputs are made from. */

export const VERDICTS = ['reproduced', 'not-reproduced', 'incomplete', 'could-not-check'] as const
export type Verdict = (typeof VERDICTS)[number]
export const DECISIONS = ['pass', 'warn', 'fail'] as const
export type Decision = (typeof DECISIONS)[number]

export const JUDGED = ['merge', 'head', 'commit', 'work tree', 'recorded commit'] as const

export const stageSchema = z.strictObject({
  name: z.enum(STAGES),
  status: z.enum(['pass', 'warn', 'fail', 'could-not-check', 'not-run']),
  /** The parity or agreement that the stage came to. */
  grade: z.enum([...PARITIES, ...AGREEMENTS]).optional(),
  /** What was found, or why the stage did not run: `1 of 214 packages changed`. */
  summary: z.string(),
  seconds: z.number().nonnegative(),
})
export type StageResult = z.infer<typeof stageSchema>

const waiverUseSchema = z.strictObject({
  rule: z.enum(RULE_IDS),
  model: z.string().optional(),
  field: z.string().optional(),
  ...waivedSchema.shape,
  /** `unused`: it is about nothing that this check found. */
  state: z.enum(WAIVER_STATES),
  /** Findings that it is about. */
  findings: z.int(),
})

export const modelReportSchema = z.strictObject({
  name: z.string(),
  version: z.string().optional(),
  track: z.enum(TRACKS),
  verdict: z.enum(VERDICTS),
  decision: z.enum(DECISIONS),
  /** null: nothing was compared. */
  parity: z.enum(PARITIES).nullable(),
  agreement: z.enum(AGREEMENTS).nullable(),
  /** Of the rebuild; the recorded one if it was not read. */
  environmentHash: z.string().nullable(),
  /** The cause in a sentence, and the fix in another. */
  cause: z.string(),
  fix: z.string().optional(),
  /** The rung of evidence that was reached, and what keeps it from the next. Absent in reports of earlier versions. */
  rung: rungSchema.optional(),
  /** The one thing to do next, if there is one. */
  next: z.string().optional(),
  record: z.string(),
  findings: z.array(findingSchema),
  stages: z.array(stageSchema),
  seconds: z.number().nonnegative(),
  evidence: z.strictObject({
    /** Required fields that are there, of those required. */
    fields: z.strictObject({ present: z.int(), required: z.int() }),
    data: z.array(dataEvidenceSchema),
    environment: environmentEvidenceSchema.optional(),
    evaluation: evaluationEvidenceSchema.optional(),
    machine: machineSchema.optional(),
    training: trainingSchema.optional(),
    cause: causeSchema.optional(),
    probe: probeSchema.optional(),
    lineage: lineageSchema.optional(),
    recomputed: recomputedSchema.optional(),
    changes: changesSchema.optional(),
    remarks: z.array(remarkSchema).optional(),
    /** What the policy waives, and what became of it. */
    waivers: z.array(waiverUseSchema).optional(),
  }),
})
export type ModelReport = z.infer<typeof modelReportSchema>

export const reportSchema = z.strictObject({
  reprogate: z.literal('report/1'),
  /** Worst of the models. */
  verdict: z.enum(VERDICTS),
  decision: z.enum(DECISIONS),
  /** The commit that was judged. */
  commit: z.string(),
  /** What that commit is; the merge of a pull request is the runner's, and not in anybody's clone. */
  judged: z.enum(JUDGED).optional(),
  started: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  policy: z.strictObject({
    /** null: the built-in defaults. */
    path: z.string().nullable(),
    /** Where it was read: a branch and commit, or the work tree. */
    from: z.string(),
    /** The policy's unified diff, if the head changes it: shown, not obeyed. */
    change: z.string().optional(),
  }),
  models: z.array(modelReportSchema),
})
export type Report = z.infer<typeof reportSchema>
