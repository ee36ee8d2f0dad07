import { z } from 'zod'

/** What evidence comes to, from claims to a model that was trained again. Each rung is worth having. */
export const RUNGS = [
  'nothing is claimed',
  'something is claimed',
  'the claims agree with the repository',
  'the metrics follow from the predictions',
  'the environment comes back',
  'the results come back',
  'the model comes back',
] as const

export const rungSchema = z.strictObject({
  /** The highest that was reached, from 0 to 6: the place in `RUNGS`. */
  reached: z.int().min(0).max(6),
  /** What it says. */
  says: z.enum(RUNGS),
  /** The next one, and why it was not reached, as a clause. */
  next: z.strictObject({ rung: z.int().min(1).max(6), says: z.enum(RUNGS), missing: z.string() }).optional(),
})
export type Rung = z.infer<typeof rungSchema>
