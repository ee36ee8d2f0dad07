import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answers } from '../policy/plan.js'
import type { Context } from '../system/context.js'
import { confine } from '../system/files.js'

/** A throwaway copy of the commit's tree, without any recorded answer in it; its absolute path. */
export async function exportWithoutAnswers(
  { git, scratch }: Pick<Context, 'git' | 'scratch'>,
  commit: string,
  { paths }: Answers,
): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'export-'))
  await git.export(commit, folder)
  for (const answer of paths) {
    // Through a link of the tree itself an answer's path could lead anywhere: then it is not the answer.
    const place = await confine(folder, answer)
    if (place.ok) await rm(place.absolute, { recursive: true, force: true })
  }
  return folder
}
