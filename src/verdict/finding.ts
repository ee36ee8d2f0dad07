import { z } from 'zod'
import { RULE_IDS, type RuleId } from './rules/index.js'
import { LEVELS } from './rules/rule.js'

export const STAGES = ['provenance', 'data', 'environment', 'evaluation'] as const
export type StageName = (typeof STAGES)[number]

/** Who vouches for a finding, why, and until which day. */
export const waivedSchema = z.strictObject({
  reason: z.string().min(1).max(1000),
  owner: z.string().min(1).max(200),
  expires: z.iso.date().describe('The last day on which it holds, in UTC'),
})
export type Waived = z.infer<typeof waivedSchema>

export const findingSchema = z.strictObject({
  rule: z.enum(RULE_IDS),
  level: z.enum(LEVELS),
  /** The stage that found it. */
  stage: z.enum(STAGES),
  /** One plain sentence without its full stop, untrusted text included as it is: renderers escape it. */
  message: z.string(),
  /** Path relative to the root of the repository, as GitHub writes it. */
  file: z.string().optional(),
  /** From 1. */
  line: z.int().positive().optional(),
  /** The record's field, as in `data[1].digest`. */
  field: z.string().optional(),
  expected: z.string().optional(),
  actual: z.string().optional(),
  /** What to do about it, in one or two sentences. */
  remedy: z.string(),
  /** The policy waives it: it is shown, and does not fail. */
  waived: waivedSchema.optional(),
  /** The first lines of the report tell it. */
  headline: z.boolean().optional(),
})
export type Finding = z.infer<typeof findingSchema>

/** Where a finding points. */
export interface Place {
  file: string
  line?: number | undefined
}

/**
 * A finding as a room makes it. Its stage and its level are added where the stage is run, and so are
 * the remedy, by default the rule's, and the place, by default that of the field.
 */
export interface Found extends Partial<Place> {
  rule: RuleId
  message: string
  field?: string | undefined
  expected?: string | undefined
  actual?: string | undefined
  remedy?: string | undefined
}
