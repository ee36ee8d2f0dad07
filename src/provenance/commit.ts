import picomatch from 'picomatch'
import type { Found } from '../system/context.js'
import type { Git } from '../system/git.js'
import { within } from '../system/paths.js'
import type { Location } from './sources/native.js'

const DOCS = picomatch(
  ['**/*.{md,rst,txt,adoc}', 'docs/**', '**/{LICENSE,LICENCE,NOTICE,CITATION,AUTHORS,CODEOWNERS}*'],
  {
    nocase: true,
    dot: true,
  },
)
/** A text file that decides what is installed or computed is no documentation. */
const NOT_DOCS = picomatch(['**/{requirements,constraints}*.txt', '**/CMakeLists.txt', '**/data/**/*.txt'], {
  nocase: true,
  dot: true,
})

/**
 * Whether a path may change after the run without touching what was run: records, models, recorded
 * answers, data (their bytes are checked by digest) and documentation.
 *
 * @param answers files and folders of the records
 */
export const leavesCodeAlone =
  (answers: readonly string[]) =>
  (path: string): boolean =>
    (DOCS(path) && !NOT_DOCS(path)) ||
    path.startsWith('.reprogate/') ||
    answers.some((answer) => within(answer, path))

/** Holds the recorded commit against the repository. */
export async function checkCommit(
  git: Git,
  commit: string,
  head: string,
  options: { dirty: boolean | undefined; answers: readonly string[]; worktree: boolean },
  locate: (field: string) => Location,
): Promise<Found[]> {
  const at = { ...locate('code.commit'), field: 'code.commit' }
  const short = commit.slice(0, 7)
  const findings: Found[] = []
  if (options.dirty === true)
    findings.push({
      rule: 'code/dirty',
      message: `the run used uncommitted changes on top of ${short}`,
      ...locate('code.dirty'),
      field: 'code.dirty',
      expected: 'false',
      actual: 'true',
    })
  if (!(await git.has(commit)))
    return [
      ...findings,
      (await git.shallow())
        ? {
            rule: 'code/shallow-clone',
            message: `this clone is too shallow to find ${short}`,
            ...at,
            actual: commit,
          }
        : {
            rule: 'code/commit-unknown',
            message: `git does not know the commit ${short}`,
            ...at,
            actual: commit,
          },
    ]
  if (!(await git.isAncestor(commit, head)))
    return [
      ...findings,
      (await git.shallow())
        ? {
            rule: 'code/shallow-clone',
            message: `this clone is too shallow to tell whether ${short} is part of the branch`,
            ...at,
          }
        : {
            rule: 'code/commit-not-ancestor',
            message: `${short} is not an ancestor of the head ${head.slice(0, 7)}`,
            ...at,
            expected: `an ancestor of ${head}`,
            actual: commit,
          },
    ]
  const committed = await git.changed(commit, head)
  const uncommitted = options.worktree ? await git.dirty() : []
  const changed = [...new Set([...committed, ...uncommitted])].filter(
    (path) => !leavesCodeAlone(options.answers)(path),
  )
  if (changed.length > 0)
    findings.push({
      rule: 'code/changed-since',
      message: `changed since the run at ${short}: ${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ` and ${changed.length - 5} more` : ''}`,
      ...at,
      expected: 'no change of code after the recorded commit',
      actual: changed.slice(0, 20).join(', '),
    })
  return findings
}
