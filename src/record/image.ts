import type { EngineContext } from '../engine/engine.js'
import { dockerfileText, rebuild, type BuildRequest } from '../environment/build.js'
import { networkFinding } from '../environment/dockerfile.js'
import { pushImage, resolveDigest } from '../environment/image.js'
import type { Plan } from '../policy/plan.js'
import { exportWithoutAnswers } from '../stages/export.js'
import { during } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import type { RecordRequest } from './request.js'

export interface ImageChoice extends Pick<RecordRequest, 'image' | 'push'> {
  /** The image that the record names already. */
  recorded: string | undefined
  commit: string
  /** Relative to the working directory. */
  dockerfile: string
  plan: Plan
}

/**
 * The image by digest: the one given, one built and pushed now, or the one that the record has already.
 *
 * @throws ReprogateError `environment/build-failed`, `environment/network-used`, `image/unknown`,
 *   `image/missing`, `image/not-pushed`
 */
export async function chooseImage(context: EngineContext, choice: ImageChoice): Promise<string> {
  if (choice.push !== undefined) return buildAndPush(context, choice, choice.push)
  const given = choice.image ?? choice.recorded
  if (given === undefined) throw new ReprogateError('image/unknown', 'which image did the run use?')
  return resolveDigest(context.engine, given)
}

async function buildAndPush(
  context: EngineContext,
  { commit, dockerfile, plan }: ImageChoice,
  repository: string,
): Promise<string> {
  const { folder: directory } = await exportWithoutAnswers(context, commit, plan.answers)
  const request: BuildRequest = {
    directory,
    dockerfile,
    context: plan.context,
    args: plan.args,
    fresh: true,
    timeout: plan.limits.build * 60_000,
    memory: plan.limits.memory,
    network: plan.network,
  }
  const file = context.prefix + dockerfile
  const fetching = networkFinding(file, await dockerfileText(request), request)
  if (fetching)
    throw new ReprogateError(fetching.rule, fetching.message, undefined, { file, line: fetching.line })
  const built = await during(context, `building ${dockerfile}`, () => rebuild(context, request))
  if (!built.failure) return pushImage(context, built.id, repository)
  const { tail, line } = built.failure
  throw new ReprogateError(
    'environment/build-failed',
    `the image did not build: ${tail.at(-1) ?? ''}`,
    undefined,
    { file, line },
  )
}
