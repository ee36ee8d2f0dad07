import { join } from 'node:path/posix'
import type { FoundModel } from '../looking/look.js'
import { isSure } from '../looking/fact.js'
import { discoverModels, type FoundRecord } from '../policy/models.js'
import { detectNative, detectSiblings, isRun, ownWords } from '../provenance/sources/index.js'
import { foundRecord, lookingAt } from '../stages/looking.js'
import { during, type Context } from '../system/context.js'
import { withSession, type World } from '../system/session.js'
import { filesOfWorkTree } from '../system/tree-files.js'
import { environmentFor } from './generate.js'
import { writeNew, type NewFile } from './files.js'
import { placeText, policyText, type Written } from './policy-text.js'
import { draftText } from './record-text.js'
import { rowsOf, type Row } from './rows.js'
import { workflowText } from './workflow-text.js'

export interface InitRequest {
  /** The working directory. */
  directory: string
  /** Path of the policy. */
  config: string
  /** Looks, and writes nothing. */
  dryRun: boolean
  /** The day as of which packages are resolved; undefined: that of the code. */
  asOf?: string | undefined
  /** The image that Dockerfiles begin with; undefined: the official one of the Python that fits. */
  base?: string | undefined
}

/** What was found, what was written, and what is still to be said. */
export interface Initialised {
  files: number
  seconds: number
  models: { name: string; rows: Row[] }[]
  /** Files that are new, relative to the working directory. */
  written: { path: string; from: string }[]
  /** Files that were there, and stay as they are. */
  kept: string[]
  /** What nobody could write: a clause each. */
  open: string[]
  /** What a person should know of the environment that was made: sentences. */
  said: string[]
  /** If there is no model: why, as a clause, and the commands that come nearest. */
  instead?: { why: string; nearest: { command: string; place: string }[]; results: string[] }
}

/** Models that are shown in full. */
const MOST = 20
/** Environments that are resolved, one after the other. */
const MOST_ENVIRONMENTS = 3

/**
 * Looks at the work tree and writes the files that it lacks: a policy, drafts of records, a workflow. Never
 * overwrites; run again it writes nothing.
 *
 * @throws ReprogateError `directory/missing`, `git/no-repository`, `record/path-outside`
 */
export function init(
  { directory, config, dryRun, asOf, base }: InitRequest,
  world: World,
): Promise<Initialised> {
  const begun = performance.now()
  return withSession(directory, world, async (context) => {
    const tree = { files: filesOfWorkTree(context.git, context.root), prefix: context.prefix }
    const { files, models, instead } = await during(context, 'looking', () => lookingAt(context, tree).look())
    const paths = await tree.files.list()
    const own = await discoverModels(detectNative(paths), { of: (path) => ownWords(tree, path) })
    const written = models.map((model): Written => ({ model, record: recordFor(model, own, paths) }))
    const open: string[] = []
    const made: NewFile[] = []
    const said: string[] = []
    const without = written.filter(
      ({ model }) => model.command !== undefined && !(model.dockerfile && isSure(model.dockerfile)),
    )
    for (const one of without.slice(0, MOST_ENVIRONMENTS)) {
      const environment = await environmentFor(context, one.model, { files: tree.files, asOf, base, dryRun })
      made.push(...environment.files)
      one.dockerfile = environment.files[0]?.path
      said.push(...environment.said)
      open.push(...environment.open)
    }
    const wanted =
      models.length === 0 ? [] : [...filesFor(context, config, { models: written, paths }), ...made]
    const there = new Set(paths)
    const kept: string[] = []
    const fresh: NewFile[] = []
    for (const file of wanted) {
      const isNew = dryRun ? !there.has(file.path) : await writeNew(context, file)
      if (isNew) fresh.push(file)
      else kept.push(file.path)
    }
    return {
      files,
      seconds: Math.round(performance.now() - begun) / 1000,
      models: written.slice(0, MOST).map(({ model, record }) => ({ name: record.name, rows: rowsOf(model) })),
      written: fresh.map(({ path, from }) => ({ path, from })),
      kept,
      open: [...new Set(open)].slice(0, MOST),
      said,
      ...(instead && {
        instead: {
          why: instead.why,
          nearest: instead.nearest.map(({ value, place }) => ({
            command: value.text,
            place: placeText(place),
          })),
          results: instead.results.map(({ value }) => value.path),
        },
      }),
    }
  })
}

/** A record of its own stays one; else a run that another tool left; else where one belongs. */
function recordFor(
  model: FoundModel,
  own: readonly { name: string; settings: { record: string } }[],
  paths: readonly string[],
): FoundRecord {
  const found = foundRecord(model, paths)
  const native = own.find(
    ({ settings }) => model.folder === '.' || settings.record.startsWith(`${model.folder}/`),
  )
  if (native) return { ...found, name: native.name, record: native.settings.record }
  const ours = join(model.folder, 'provenance.yml')
  // A run beside ours is read with it: then `record` has where to write, and nothing is copied.
  const isRead = !isRun(found.record) || detectSiblings(paths, ours).includes(found.record)
  return isRead ? { ...found, record: ours } : found
}

function filesFor(
  { prefix }: Pick<Context, 'prefix'>,
  config: string,
  { models, paths }: { models: readonly Written[]; paths: readonly string[] },
): NewFile[] {
  const drafts = models.filter(({ record, model }) => record.record === join(model.folder, 'provenance.yml'))
  return [
    { path: config, text: policyText(models), from: 'what was found' },
    ...drafts.map((one) => ({
      path: one.record.record,
      text: draftText(one),
      from: draftOf(one, paths),
    })),
    // GitHub reads workflows at the top of a repository only.
    ...(prefix === ''
      ? [
          {
            path: '.github/workflows/reprogate.yml',
            text: workflowText(config),
            from: 'checks every pull request',
          },
        ]
      : []),
  ]
}

function draftOf({ record: { record } }: Written, paths: readonly string[]): string {
  const beside = detectSiblings(paths, record)
  return beside.length > 0
    ? `a draft: ${beside.join(' and ')} is read beside it`
    : 'a draft: no run is recorded yet'
}
