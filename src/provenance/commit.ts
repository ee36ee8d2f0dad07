import picomatch from 'picomatch'
import { within } from '../system/files.js'
import type { Git } from '../system/git.js'
import { listed } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'

const DOCS = picomatch(
  ['**/*.{md,rst,txt,adoc}', 'docs/**', '**/{LICENSE,LICENCE,NOTICE,CITATION,AUTHORS,CODEOWNERS}*'],
  {
    nocase: true,
    dot: true,
  },
)
/** A text file that decides what is installed or computed is not documentation. */
const NOT_DOCS = picomatch(['**/{requirements,constraints}*.txt', '**/CMakeLists.txt', '**/data/**/*.txt'], {
  nocase: true,
  dot: true,
})

/**
 * Whether a path may change after the run without touching what was run: records, models, recorded
 * answers, data (their bytes are checked by digest) and documentation.
 *
 * @param settled files and folders of the records
 */
export const leavesCodeAlone =
  (settled: readonly string[]) =>
  (path: string): boolean =>
    (DOCS(path) && !NOT_DOCS(path)) ||
    path.startsWith('.reprogate/') ||
    settled.some((folder) => within(folder, path))

interface CommitCheck {
  /** The recorded commit. */
  commit: string
  /** Whether the record says that the work tree was dirty. */
  dirty: boolean | undefined
  /** The commit that is judged. */
  head: string
  /** Whether the files that lie in the working directory are judged with it. */
  worktree: boolean
  /** Files and folders of the record, whose change leaves the code alone. */
  settled: readonly string[]
}

const FIELD = 'code.commit'
/** Changed files that are named. */
const NAMED = 5
const LISTED = 20

/** Holds the recorded commit against the repository: is it there, part of the branch, clean, and still the code? */
export async function checkCommit(git: Git, check: CommitCheck): Promise<Found[]> {
  const { commit, dirty } = check
  const findings: Found[] = []
  if (dirty === true)
    findings.push({
      rule: 'code/dirty',
      message: `the run used uncommitted changes on top of ${commit.slice(0, 7)}`,
      field: 'code.dirty',
      expected: 'false',
      actual: 'true',
    })
  return [...findings, ...((await whyNotHere(git, check)) ?? (await changedSince(git, check)))]
}

async function whyNotHere(git: Git, { commit, head }: CommitCheck): Promise<Found[] | undefined> {
  const short = commit.slice(0, 7)
  const shallow = (message: string): Found[] => [
    { rule: 'code/shallow-clone', message, field: FIELD, actual: commit },
  ]
  if (!(await git.has(commit)))
    return (await git.shallow())
      ? shallow(`this clone is too shallow to find ${short}`)
      : [
          {
            rule: 'code/commit-unknown',
            message: `git does not know the commit ${short}`,
            field: FIELD,
            actual: commit,
          },
        ]
  if (await git.isAncestor(commit, head)) return undefined
  return (await git.shallow())
    ? shallow(`this clone is too shallow to tell whether ${short} is part of the branch`)
    : [
        {
          rule: 'code/commit-not-ancestor',
          message: `${short} is not an ancestor of the head ${head.slice(0, 7)}`,
          field: FIELD,
          expected: `an ancestor of ${head}`,
          actual: commit,
        },
      ]
}

async function changedSince(git: Git, { commit, head, worktree, settled }: CommitCheck): Promise<Found[]> {
  const committed = await git.changed(commit, head)
  const uncommitted = worktree ? await git.dirty() : []
  const changed = [...new Set([...committed, ...uncommitted])].filter(
    (path) => !leavesCodeAlone(settled)(path),
  )
  if (changed.length === 0) return []
  return [
    {
      rule: 'code/changed-since',
      message: `changed since the run at ${commit.slice(0, 7)}: ${listed(changed, NAMED)}`,
      field: FIELD,
      expected: 'no change of code after the recorded commit',
      actual: changed.slice(0, LISTED).join(', '),
    },
  ]
}
