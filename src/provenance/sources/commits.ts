import type { Found, Place } from '../../verdict/finding.js'
import type { History } from './source.js'

/** A commit that a run names. */
export interface RunCommit {
  /** Whole, or its first digits. */
  commit: string
  /** Whether the record has it as `code.commit`: then other rules say whether git knows it. */
  recorded: boolean
  /** The script that was run, and a word that it has to hold, as the name of a task. */
  script?: string | undefined
  word?: string | undefined
  place: Place
}

const HASH = /^[0-9a-f]{4,64}$/

/** Whether the commit of a run is known, part of the branch, and holds the code that the run names. */
export async function commitFindings(history: History | undefined, run: RunCommit): Promise<Found[]> {
  const { commit, recorded, script, place } = run
  if (history === undefined || !HASH.test(commit)) return []
  const { git, head } = history
  const short = commit.slice(0, 7)
  const found = await git.resolve(commit)
  // What is too far back for this clone is not unknown.
  if (found?.startsWith(commit) !== true)
    return recorded || (await git.shallow())
      ? []
      : [
          {
            rule: 'claims/commit-unknown',
            message: `the run was of ${short}, which git does not know`,
            actual: commit,
            ...place,
          },
        ]
  const stray: Found[] =
    recorded || (await git.isAncestor(found, head)) || (await git.shallow())
      ? []
      : [
          {
            rule: 'claims/commit-not-ancestor',
            message: `the run was of ${short}, which is not an ancestor of the head ${head.slice(0, 7)}`,
            actual: found,
            ...place,
          },
        ]
  return script === undefined
    ? stray
    : [...stray, ...(await codeFindings(history, { ...run, script, commit: found }))]
}

async function codeFindings(
  { git }: History,
  { commit, script, word, place }: RunCommit & { script: string },
): Promise<Found[]> {
  const lacks = (what: string): Found[] => [
    {
      rule: 'claims/commit-lacks-code',
      message: `the run was of ${commit.slice(0, 7)}, which does not hold ${what}`,
      actual: commit,
      ...place,
    },
  ]
  const path = script.replaceAll('\\', '/')
  const file = (await git.filesAt(commit)).find(
    (one) => one === path || path.endsWith(`/${one}`) || one.endsWith(`/${path}`),
  )
  if (file === undefined) return lacks(`the script ${path.split('/').at(-1)}`)
  if (word === undefined) return []
  const text = (await git.show(commit, file))?.toString('utf8') ?? ''
  return text.includes(word) ? [] : lacks(`\`${word}\` in ${file}`)
}
