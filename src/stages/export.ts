import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { MissingPart } from '../system/git/export.js'
import type { Found } from '../verdict/finding.js'
import { removeAnswers, type Concealed } from '../system/answers.js'
import type { Context } from '../system/context.js'

/** Missing parts that are named. */
const NAMED = 20

export interface Exported {
  /** Absolute path. */
  folder: string
  /** What the commit names and the checkout does not have. */
  missing: readonly MissingPart[]
}

/** A throwaway copy of the commit's tree, without any recorded answer in it. */
export async function exportWithoutAnswers(
  { git, scratch }: Pick<Context, 'git' | 'scratch'>,
  commit: string,
  answers: Concealed,
): Promise<Exported> {
  const folder = await mkdtemp(join(scratch, 'export-'))
  const missing = await git.export(commit, folder)
  await removeAnswers(folder, answers)
  return { folder, missing }
}

/** What is missing, with the command that brings it. */
export const missingFindings = (missing: readonly MissingPart[], prefix: string): Found[] =>
  missing.slice(0, NAMED).map(({ kind, path }) => ({
    rule: `code/${kind}-missing`,
    message: `${path} is ${kind === 'lfs' ? 'kept by Git LFS' : 'a submodule'}, and the checkout does not have it`,
    file: prefix + path,
  }))
