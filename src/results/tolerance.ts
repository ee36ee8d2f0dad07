import { z } from 'zod'

export const toleranceSchema = z
  .strictObject({
    absolute: z.number().nonnegative().optional(),
    relative: z.number().nonnegative().optional(),
  })
  .refine((t) => t.absolute !== undefined || t.relative !== undefined, 'needs `absolute` or `relative`')
export type Tolerance = z.infer<typeof toleranceSchema>

/** By metric or column. */
export type Tolerances = Readonly<Record<string, Tolerance>>

/** pytest's `approx`. */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 1e-6, absolute: 1e-12 }

/** By how much a replayed value may differ from a recorded one. */
export const allowedFor = (recorded: number, tolerance: Tolerance = DEFAULT_TOLERANCE): number =>
  Math.max(tolerance.absolute ?? 0, (tolerance.relative ?? 0) * Math.abs(recorded))
