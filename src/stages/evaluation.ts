import { checkEvaluation } from '../evaluation/check.js'
import { computed } from './canary.js'
import { explain, isToExplain, probed } from './cause.js'
import { exportWithoutAnswers } from './export.js'
import { recordedSuite, tooWide } from './claimed.js'
import type { Stage } from './stage.js'

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
    const wide = await tooWide(tools, subject, evidence.metrics)
    const altered = await computed(context, subject, replayed, agreement)
    const probe = await probed(context, subject, replayed)
    const cause = isToExplain(replayed, { agreement, evidence, findings }, products)
      ? await explain(context, subject, products, replayed)
      : undefined
    return {
      findings: [...findings, ...wide, ...(altered?.findings ?? [])],
      summary,
      grade: agreement ?? undefined,
      unverified: agreement === null,
      evidence: {
        evaluation: { ...evidence, canary: altered?.evidence },
        ...(cause && { cause }),
        ...(probe && { probe }),
        ...(agreement !== null && { agreement }),
      },
    }
  },
}
