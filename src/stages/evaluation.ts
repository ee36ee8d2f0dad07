import { checkEvaluation } from '../evaluation/check.js'
import { computed } from './canary.js'
import { isToExplain, probed, searchCause } from './cause.js'
import { exportWithoutAnswers } from './export.js'
import { recordedSuite, tooWide } from './claimed.js'
import { machineHere } from './machine.js'
import type { Stage } from './stage.js'
import { trained } from './training.js'
import { trainingWords } from '../verdict/training.js'

/** Do the results come back? */
export const evaluation: Stage = {
  name: 'evaluation',
  title: 'evaluation: replay inside the rebuild',
  async check(tools, subject, { products, notRun }) {
    const {
      claims: { record },
      plan,
      tree,
    } = subject
    const { image, mounts = [], predictions, covers, answers = plan.answers } = products
    if (image === undefined) return { notRun: notRun.environment ?? 'there is no rebuilt image' }
    if (plan.command === undefined) return { notRun: 'nothing says how to evaluate' }
    const recorded = record?.evaluation
    const context = { ...tools, engine: await tools.engine() }
    const { findings, summary, agreement, evidence, replayed } = await checkEvaluation(context, {
      image,
      covers,
      prepare: async () => (await exportWithoutAnswers(tools, tree.commit, answers)).folder,
      mounts,
      hide: answers,
      command: plan.command,
      metrics: plan.metrics,
      predictions: plan.predictions,
      limits: plan.limits,
      definitions: plan.definitions,
      recorded: {
        metrics: recorded?.metrics ?? {},
        predictions: recorded?.predictions && { ...recorded.predictions, file: predictions },
        suite: await recordedSuite(tools, subject),
      },
      tolerance: plan.tolerance,
      thresholds: plan.thresholds,
      runs: plan.runs,
      alpha: plan.alpha,
      pinned: products.images?.ids.pinned,
    })
    const altered = await computed(context, subject, replayed, agreement)
    const probe = await probed(context, subject, replayed)
    const cause = isToExplain(replayed, { agreement, evidence, findings }, products)
      ? await searchCause(context, subject, products, { replayed, of: 'evaluation' })
      : undefined
    const training = await trained(context, subject, products, replayed)
    return {
      findings: [
        ...findings,
        ...tooWide(subject, evidence.metrics),
        ...(altered?.findings ?? []),
        ...(training?.findings ?? []),
      ],
      summary: [summary, ...(training ? [trainingWords(training.evidence)] : [])].join('; '),
      grade: agreement ?? undefined,
      unverified: agreement === null,
      evidence: {
        evaluation: { ...evidence, canary: altered?.evidence },
        ...(training && { training: training.evidence }),
        machine: await machineHere(context.engine),
        ...(cause && { cause }),
        ...(probe && { probe }),
        ...(agreement !== null && { agreement }),
      },
    }
  },
}
