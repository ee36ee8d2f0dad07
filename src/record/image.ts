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

export interface ChosenImage {
  /** What this engine knows it by. */
  here: string
  /** By digest, as others can pull it; undefined: no registry has it, and its manifest is the pin. */
  pinned?: string | undefined
}

/**
 * The image of the run: the one given, the one that the record has already, or one built now, which is
 * pushed if there is somewhere to push it to.
 *
 * @throws ReprogateError `environment/build-failed`, `image/missing`, `image/not-pushed`
 */
export async function chooseImage(context: EngineContext, choice: ImageChoice): Promise<ChosenImage> {
  const { push, image, recorded } = choice
  const given = image ?? recorded
  if (push === undefined && given === undefined)
    return { here: await buildHere(context, choice, { temporary: true }) }
  const pinned =
    push === undefined
      ? await resolveDigest(context.engine, given!)
      : await pushImage(context, await buildHere(context, choice, { temporary: false }), push)
  return { here: pinned, pinned }
}

async function buildHere(
  context: EngineContext,
  { commit, dockerfile, plan }: ImageChoice,
  { temporary }: { temporary: boolean },
): Promise<string> {
  const { folder: directory } = await exportWithoutAnswers(context, commit, plan.answers)
  const request: BuildRequest = {
    directory,
    dockerfile,
    context: plan.context,
    args: plan.args,
    fresh: true,
    temporary,
    timeout: plan.limits.build * 60_000,
    memory: plan.limits.memory,
    network: plan.network,
  }
  const file = context.prefix + dockerfile
  const fetching = networkFinding(file, await dockerfileText(request), request)
  if (fetching)
    throw new ReprogateError(fetching.rule, fetching.message, undefined, { file, line: fetching.line })
  const built = await during(context, `building ${dockerfile}`, () => rebuild(context, request))
  if (!built.failure) return built.id
  const { tail, line } = built.failure
  throw new ReprogateError(
    'environment/build-failed',
    `the image did not build: ${tail.at(-1) ?? ''}`,
    undefined,
    { file, line },
  )
}
