import type { EngineContext } from '../engine/engine.js'
import type { Replayed } from '../evaluation/check.js'
import { againstEachOther } from '../evaluation/compare.js'
import { runAndRead, type RunOutcome } from '../evaluation/run.js'
import { differs, sameValues, type ResultsComparison } from '../results/comparison.js'
import { movement } from '../results/words.js'
import { metricText } from '../results/findings.js'
import { during } from '../system/context.js'
import { plural } from '../text/numbers.js'
import type { ProbeEvidence } from '../verdict/evidence.js'
import { conditionsWith, type Axis } from './axes.js'
import { pythonPathOf, shimFolder } from './shim.js'

type Probed = ProbeEvidence['axes'][number]

/**
 * Replays once along each axis, in the rebuild, and says what each does to the outputs of an evaluation
 * that repeats itself.
 */
export function probeAxes(
  context: EngineContext,
  { request, outcome }: Replayed & { outcome: RunOutcome },
  axes: readonly Axis[],
): Promise<ProbeEvidence> {
  return during(context, `Probe ${plural(axes.length, 'axis', 'axes')}`, async () => {
    const begun = context.now()
    const folder = await shimFolder(context)
    const path = await pythonPathOf(context, request.image)
    const probed: Probed[] = []
    for (const { name, fix, tries } of axes) {
      if (tries.length === 0) continue
      context.progress.line(`${name} …`)
      const run = await runAndRead(context, {
        ...request,
        conditions: conditionsWith(tries.slice(0, 1), folder, path),
      })
      const effect: Pick<Probed, 'effect' | 'text'> =
        'finding' in run
          ? { effect: 'fails', text: run.finding.message }
          : effectOf(await againstEachOther(request, outcome, run))
      probed.push({ name, ...effect, ...(effect.effect !== 'same' && { fix }) })
    }
    return { axes: probed, seconds: Math.round(context.now() - begun) / 1000 }
  })
}

/** What moved, in a few words: rows before metrics. */
function effectOf(compared: ResultsComparison): Pick<Probed, 'effect' | 'text'> {
  if (sameValues(compared)) return { effect: 'same', text: 'same' }
  const { metrics, predictions } = compared
  const moved = metrics.filter(({ recorded, replayed }) => recorded !== replayed)
  const rows = predictions && !['identical', 'identical-values'].includes(predictions.grade)
  return {
    effect:
      moved.some(({ agrees }) => !agrees) || (predictions && differs(predictions.grade)) ? 'moves' : 'within',
    text: [
      ...(rows ? [predictions.comparison.problem ?? movement(predictions.comparison)] : []),
      ...moved.slice(0, 1).map(metricText),
      ...(moved.length > 1 ? [plural(moved.length - 1, 'more metric')] : []),
    ].join('; '),
  }
}
