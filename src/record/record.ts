import { createHash } from 'node:crypto'
import { cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path/posix'
import type { Context } from '../system/context.js'
import { algorithmOf, fingerprint, listText } from '../data/digest.js'
import { findEngine } from '../engine/engine.js'
import { describeImage, type ImageDescription } from '../environment/image.js'
import { formatManifestFile, toManifestFile } from '../environment/manifest/file.js'
import { ReprogateError } from '../system/errors.js'
import { runOnce } from '../evaluation/check.js'
import type { Git } from '../system/git.js'
import { confine } from '../system/paths.js'
import { loadPolicy } from '../policy/load.js'
import { discoverModels, selectModels, type SelectedModel } from '../policy/models.js'
import { planOf, type Plan } from '../policy/plan.js'
import { MODEL_NAME, type Policy } from '../policy/schema.js'
import { checkCompleteness } from '../provenance/completeness.js'
import type { Record_ } from '../provenance/schema.js'
import { leavesCodeAlone } from '../provenance/commit.js'
import { modelNameIn, parseRecord } from '../provenance/sources/native.js'
import { openDraft, placeInside, type Draft } from './draft.js'
import { chooseImage, firstDockerfile } from './image.js'
import { exportWithoutAnswers } from '../stages/replay-inputs.js'
import { withSession, type World } from '../system/session.js'
import { RULES } from '../verdict/rules.js'

export interface RecordRequest {
  directory: string
  config: string
  model: string
  /** The image that the run used, by tag or digest. */
  image?: string
  /** The repository that an image built from the Dockerfile is pushed to. */
  push?: string
  /** Build arguments, over those that the record has. */
  args?: Readonly<Record<string, string>>
}

export interface Recorded {
  model: string
  /** Files written, relative to the working directory; the record first. */
  files: string[]
  /** Changes that were not committed: the record says that the tree was dirty. */
  dirty: string[]
  metrics: Record<string, number>
  /** What only a person can add. */
  missing: { field: string; message: string; remedy: string }[]
}

/**
 * The other direction: writes the record of a real run. A machine fills in what it can know, on the
 * commit that is checked out and in the sandbox that the gate uses; what a person wrote stays,
 * comments included.
 */
export function record(request: RecordRequest, world: World): Promise<Recorded> {
  return withSession(request.directory, world, async (context, git) => {
    const commit = await git.head()
    const { policy, path: policyPath } = await loadPolicy(
      git,
      context.root,
      request.config,
      undefined,
      commit,
    )
    const model = await modelOf(context, git, policy, request.model)
    const draft = await openDraft(context, model.settings.record)
    const before = withArguments(draft.before, request.args ?? {})
    const plan = planOf(model, policy, policyPath, before, undefined)
    const { command } = plan
    if (command === undefined)
      throw new ReprogateError(
        'evaluation/command-missing',
        'neither the policy nor the record says how to evaluate',
        RULES['evaluation/command-missing'].remedy,
      )
    const dirty = (await git.dirty()).filter((path) => !leavesCodeAlone(plan.settled)(path))
    const started = new Date()
    draft.set(['reprogate'], 'record/1')
    draft.set(['model', 'name'], before.model?.name ?? model.name)
    const mounts = await keepData(context, before, draft)

    const engine = await findEngine(context.run)
    const dockerfile = await firstDockerfile(git, commit, plan)
    const image = await chooseImage(context, git, engine, request, before, commit, dockerfile, plan)
    context.progress.start(`${model.name} · describing ${image}`)
    const description = await describeImage(context, engine, image)
    context.progress.end()

    context.progress.start(`${model.name} · evaluating in the sandbox`)
    const run = await runOnce(context, engine, {
      image: description.id,
      prepare: () => exportWithoutAnswers(context, git, commit, plan),
      mounts,
      hide: { paths: plan.answers, digests: [] },
      command,
      metrics: plan.metrics,
      predictions: plan.predictions,
      limits: plan.limits,
    })
    context.progress.end()

    const day = started.toISOString().slice(0, 10)
    draft.set(['run', 'id'], before.run?.id ?? `${day}-${commit.slice(0, 7)}`)
    draft.set(['run', 'started'], started.toISOString())
    draft.set(['run', 'finished'], new Date().toISOString())
    const repository = await git.remote()
    if (repository !== undefined) draft.set(['code', 'repository'], repository)
    draft.set(['code', 'commit'], commit)
    draft.set(['code', 'dirty'], dirty.length > 0)
    await keepEnvironment(draft, plan, dockerfile, image, description)
    await keepEvaluation(draft, plan, command, run)
    const text = await draft.write()
    return {
      model: model.name,
      files: draft.files,
      dirty,
      metrics: run.metrics,
      missing: stillMissing(text, context.prefix + model.settings.record, policy.required ?? []),
    }
  })
}

/** The model of the policy or of a record; a new one where there is no such record, in `models/<name>` if there is such a folder. */
async function modelOf(context: Context, git: Git, policy: Policy, name: string): Promise<SelectedModel> {
  const ownName = (path: string) => modelNameIn(context.root, path)
  const files = await git.files()
  const known = policy.models
    ? await selectModels(policy, files, [name], ownName)
    : await discoverModels(files, ownName)
  const found = known.find((model) => model.name === name)
  if (found) return found
  const place = await confine(context.root, `models/${name}`)
  if (!place.ok || !MODEL_NAME.test(name))
    throw new ReprogateError(
      'models/name',
      `${name} is no name for a model`,
      'Use letters, digits, `.`, `_` and `-`.',
    )
  const record = place.exists ? `models/${name}/provenance.yml` : 'provenance.yml'
  const other = await ownName(record)
  if (other !== undefined && other !== name)
    throw new ReprogateError(
      'models/unknown',
      `no model is called ${name}: ${record} is the record of ${other}`,
      `Name ${other}, or make a folder models/${name} for the record of another model.`,
    )
  return { name, named: false, settings: { record } }
}

const withArguments = (record: Record_, args: Readonly<Record<string, string>>): Record_ => ({
  ...record,
  environment: { ...record.environment, args: { ...record.environment?.args, ...args } },
})

/** Hashes the data sets and the model that the record names; a folder's list is kept beside the record. */
async function keepData(
  context: Context,
  { data = [], model }: Record_,
  draft: Draft,
): Promise<{ source: string; target: string }[]> {
  const entries = [
    ...data.map(({ path, digest }, index) => ({ at: ['data', index] as const, path, digest })),
    { at: ['model'] as const, path: model?.path, digest: model?.digest },
  ]
  const mounts: { source: string; target: string }[] = []
  for (const { at, path, digest } of entries) {
    if (path === undefined) continue
    const place = await placeInside(context, path)
    if (!place.exists)
      throw new ReprogateError('data/file-missing', `${path} is not there`, RULES['data/file-missing'].remedy)
    context.progress.line(`hashing ${path}`)
    const now = await fingerprint(context.root, place.absolute, algorithmOf(digest ?? ''), context.signal)
    draft.set([...at, 'digest'], now.digest)
    if (at[0] === 'data' && now.files[0]?.path !== '') {
      const list = join(
        draft.folder,
        `${path.split('/').filter(Boolean).join('-')}.${algorithmOf(now.digest)}`,
      )
      await draft.keep(list, listText(now.files))
      draft.set([...at, 'list'], list)
    }
    mounts.push({ source: place.absolute, target: path })
  }
  return mounts
}

async function keepEnvironment(
  { folder, set, keep }: Draft,
  plan: Plan,
  dockerfile: string,
  image: string,
  description: ImageDescription,
): Promise<void> {
  const path = join(folder, 'environment.json')
  const manifest = formatManifestFile(toManifestFile(description.manifest, image))
  await keep(path, manifest)
  set(['environment', 'image'], image)
  set(['environment', 'dockerfile'], dockerfile)
  if (plan.context !== '.') set(['environment', 'context'], plan.context)
  if (Object.keys(plan.args).length > 0) set(['environment', 'args'], plan.args)
  set(['environment', 'hash'], description.hashes.environment)
  set(['environment', 'platform'], description.platform)
  set(['environment', 'hardware'], hardware())
  set(['environment', 'manifest'], { path, digest: `sha256:${sha256(manifest)}` })
}

async function keepEvaluation(
  { folder, set, keep }: Draft,
  plan: Plan,
  command: readonly string[],
  { metrics, predictions }: Awaited<ReturnType<typeof runOnce>>,
): Promise<void> {
  set(['evaluation', 'command'], command)
  if (plan.metrics !== 'metrics.json') set(['evaluation', 'output'], plan.metrics)
  set(['evaluation', 'metrics'], metrics)
  if (!plan.predictions || !predictions) return
  const { path: output, key } = plan.predictions
  const path = join(folder, basename(output))
  await keep(path, { copyOf: predictions.file })
  set(['evaluation', 'predictions'], {
    path,
    output,
    ...(key !== undefined && { key }),
    rows: predictions.rows,
    digest: predictions.digest,
  })
}

/** What only a person can add. */
function stillMissing(text: string, path: string, required: readonly string[]): Recorded['missing'] {
  const { record, findings, locate } = parseRecord(Buffer.from(text), path)
  const incomplete = record ? checkCompleteness(record, locate, required, findings).findings : []
  return [...findings, ...incomplete].map(({ field, message, remedy, rule }) => ({
    field: field ?? '',
    message,
    remedy: remedy ?? RULES[rule].remedy,
  }))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function hardware(): { cpu: string; cores: number; memory: string } {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
  }
}
