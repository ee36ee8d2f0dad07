import type { Git } from '../system/git.js'
import { ReprogateError } from '../system/errors.js'

/** A commit whose rules are trusted: what is there was reviewed. */
export interface Base {
  commit: string
  /** Branch name, for people. */
  ref: string
}

/** What started a check. It decides what is judged, and by whose rules. */
export type Occasion =
  /** A pull request or a merge group. */
  | {
      kind: 'proposal'
      head: string
      base: Base
      /** What the runner checks out for a pull request: the merge of base and head. */
      merge?: string | undefined
      defaultBranch?: string | undefined
    }
  /** A push, a release, a schedule, … */
  | {
      kind: 'commit'
      commit?: string | undefined
      defaultBranch?: string | undefined
      /** Whether the commit's own rules hold: it is on the default branch, or they do if it is. */
      merged: 'yes' | 'if-ancestor' | 'no'
    }
  /** The command line; with a base it is looked at as a pull request, and `at` is another revision than the work tree. */
  | { kind: 'work-tree'; base?: string | undefined; at?: string | undefined }

/** What is judged. */
export interface JudgedTree {
  commit: string
  what: 'merge' | 'head' | 'commit' | 'work tree' | 'recorded commit'
  /** Whether the files that lie in the working directory are judged with it. */
  worktree: boolean
}

export interface Judgement {
  tree: JudgedTree
  /** Whose rules hold: the first that has a policy, and never less than the built-in ones. None: the work tree's. */
  bases: readonly Base[]
}

/**
 * Finds the judged tree and its bases (docs/threat-model.md has the table by event).
 *
 * @throws ReprogateError `policy/base-missing`, `git/revision-unknown`
 */
export async function judgementOf(git: Git, occasion: Occasion): Promise<Judgement> {
  switch (occasion.kind) {
    case 'proposal':
      return judgeProposal(git, occasion)
    case 'commit':
      return judgeCommit(git, occasion)
    case 'work-tree':
      return judgeWorkTree(git, occasion)
  }
}

type Of<K extends Occasion['kind']> = Extract<Occasion, { kind: K }>

async function judgeProposal(git: Git, occasion: Of<'proposal'>): Promise<Judgement> {
  const { head, merge, base } = occasion
  const tree = await proposedTree(git, head, merge)
  // GitHub makes the merge on the base branch as it is now: newer than what the event says.
  const [onto = base.commit] = tree.what === 'merge' ? await git.parents(tree.commit) : []
  const bases = [{ commit: onto, ref: base.ref }]
  const { defaultBranch } = occasion
  if (defaultBranch === undefined || defaultBranch === base.ref) return { tree, bases }
  const tip = await git.resolve(`refs/remotes/origin/${defaultBranch}`)
  if (tip === undefined) throw missingBase(defaultBranch)
  return { tree, bases: [...bases, { commit: tip, ref: defaultBranch }] }
}

/** The merge, if it is what is checked out and is the merge of this head; else the head. */
async function proposedTree(git: Git, head: string, merge: string | undefined): Promise<JudgedTree> {
  if (merge !== undefined && merge === (await git.head())) {
    const parents = await git.parents(merge)
    if (parents.length === 2 && parents[1] === head) return { commit: merge, what: 'merge', worktree: false }
  }
  if (await git.has(head)) return { commit: head, what: 'head', worktree: false }
  throw new ReprogateError('git/revision-unknown', `the head ${head.slice(0, 7)} is not in this clone`)
}

async function judgeCommit(git: Git, occasion: Of<'commit'>): Promise<Judgement> {
  const { defaultBranch, merged } = occasion
  const commit = occasion.commit ?? (await git.head())
  if (!(await git.has(commit)))
    throw new ReprogateError('git/revision-unknown', `the commit ${commit.slice(0, 7)} is not in this clone`)
  const tree: JudgedTree = { commit, what: 'commit', worktree: false }
  const itself = { commit, ref: defaultBranch ?? 'the commit itself' }
  if (merged === 'yes') return { tree, bases: [itself] }
  const tip = await git.resolve(`refs/remotes/origin/${defaultBranch ?? 'HEAD'}`)
  if (tip === undefined) throw missingBase(defaultBranch)
  if (merged === 'if-ancestor' && (await git.isAncestor(commit, tip))) return { tree, bases: [itself] }
  return { tree, bases: [{ commit: tip, ref: defaultBranch ?? 'the default branch' }] }
}

async function judgeWorkTree(git: Git, { base, at }: Of<'work-tree'>): Promise<Judgement> {
  const tree: JudgedTree =
    at === undefined
      ? { commit: await git.head(), what: 'work tree', worktree: true }
      : { commit: await revision(git, at), what: 'commit', worktree: false }
  return { tree, bases: base === undefined ? [] : [{ commit: await revision(git, base), ref: base }] }
}

async function revision(git: Git, name: string): Promise<string> {
  const commit = await git.resolve(name)
  if (commit === undefined) throw new ReprogateError('git/revision-unknown', `git does not know ${name}`)
  return commit
}

const missingBase = (branch = 'the default branch'): ReprogateError =>
  new ReprogateError('policy/base-missing', `${branch} is not in this clone, so its policy cannot be read`)
