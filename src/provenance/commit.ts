import picomatch from 'picomatch'
import { matcherOf } from '../system/patterns.js'
import { within } from '../system/files.js'
import type { Git } from '../system/git.js'
import { listed } from '../text/numbers.js'
import type { Found } from '../verdict/finding.js'
import type { RuleId } from '../verdict/rules/index.js'

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

/** Whether a path is documentation: nobody runs it. */
export const isDocumentation = (path: string): boolean => DOCS(path) && !NOT_DOCS(path)

interface CommitCheck {
  /** The recorded commit. */
  commit: string
  /** Whether the record says that the work tree was dirty. */
  dirty: boolean | undefined
  /** The commit that is judged. */
  head: string
  /** Globs of the files that the run depends on, by the policy: nothing excuses a change of one. */
  code: readonly string[]
  /** Records and recorded answers: a change of one is not worth a word. */
  records: readonly string[]
  /** Globs of more of them. */
  patterns?: readonly string[] | undefined
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

async function changedSince(
  git: Git,
  { commit, head, code, records, patterns = [] }: CommitCheck,
): Promise<Found[]> {
  const changed = await git.changed(commit, head)
  const isResult = matcherOf(patterns)
  const depends = code.length === 0 ? () => false : picomatch([...code], { dot: true, nonegate: true })
  const needed = changed.filter((path) => depends(path))
  const others = changed.filter(
    (path) =>
      !depends(path) &&
      !isDocumentation(path) &&
      !isResult(path) &&
      !records.some((record) => within(record, path)),
  )
  const since = `since the run at ${commit.slice(0, 7)}`
  return [
    ...changeFinding('code/dependency-changed', `code of the run changed ${since}`, needed),
    ...changeFinding('code/changed-since', `changed ${since}`, others),
  ]
}

const changeFinding = (rule: RuleId, what: string, paths: readonly string[]): Found[] =>
  paths.length === 0
    ? []
    : [
        {
          rule,
          message: `${what}: ${listed(paths, NAMED)}`,
          field: FIELD,
          actual: paths.slice(0, LISTED).join(', '),
        },
      ]

/**
 * Files that lie in the work tree and are not judged, as they are not committed.
 *
 * @param read files and folders that are read from the work tree: records, data, the model
 */
export const uncommittedFindings = (
  dirty: readonly string[],
  { read = [], filtered = [] }: { read?: readonly string[]; filtered?: readonly string[] } = {},
): Found[] => {
  const files = dirty.filter((path) => !['.reprogate', ...read].some((folder) => within(folder, path)))
  return files.length === 0
    ? []
    : [
        {
          rule: 'code/uncommitted',
          message: `not committed, and so not judged: ${listed(files, NAMED)}${filterNote(files, filtered)}`,
          actual: files.slice(0, LISTED).join(', '),
        },
      ]
}

/** Why a file that nobody has touched is not as git has it. */
function filterNote(files: readonly string[], filtered: readonly string[]): string {
  const [first] = files.filter((path) => filtered.includes(path))
  if (first === undefined) return ''
  return `; git keeps ${first} through a filter of \`.gitattributes\`, which is never run here: judged is what git keeps`
}
