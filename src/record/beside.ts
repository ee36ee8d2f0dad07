import { basename } from 'node:path/posix'
import { readingOfLook } from '../looking/reading.js'
import type { FoundModel } from '../looking/look.js'
import type { DataEntry, Record_ } from '../provenance/schema.js'
import { detectSiblings, readSources } from '../provenance/sources/index.js'
import type { Reading } from '../provenance/sources/source.js'
import { lookingAt } from '../stages/looking.js'
import type { Context } from '../system/context.js'
import { confine } from '../system/files.js'
import { filesOfWorkTree } from '../system/tree-files.js'
import type { OpenedRun } from './opened.js'

/** Runs of other tools that lie beside the record: a check reads them with it. */
export async function readingsBeside(
  { git, root, prefix }: Pick<Context, 'git' | 'root' | 'prefix'>,
  record: string,
): Promise<Reading[]> {
  const tree = { files: filesOfWorkTree(git, root), prefix }
  const beside = detectSiblings(await tree.files.list(), record)
  return (await Promise.all(beside.map((path) => readSources(tree, path)))).flat()
}

/**
 * Completes what a person wrote by what is known without one: the data and the model that a tracker beside it
 * names or the tree holds, and the seeds and settings that stand in the code of this very commit. What nobody
 * names stays missing.
 *
 * @returns the record as far as it is known before the evaluation runs
 */
export async function knownOf(context: Context, { model, draft, before, plan }: OpenedRun): Promise<Record_> {
  const { git, root, prefix } = context
  const looking = lookingAt(context, { files: filesOfWorkTree(git, root), prefix })
  const found = await looking.model(model)
  const said = await readingsBeside(context, model.settings.record)
  const tracked = said.map(({ record }) => record).filter((record) => record !== null)
  const shown = found && readingOfLook(found, model.settings.record)
  const isDefault = (field: string) => shown?.reservations?.get(field)?.kind === 'default'
  const known: Record_ = { ...before }
  if (before.data === undefined) {
    const data =
      tracked.find((one) => one.data?.length)?.data ?? (await thoseThatAreThere(context, shown?.record?.data))
    if (data.length > 0) known.data = await Promise.all(data.map((entry) => described(context, entry)))
  }
  for (const name of ['seeds', 'hyperparameters'] as const) {
    if (before[name] !== undefined || tracked.some((one) => one[name] !== undefined)) continue
    const chosen = Object.entries(shown?.record?.[name] ?? {}).filter(([key]) => !isDefault(`${name}.${key}`))
    if (chosen.length > 0) draft.set([name], Object.fromEntries(chosen))
  }
  if (before.model?.path === undefined && trainsItself(found, plan.command))
    known.model = { ...before.model, from: 'evaluation' }
  else if (before.model?.path === undefined) {
    const path = tracked.map(({ model }) => model?.path).find((one) => one !== undefined)
    if (path !== undefined) known.model = { ...before.model, path }
  }
  if (known.data !== undefined && known.data !== before.data) draft.set(['data'], known.data)
  if (known.model?.from !== undefined) draft.set(['model', 'from'], known.model.from)
  else if (known.model?.path !== undefined) draft.set(['model', 'path'], known.model.path)
  return known
}

/** What the tree shows is a guess: a set that is not there is nobody's word. */
async function thoseThatAreThere({ root }: Context, data: readonly DataEntry[] = []): Promise<DataEntry[]> {
  const there = await Promise.all(
    data.map(async ({ path }) => {
      const place = path === undefined ? undefined : await confine(root, path)
      return place?.ok === true && place.exists
    }),
  )
  return data.filter((_, index) => there[index])
}

/** Its digest is computed anew; without a version of its own it is as old as its last commit. */
async function described({ git }: Context, entry: DataEntry): Promise<DataEntry> {
  const { path } = entry
  if (path === undefined) return entry
  const version = entry.version ?? (await git.lastChange([path]))
  return { name: basename(path), ...entry, digest: undefined, ...(version !== undefined && { version }) }
}

/** Whether the command that evaluates trains its model first: a file of it that lies about is an output. */
const trainsItself = (found: FoundModel | undefined, command: readonly string[] | undefined): boolean =>
  [found?.command, ...(found?.others ?? [])].some(
    (one) =>
      one !== undefined &&
      /^(?:train|train\+evaluate|pipeline)$/.test(one.value.kind) &&
      JSON.stringify(one.value.argv) === JSON.stringify(command),
  )
