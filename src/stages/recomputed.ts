import type { Plan } from '../policy/plan.js'
import type { Record_ } from '../provenance/schema.js'
import { againstPredictions, type Recomputation } from '../results/recompute/against.js'
import { FRAME_LARGEST } from '../results/recompute/frame.js'
import { printedMetrics } from '../results/recompute/json-texts.js'
import type { PrintedMetric } from '../results/recompute/recompute.js'
import type { Context } from '../system/context.js'
import { numberText } from '../text/numbers.js'

/**
 * Whether the recorded metrics follow from the predictions that the judged commit holds.
 *
 * @returns undefined if it holds none
 */
export async function recomputedHere(
  { git, signal }: Pick<Context, 'git' | 'signal'>,
  commit: string,
  {
    record,
    plan,
    committed,
  }: {
    record: Record_
    plan: Plan
    /** The metrics file, if the commit has it. */
    committed: Buffer | null
  },
): Promise<Recomputation | undefined> {
  const { metrics = {}, predictions } = { ...record.evaluation }
  const path = predictions?.path
  const size = path === undefined ? undefined : await git.sizeOf(commit, path)
  if (path === undefined || size === undefined) return undefined
  return againstPredictions({
    path,
    bytes: size > FRAME_LARGEST ? null : await git.show(commit, path),
    metrics: printed(metrics, committed ? printedMetrics(committed) : new Map()),
    declarations: plan.definitions,
    signal,
  })
}

/** As the metrics file prints them, if it holds the same numbers. */
const printed = (
  recorded: Readonly<Record<string, number>>,
  committed: ReadonlyMap<string, string>,
): PrintedMetric[] =>
  Object.entries(recorded).map(([name, value]) => {
    const text = committed.get(name)
    return { name, text: text !== undefined && Number(text) === value ? text : numberText(value) }
  })
