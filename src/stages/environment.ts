import { createHash } from 'node:crypto'
import { checkEnvironment } from '../environment/check.js'
import { parseNative } from '../provenance/sources/native.js'
import { algorithmOf } from '../system/digest.js'
import { exportWithoutAnswers, missingFindings } from './export.js'
import type { SoFar, Stage, Tools } from './stage.js'
import type { Subject } from './subject.js'

/** Does the environment come back? */
export const environment: Stage = {
  name: 'environment',
  title: 'environment: rebuild the image and compare',
  async check(tools, subject, soFar) {
    const { claims, plan, rebuild, tree } = subject
    const waiting = whyNotRebuild(subject, soFar)
    if (waiting !== undefined) return { notRun: waiting }
    const { record } = claims
    const { dockerfile, manifest, answers = plan.answers } = soFar.products
    if (dockerfile === undefined) return { notRun: 'there is no Dockerfile' }
    const { image, hash: recordedHash, platform } = { ...record?.environment }
    const { folder, missing } = await exportWithoutAnswers(tools, tree.commit, answers)
    const checked = await checkEnvironment(
      { ...tools, engine: await tools.engine() },
      {
        directory: folder,
        dockerfile,
        context: plan.context,
        args: plan.args,
        image,
        recordedHash,
        platform,
        answers,
        manifestFile: manifest,
        manifestKnown: await mayStandIn(tools, subject),
        fresh: rebuild !== 'cached',
        timeout: plan.limits.build * 60_000,
        memory: plan.limits.memory,
        network: plan.network,
        allowed: plan.allowed,
      },
    )
    const { findings, summary, parity, evidence, hash } = checked
    return {
      findings: [...missingFindings(missing, tools.prefix), ...findings],
      summary,
      grade: parity,
      evidence: { environment: evidence, parity, ...(hash !== undefined && { environmentHash: hash }) },
      products: { image: checked.image, covers: checked.covers, images: checked.images },
    }
  },
}

/**
 * Whether what the record kept of the image may stand in for it: it was there before this change, or the
 * record has never named an image. A change that takes the image out would vouch for itself.
 */
async function mayStandIn(tools: Pick<Tools, 'git'>, subject: Subject): Promise<boolean> {
  if (await isKnown(tools, subject)) return true
  const { base, model, claims } = subject
  if (claims.record?.environment?.image !== undefined || base === undefined) return false
  const before = await tools.git.show(base.commit, model.settings.record)
  return before === null || parseNative(before, '').record?.environment?.image === undefined
}

/** Whether the base has the same manifest. */
async function isKnown({ git }: Pick<Tools, 'git'>, { base, tree, claims }: Subject): Promise<boolean> {
  if (!base || base.commit === tree.commit) return true
  const { path, digest } = claims.record?.environment?.manifest ?? {}
  const bytes = path === undefined ? null : await git.show(base.commit, path)
  if (bytes === null || digest === undefined) return false
  const algorithm = algorithmOf(digest)
  return digest === `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** Why the costly stages do not run; undefined if they do. */
function whyNotRebuild({ claims, track, rebuild }: Subject, { blocked }: SoFar): string | undefined {
  if (claims.record === null) return 'there is no record to go by'
  if (blocked) return 'the record is not complete'
  if (track === 'exploratory' && rebuild === undefined)
    return 'the exploratory track rebuilds only when asked for'
  return undefined
}
