import { canary, type CanaryResult } from '../diagnosis/canary/canary.js'
import type { EngineContext } from '../engine/engine.js'
import type { Replayed } from '../evaluation/check.js'
import { ReprogateError } from '../system/errors.js'
import type { Agreement } from '../verdict/evidence.js'
import { agrees } from '../verdict/verdict.js'
import { OutOfTime } from './deadline.js'
import type { Subject } from './subject.js'

/**
 * On production, whether results that came back were computed. Replays on altered inputs that cannot be
 * made show nothing, and change nothing.
 *
 * @returns undefined if it is not asked for
 */
export async function computed(
  context: EngineContext,
  { track, plan, claims }: Subject,
  replayed: Replayed | undefined,
  agreement: Agreement | null,
): Promise<CanaryResult | undefined> {
  if (track !== 'production' || !replayed || !agrees(agreement)) return undefined
  if (plan.canary === 'off') return notRun('the policy has `canary: off`')
  try {
    const { path, from } = claims.record?.model ?? {}
    const model = from === 'evaluation' ? 'trained' : path === undefined ? undefined : { path }
    return await canary(context, { replayed, model, ...plan.canary, minutes: plan.limits.canary })
  } catch (error) {
    if (!(error instanceof ReprogateError) && !(error instanceof OutOfTime)) throw error
    if (error instanceof ReprogateError && error.code === 'check/cancelled') throw error
    return notRun(error.message)
  }
}

const notRun = (why: string): CanaryResult => ({ findings: [], evidence: { notRun: why, replays: [] } })
