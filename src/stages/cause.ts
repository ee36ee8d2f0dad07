import { AXES, batchAxis, NETWORK, type Axis } from '../diagnosis/axes.js'
import { diagnose } from '../diagnosis/diagnose.js'
import { probeAxes } from '../diagnosis/probe.js'
import type { EngineContext } from '../engine/engine.js'
import type { EvaluationResult, Replayed } from '../evaluation/check.js'
import { ReprogateError } from '../system/errors.js'
import type { CauseEvidence, ProbeEvidence } from '../verdict/evidence.js'
import { OutOfTime } from './deadline.js'
import { previousInputs, type Replayable } from './previous.js'
import type { Products } from './stage.js'
import type { Subject } from './subject.js'

const axesOf = ({ plan, probe }: Pick<Subject, 'plan' | 'probe'>): Axis[] => [
  ...AXES,
  ...(plan.batch === undefined ? [] : [batchAxis(plan.batch)]),
  ...(probe?.network ? [NETWORK] : []),
]

/** What moves the outputs, if that is asked for. Of an evaluation that does not repeat itself nothing can be said. */
export async function probed(
  context: EngineContext,
  subject: Subject,
  replayed: Replayed | undefined,
): Promise<ProbeEvidence | undefined> {
  if (!subject.probe || !replayed?.steady || 'finding' in replayed.outcome) return undefined
  return probeAxes(context, { ...replayed, outcome: replayed.outcome }, axesOf(subject))
}

/**
 * What there is to explain: a result that differs, or none in a rebuild that differs. If every prediction
 * came back in the same environment, the recorded number is wrong, and the findings say so.
 */
export function isToExplain(
  replayed: Replayed | undefined,
  { agreement, evidence, findings }: Pick<EvaluationResult, 'agreement' | 'evidence' | 'findings'>,
  { images }: Products,
): replayed is Replayed {
  if (!replayed) return false
  // Then the finding names what differs already.
  if (findings.some(({ rule }) => rule === 'evaluation/prompts-differ')) return false
  const onlyMetrics = findings.every(({ rule }) => rule === 'evaluation/metric-differs')
  if (agreement === 'different' && evidence.predictions && onlyMetrics && !images) return false
  if ('finding' in replayed.outcome) return replayed.steady && images !== undefined
  return agreement === 'different' || agreement === 'not-comparable' || agreement === 'nondeterministic'
}

/**
 * Searches for what made the result differ, within the time that the policy gives. A search that fails or
 * runs out of the check's own time says nothing: what was found before it stands.
 */
export async function searchCause(
  context: EngineContext,
  subject: Subject,
  { images }: Products,
  { replayed, of }: { replayed: Replayed; of: Replayable },
): Promise<CauseEvidence | undefined> {
  const minutes = subject.plan.limits.cause
  if (minutes === 0) return undefined
  try {
    return await diagnose(context, {
      replayed,
      images,
      axes: axesOf({ plan: subject.plan }),
      inputs: await previousInputs(context, subject, of),
      minutes,
      remedyOf: (difference) => images?.remedyOf(difference),
    })
  } catch (error) {
    if (!(error instanceof ReprogateError) && !(error instanceof OutOfTime)) throw error
    if (error instanceof ReprogateError && error.code === 'check/cancelled') throw error
    context.progress.line(`the cause was not found: ${error.message}`)
    return undefined
  }
}
