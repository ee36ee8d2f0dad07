import { createHash, randomUUID } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PreviousInput } from '../diagnosis/diagnose.js'
import { claimsOf } from '../provenance/claims.js'
import type { Record_ } from '../provenance/schema.js'
import { readSources } from '../provenance/sources/index.js'
import type { Context } from '../system/context.js'
import { algorithmOf } from '../system/digest.js'
import { filesOfCommit } from '../system/tree-files.js'
import { exportWithoutAnswers } from './export.js'
import type { Subject } from './subject.js'

/** The record before this one, and the commit that holds it. */
interface Previous {
  record: Record_
  commit: string
}

/** What is replayed. A training has no model among its inputs. */
export type Replayable = 'evaluation' | 'training'

const withoutModelOf = ({ record, commit }: Previous): Previous => ({
  record: { ...record, model: undefined },
  commit,
})

/** Bytes of a file that is taken out of git. */
const FILE_CAP = 256 * 1024 ** 2

/**
 * What the previous record of the model names that this one has otherwise, and that can still be had: its
 * code, its command, and data and model where git keeps them. A record that was not renewed along with
 * one of them gives the old result.
 */
export async function previousInputs(
  context: Context,
  subject: Subject,
  of: Replayable = 'evaluation',
): Promise<PreviousInput[]> {
  const previous = await previousRecord(context, subject)
  if (!previous) return []
  return [
    ...(await previousFiles(context, subject, of === 'training' ? withoutModelOf(previous) : previous)),
    ...(await previousCode(context, subject, previous)),
    ...(of === 'training' ? [] : previousCommand(subject, previous)),
  ]
}

/** The base's, if the change touches the record; else that of the commit before the last one to do so. */
async function previousRecord(
  { git, prefix }: Context,
  { base, tree, model }: Subject,
): Promise<Previous | undefined> {
  const path = model.settings.record
  const commits = base
    ? [base.commit]
    : (await git.history(path, 3)).filter((commit) => commit !== tree.commit)
  const now = await git.show(tree.commit, path)
  for (const commit of commits) {
    const before = await git.show(commit, path)
    if (before === null || now?.equals(before)) continue
    const { record } = claimsOf(await readSources({ files: filesOfCommit(git, commit), prefix }, path))
    if (record) return { record, commit }
  }
  return undefined
}

/** Data sets and the model, by path, with the digest that a record gives them. */
const digestsOf = ({ data = [], model }: Record_): Map<string, string> =>
  new Map(
    [...data, model].flatMap((one) =>
      one?.path === undefined || one.digest === undefined ? [] : [[one.path, one.digest] as const],
    ),
  )

async function previousFiles(
  { git, scratch }: Context,
  { claims }: Subject,
  { record, commit }: Previous,
): Promise<PreviousInput[]> {
  const now = digestsOf(claims.record ?? {})
  const found: PreviousInput[] = []
  for (const [path, digest] of digestsOf(record)) {
    if (now.get(path) === digest || !now.has(path)) continue
    const size = await git.sizeOf(commit, path)
    if (size === undefined || size > FILE_CAP) continue
    const bytes = await git.show(commit, path)
    const algorithm = algorithmOf(digest)
    if (bytes === null || `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` !== digest)
      continue
    const source = join(scratch, `previous-${randomUUID()}`)
    await writeFile(source, bytes)
    await chmod(source, 0o644)
    found.push({
      name: path,
      exchange: (request) => ({
        ...request,
        mounts: [...request.mounts.filter(({ target }) => target !== path), { source, target: path }],
      }),
      fix: `Record the run again: the recorded result is that of ${path} as the previous record names it.`,
    })
  }
  return found
}

async function previousCode(
  context: Context,
  { tree, plan, claims }: Subject,
  { record }: Previous,
): Promise<PreviousInput[]> {
  const { git } = context
  const commit = record.code?.commit
  if (commit === undefined || commit === tree.commit || !(await git.has(commit))) return []
  const settled = new Set([...plan.records, ...digestsOf(claims.record ?? {}).keys()])
  if (!(await git.changed(commit, tree.commit)).some((path) => !settled.has(path))) return []
  return [
    {
      name: `the code of ${commit.slice(0, 7)}`,
      exchange: (request) => ({
        ...request,
        prepare: async () => (await exportWithoutAnswers(context, commit, request.hide)).folder,
      }),
      fix: `Record the run again: the recorded result is that of the code at ${commit.slice(0, 7)}.`,
    },
  ]
}

function previousCommand({ plan }: Subject, { record }: Previous): PreviousInput[] {
  const command = record.evaluation?.command
  if (command === undefined || JSON.stringify(command) === JSON.stringify(plan.command)) return []
  const text = command.join(' ')
  return [
    {
      name: `the command \`${text}\``,
      exchange: (request) => ({ ...request, command }),
      fix: `Record the run again: the recorded result is that of \`${text}\`.`,
    },
  ]
}
