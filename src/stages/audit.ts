import type { Context } from '../system/context.js'
import type { Subject } from './subject.js'

/**
 * The same subject at the commit that its record names, if git has it: can the past run be obtained
 * again? A commit that is missing or unknown is for the provenance stage to say.
 */
export async function atRecordedCommit({ git }: Pick<Context, 'git'>, subject: Subject): Promise<Subject> {
  const commit = subject.claims.record?.code?.commit
  if (commit === undefined || !(await git.has(commit))) return subject
  return { ...subject, tree: { commit, what: 'recorded commit', worktree: false } }
}
