import { checkEvaluation } from '../evaluation/check.js'
import { exportWithoutAnswers } from './export.js'
import type { Stage } from './stage.js'

/** Do the results come back? */
export const evaluation: Stage = {
  name: 'evaluation',
  title: 'evaluation: replay inside the rebuild',
  async check(tools, { claims: { record }, plan, tree }, { products, notRun }) {
    const { image, mounts = [], predictions, covers, answers = plan.answers } = products
    if (image === undefined) return { notRun: notRun.environment ?? 'there is no rebuilt image' }
    if (plan.command === undefined) return { notRun: 'nothing says how to evaluate' }
    const recorded = record?.evaluation
    const { findings, summary, agreement, evidence } = await checkEvaluation(
      { ...tools, engine: await tools.engine() },
      {
        image,
        covers,
        prepare: async () => (await exportWithoutAnswers(tools, tree.commit, answers)).folder,
        mounts,
        hide: answers,
        command: plan.command,
        metrics: plan.metrics,
        predictions: plan.predictions,
        limits: plan.limits,
        recorded: {
          metrics: recorded?.metrics ?? {},
          predictions: recorded?.predictions && { ...recorded.predictions, file: predictions },
        },
        tolerance: plan.tolerance,
        definitions: plan.definitions,
      },
    )
    return {
      findings,
      summary,
      grade: agreement ?? undefined,
      unverified: agreement === null,
      evidence: { evaluation: evidence, ...(agreement !== null && { agreement }) },
    }
  },
}
