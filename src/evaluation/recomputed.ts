import { againstPredictions, type Recomputation } from '../results/recompute/against.js'
import { FRAME_LARGEST } from '../results/recompute/frame.js'
import { readRegular } from '../system/files.js'
import { numberText } from '../text/numbers.js'
import type { EvaluationRequest } from './request.js'
import type { RunOutcome } from './run.js'

/** Whether the metrics of a replay follow from its predictions; undefined if it wrote none. */
export async function recomputedReplay(
  { predictions, definitions = {} }: EvaluationRequest,
  { metrics, predictions: written }: RunOutcome,
  signal?: AbortSignal,
): Promise<Recomputation | undefined> {
  if (!predictions || !written) return undefined
  return againstPredictions({
    path: predictions.path,
    bytes: written.bytes > FRAME_LARGEST ? null : await readRegular(written.file, FRAME_LARGEST),
    metrics: Object.entries(metrics).map(([name, value]) => ({ name, text: numberText(value) })),
    declarations: definitions,
    signal,
  })
}
