import { z } from 'zod'
import { numberText } from '../../text/numbers.js'
import type { Found } from '../../verdict/finding.js'
import { own } from '../own.js'
import { quoted } from '../words.js'

/** `least` is for a metric of which more is better, `most` for one of which less is. */
export const thresholdSchema = z
  .strictObject({ least: z.number().optional(), most: z.number().optional() })
  .refine((t) => t.least !== undefined || t.most !== undefined, 'needs `least` or `most`')

/** By metric. */
export type Thresholds = Readonly<Record<string, z.infer<typeof thresholdSchema>>>

/**
 * The metrics that do not reach what the policy asks of them. NaN reaches nothing, and neither does a
 * metric that is not there.
 *
 * @param whose `recorded` or `replayed`
 */
export function thresholdFindings(
  thresholds: Thresholds,
  metrics: Readonly<Record<string, number>>,
  whose: 'recorded' | 'replayed',
): Found[] {
  return Object.entries(thresholds).flatMap(([name, { least, most }]): Found[] => {
    const value = own(metrics, name)
    const reached =
      value !== undefined && (least === undefined || value >= least) && (most === undefined || value <= most)
    if (reached) return []
    const asked = [
      ...(least === undefined ? [] : [`at least ${least}`]),
      ...(most === undefined ? [] : [`at most ${most}`]),
    ].join(' and ')
    const said = value === undefined ? `is not ${whose}` : `is ${whose} as ${numberText(value)}`
    return [
      {
        rule: 'metrics/threshold-missed',
        message: `${quoted(name)} ${said}; the policy asks for ${asked}`,
        field: `evaluation.metrics.${name}`,
        expected: asked,
        actual: value === undefined ? undefined : numberText(value),
      },
    ]
  })
}
