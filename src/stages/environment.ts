import { checkEnvironment } from '../environment/check.js'
import { exportWithoutAnswers } from './export.js'
import type { SoFar, Stage } from './stage.js'
import type { Subject } from './subject.js'

/** Does the environment come back? */
export const environment: Stage = {
  name: 'environment',
  title: 'environment: rebuild the image and compare',
  async check(tools, subject, soFar) {
    const { claims, plan, rebuild } = subject
    const waiting = whyNotRebuild(subject, soFar)
    if (waiting !== undefined) return { notRun: waiting }
    const { record } = claims
    const commit = record?.code?.commit
    const { dockerfile, manifest } = soFar.products
    if (commit === undefined || dockerfile === undefined)
      return { notRun: 'the record names no commit that has a Dockerfile' }
    const { image, hash: recordedHash, platform } = { ...record?.environment }
    const checked = await checkEnvironment(
      { ...tools, engine: await tools.engine() },
      {
        directory: await exportWithoutAnswers(tools, commit, plan.answers),
        dockerfile,
        context: plan.context,
        args: plan.args,
        image,
        recordedHash,
        platform,
        manifestFile: manifest,
        fresh: rebuild !== 'cached',
        timeout: plan.limits.build * 60_000,
      },
    )
    const { findings, summary, parity, evidence, hash } = checked
    return {
      findings,
      summary,
      grade: parity,
      evidence: { environment: evidence, parity, ...(hash !== undefined && { environmentHash: hash }) },
      products: { image: checked.image },
    }
  },
}

/** Why the costly stages do not run; undefined if they do. */
function whyNotRebuild({ claims, track, rebuild }: Subject, { blocked }: SoFar): string | undefined {
  if (claims.record === null) return 'there is no record to go by'
  if (blocked) return 'the record is not complete'
  if (track === 'exploratory' && rebuild === undefined)
    return 'the exploratory track rebuilds only when asked for'
  return undefined
}
