import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context, Found } from '../system/context.js'
import { algorithmOf, fileDigest, NotData } from '../data/digest.js'
import type { Git } from '../system/git.js'
import { confine } from '../system/paths.js'
import type { Plan } from '../policy/plan.js'
import type { Record_ } from '../provenance/schema.js'
import type { Location } from '../provenance/sources/native.js'

/** The recorded predictions, once their bytes are the recorded ones. */
export interface RecordedPredictions {
  findings: Found[]
  file: string | undefined
}

/** Finds the recorded predictions. That they are not kept is no finding here: the digest alone may do. */
export async function recordedPredictions(
  context: Context,
  record: Record_,
  locate: (field: string) => Location,
): Promise<RecordedPredictions> {
  const { path, digest } = record.evaluation?.predictions ?? {}
  const at = (part: string) => ({
    ...locate(`evaluation.predictions.${part}`),
    field: `evaluation.predictions.${part}`,
  })
  if (path === undefined) return { findings: [], file: undefined }
  const place = await confine(context.root, path)
  if (!place.ok)
    return {
      findings: [{ rule: 'record/path-outside', message: `${path} ${place.why}`, ...at('path') }],
      file: undefined,
    }
  if (!place.exists) return { findings: [], file: undefined }
  try {
    const now = await fileDigest(place.absolute, algorithmOf(digest ?? ''), context.signal)
    if (digest !== undefined && now.digest !== digest)
      return {
        findings: [
          {
            rule: 'data/digest-mismatch',
            message: `the recorded predictions ${path} have other bytes than recorded`,
            expected: digest,
            actual: now.digest,
            ...at('digest'),
          },
        ],
        file: undefined,
      }
  } catch (error) {
    if (!(error instanceof NotData)) throw error
    return {
      findings: [{ rule: 'record/malformed', message: `${path} is not a regular file`, ...at('path') }],
      file: undefined,
    }
  }
  return { findings: [], file: place.absolute }
}

/** A throwaway copy of the commit's tree, without any recorded answer in it. */
export async function exportWithoutAnswers(
  context: Context,
  git: Git,
  commit: string,
  plan: Pick<Plan, 'answers'>,
): Promise<string> {
  const folder = await mkdtemp(join(context.scratch, 'export-'))
  await git.export(commit, folder)
  for (const answer of plan.answers) {
    // Through a link of the tree itself an answer's path could lead anywhere: then it is not the answer.
    const place = await confine(folder, answer)
    if (place.ok) await rm(place.absolute, { recursive: true, force: true })
  }
  return folder
}
