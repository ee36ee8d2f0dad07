import type { Context } from '../system/context.js'
import { rebuild } from '../environment/build.js'
import type { Engine } from '../engine/engine.js'
import { pushImage, resolveDigest } from '../environment/image.js'
import { ReprogateError } from '../system/errors.js'
import type { Git } from '../system/git.js'
import type { Plan } from '../policy/plan.js'
import type { Record_ } from '../provenance/schema.js'
import type { RecordRequest } from './record.js'
import { exportWithoutAnswers } from '../stages/replay-inputs.js'
import { RULES } from '../verdict/rules.js'

/** The first of the plan's Dockerfiles that the commit has. */
export async function firstDockerfile(git: Git, commit: string, plan: Plan): Promise<string> {
  for (const path of plan.dockerfiles) if (await git.show(commit, path)) return path
  throw new ReprogateError(
    'environment/dockerfile-missing',
    `the commit ${commit.slice(0, 7)} has no ${plan.dockerfiles.join(' and no ')}`,
    RULES['environment/dockerfile-missing'].remedy,
  )
}

/** The image by digest: the one given, one built and pushed now, or the one that the record has already. */
export async function chooseImage(
  context: Context,
  git: Git,
  engine: Engine,
  { image, push }: RecordRequest,
  before: Record_,
  commit: string,
  dockerfile: string,
  plan: Plan,
): Promise<string> {
  if (push !== undefined) {
    context.progress.start(`building ${dockerfile}`)
    const directory = await exportWithoutAnswers(context, git, commit, plan)
    const built = await rebuild(context, engine, {
      directory,
      dockerfile,
      context: plan.context,
      args: plan.args,
      fresh: true,
      timeout: plan.limits.build * 60_000,
    })
    context.progress.end()
    if (built.failure)
      throw new ReprogateError(
        'environment/build-failed',
        `the image did not build: ${built.failure.tail.at(-1) ?? ''}`,
        RULES['environment/build-failed'].remedy,
        {
          file: context.prefix + dockerfile,
          ...(built.failure.line !== undefined && { line: built.failure.line }),
        },
      )
    return pushImage(context, engine, built.id, push)
  }
  const given = image ?? before.environment?.image
  if (given === undefined)
    throw new ReprogateError(
      'record/image-unknown',
      'which image did the run use?',
      'Name it with `--image <reference>`, or have it built and pushed with `--push <repository>`.',
    )
  return resolveDigest(engine, given)
}
