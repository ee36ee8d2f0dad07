import { z } from 'zod'

/** Metrics: how far the replays in the pinned environment lie apart. */
export const ENVELOPE = 'envelope'

const NEEDS = 'needs `absolute`, `relative` or `ulp`, or is `envelope`'

export const toleranceSchema = z.union(
  [
    z.literal(ENVELOPE),
    z
      .strictObject({
        absolute: z.number().nonnegative().optional(),
        relative: z.number().nonnegative().optional(),
        ulp: z.int().positive().optional().describe('Units in the last place of the recorded value'),
      })
      .refine((t) => t.absolute !== undefined || t.relative !== undefined || t.ulp !== undefined, {
        error: NEEDS,
      }),
  ],
  { error: NEEDS },
)
export type Tolerance = z.infer<typeof toleranceSchema>

/** By metric or column. */
export type Tolerances = Readonly<Record<string, Tolerance>>

/** pytest's `approx`. */
export const DEFAULT_TOLERANCE: Tolerance = { relative: 1e-6, absolute: 1e-12 }

/**
 * By how much a replayed value may differ from a recorded one: the largest of what is given. Of an
 * envelope that nobody has measured (see `withEnvelopes`), by nothing.
 */
export function allowedFor(recorded: number, tolerance: Tolerance = DEFAULT_TOLERANCE): number {
  if (tolerance === ENVELOPE) return 0
  const { absolute = 0, relative = 0, ulp = 0 } = tolerance
  return Math.max(absolute, relative * Math.abs(recorded), ulp * spacing(recorded))
}

/** From a double to its neighbor away from zero, as `numpy.spacing`; NaN of what is not finite. */
export function spacing(value: number): number {
  if (!Number.isFinite(value)) return NaN
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const exponent = (view.getUint16(0) >> 4) & 0x7ff
  return 2 ** (Math.max(exponent, 1) - 1075)
}

/**
 * The tolerances with every envelope measured: the range of the metric over replays in the pinned
 * environment. The record is none of them, so that it cannot widen what it is judged by.
 */
export function withEnvelopes(
  tolerances: Tolerances,
  runs: readonly Readonly<Record<string, number>>[],
): Tolerances {
  return Object.fromEntries(
    Object.entries(tolerances).map(([name, tolerance]) => {
      if (tolerance !== ENVELOPE) return [name, tolerance]
      const values = runs.flatMap((run) => (Object.hasOwn(run, name) ? run[name]! : []))
      const range = Math.max(...values) - Math.min(...values)
      return [name, { absolute: Number.isFinite(range) ? range : 0 }]
    }),
  )
}
