import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path/posix'
import type { Context } from './context.js'
import { algorithmOf, fingerprint, listText } from './data/digest.js'
import { rebuild } from './environment/build.js'
import { findEngine, type Engine } from './environment/engine.js'
import { describeImage, pushImage, resolveDigest } from './environment/image.js'
import { formatManifestFile, toManifestFile } from './environment/manifest-file.js'
import { ReprogateError } from './errors.js'
import { runOnce } from './evaluation/stage.js'
import type { Git } from './git.js'
import { confine } from './paths.js'
import { loadPolicy } from './policy/load.js'
import { selectModels, type SelectedModel } from './policy/models.js'
import { planOf, type Plan } from './policy/plan.js'
import { checkCompleteness } from './provenance/completeness.js'
import { openDocument, readable, setField } from './provenance/document.js'
import type { Record_ } from './provenance/schema.js'
import { leavesCodeAlone } from './provenance/sources/git.js'
import { parseRecord } from './provenance/sources/native.js'
import { exportWithoutAnswers } from './replay-inputs.js'
import { withSession, type World } from './session.js'
import { RULES } from './verdict/rules.js'

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
    const { policy, path: policyPath } = await loadPolicy(
      git,
      context.root,
      request.config,
      undefined,
      await git.head(),
    )
    const model = await chooseModel(
      context,
      policy.models ? selectModels(policy, [], [request.model])[0] : undefined,
      git,
      request.model,
    )
    const document = await openDocument(context.root, context.prefix, model.settings.record)
    const before = withArguments(readable(document), request.args ?? {})
    const plan = planOf(model, policy, policyPath, before, undefined)
    const folder = dirname(model.settings.record)
    const commit = await git.head()
    const dirty = (await git.dirty()).filter((path) => !leavesCodeAlone(plan.settled)(path))
    const files = [model.settings.record]
    const started = new Date()
    const set = (path: readonly (string | number)[], value: unknown) => setField(document, path, value)

    set(['reprogate'], 'record/1')
    set(['model', 'name'], before.model?.name ?? model.name)
    const mounts = await hashData(context, before, set, folder, files)

    const engine = await findEngine(context.run)
    const dockerfile = await firstDockerfile(git, commit, plan)
    const image = await chooseImage(context, git, engine, request, before, commit, dockerfile, plan)
    context.progress.start(`${model.name} · describing ${image}`)
    const description = await describeImage(context, engine, image)
    context.progress.end()

    if (plan.command === undefined)
      throw new ReprogateError(
        'evaluation/command-missing',
        'neither the policy nor the record says how to evaluate',
        RULES['evaluation/command-missing'].remedy,
      )
    context.progress.start(`${model.name} · evaluating in the sandbox`)
    const run = await runOnce(context, engine, {
      image: description.id,
      prepare: () => exportWithoutAnswers(context, git, commit, plan),
      mounts,
      hide: { paths: plan.answers, digests: [] },
      command: plan.command,
      metrics: plan.metrics,
      predictions: plan.predictions,
      limits: plan.limits,
    })
    context.progress.end()

    set(['run', 'id'], before.run?.id ?? `${started.toISOString().slice(0, 10)}-${commit.slice(0, 7)}`)
    set(['run', 'started'], started.toISOString())
    set(['run', 'finished'], new Date().toISOString())
    const repository = await git.remote()
    if (repository !== undefined) set(['code', 'repository'], repository)
    set(['code', 'commit'], commit)
    set(['code', 'dirty'], dirty.length > 0)

    const manifestPath = join(folder, 'environment.json')
    const manifest = formatManifestFile(toManifestFile(description.manifest, image))
    await writeInside(context, manifestPath, manifest)
    files.push(manifestPath)
    set(['environment', 'image'], image)
    set(['environment', 'dockerfile'], dockerfile)
    if (plan.context !== '.') set(['environment', 'context'], plan.context)
    if (Object.keys(plan.args).length > 0) set(['environment', 'args'], plan.args)
    set(['environment', 'hash'], description.hashes.environment)
    set(['environment', 'platform'], description.platform)
    set(['environment', 'hardware'], hardware())
    set(['environment', 'manifest'], { path: manifestPath, digest: `sha256:${sha256(manifest)}` })

    set(['evaluation', 'command'], plan.command)
    if (plan.metrics !== 'metrics.json') set(['evaluation', 'output'], plan.metrics)
    set(['evaluation', 'metrics'], run.metrics)
    if (plan.predictions && run.predictions) {
      const kept = join(folder, basename(plan.predictions.path))
      const { absolute } = await placeInside(context, kept)
      await copyFile(run.predictions.file, absolute)
      await chmod(absolute, 0o644)
      files.push(kept)
      set(['evaluation', 'predictions'], {
        path: kept,
        output: plan.predictions.path,
        ...(plan.predictions.key !== undefined && { key: plan.predictions.key }),
        rows: run.predictions.rows,
        digest: run.predictions.digest,
      })
    }

    const text = document.toString({ lineWidth: 0, flowCollectionPadding: false })
    await writeInside(context, model.settings.record, text)
    const {
      record: written,
      findings,
      locate,
    } = parseRecord(Buffer.from(text), context.prefix + model.settings.record)
    const open = written
      ? [...findings, ...checkCompleteness(written, locate, policy.required ?? [], findings).findings]
      : findings
    return {
      model: model.name,
      files,
      dirty,
      metrics: run.metrics,
      missing: open.map(({ field, message, remedy, rule }) => ({
        field: field ?? '',
        message,
        remedy: remedy ?? RULES[rule].remedy,
      })),
    }
  })
}

/** A model that neither the policy nor a record knows yet gets its record in `models/<name>`, where there is such a folder. */
async function chooseModel(
  context: Context,
  named: SelectedModel | undefined,
  git: Git,
  name: string,
): Promise<SelectedModel> {
  if (named) return named
  const files = await git.files()
  const found =
    files.some((file) => /(?:^|\/)provenance\.(?:ya?ml|json)$/.test(file)) &&
    selectModels({}, files, []).find((model) => model.name === name)
  if (found) return found
  const place = await confine(context.root, `models/${name}`)
  if (!place.ok || /[/\\]|^[-.]/.test(name))
    throw new ReprogateError(
      'models/name',
      `${name} is no name for a model`,
      'Use letters, digits, `.`, `_` and `-`.',
    )
  return {
    name,
    named: false,
    settings: { record: place.exists ? `models/${name}/provenance.yml` : 'provenance.yml' },
  }
}

const withArguments = (record: Record_, args: Readonly<Record<string, string>>): Record_ => ({
  ...record,
  environment: { ...record.environment, args: { ...record.environment?.args, ...args } },
})

/** Hashes the data sets and the model that the record names; a folder's list is kept beside the record. */
async function hashData(
  context: Context,
  { data = [], model }: Record_,
  set: (path: readonly (string | number)[], value: unknown) => void,
  folder: string,
  files: string[],
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
    set([...at, 'digest'], now.digest)
    if (at[0] === 'data' && now.files[0]?.path !== '') {
      const list = join(folder, `${path.split('/').filter(Boolean).join('-')}.${algorithmOf(now.digest)}`)
      await writeInside(context, list, listText(now.files))
      files.push(list)
      set([...at, 'list'], list)
    }
    mounts.push({ source: place.absolute, target: path })
  }
  return mounts
}

async function firstDockerfile(git: Git, commit: string, plan: Plan): Promise<string> {
  for (const path of plan.dockerfiles) if (await git.show(commit, path)) return path
  throw new ReprogateError(
    'environment/dockerfile-missing',
    `the commit ${commit.slice(0, 7)} has no ${plan.dockerfiles.join(' and no ')}`,
    RULES['environment/dockerfile-missing'].remedy,
  )
}

/** The image by digest: the one given, one built and pushed now, or the one that the record has already. */
async function chooseImage(
  context: Context,
  git: Git,
  engine: Engine,
  { image, push }: RecordRequest,
  before: Record_,
  commit: string,
  dockerfile: string,
  plan: Plan,
): Promise<string> {
  if (push !== undefined) {
    context.progress.start(`building ${dockerfile}`)
    const directory = await exportWithoutAnswers(context, git, commit, plan)
    const built = await rebuild(context, engine, {
      directory,
      dockerfile,
      context: plan.context,
      args: plan.args,
      fresh: true,
      timeout: plan.limits.build * 60_000,
    })
    context.progress.end()
    if (built.failure)
      throw new ReprogateError(
        'environment/build-failed',
        `the image did not build: ${built.failure.tail.at(-1) ?? ''}`,
        RULES['environment/build-failed'].remedy,
        {
          file: context.prefix + dockerfile,
          ...(built.failure.line !== undefined && { line: built.failure.line }),
        },
      )
    return pushImage(context, engine, built.id, push)
  }
  const given = image ?? before.environment?.image
  if (given === undefined)
    throw new ReprogateError(
      'record/image-unknown',
      'which image did the run use?',
      'Name it with `--image <reference>`, or have it built and pushed with `--push <repository>`.',
    )
  return resolveDigest(engine, given)
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

/** Writes a file of the working directory, whole or not at all. */
async function writeInside(context: Context, path: string, text: string): Promise<void> {
  const { absolute } = await placeInside(context, path)
  await mkdir(dirname(absolute), { recursive: true })
  const draft = `${absolute}.reprogate-draft`
  await writeFile(draft, text)
  await rename(draft, absolute)
}

async function placeInside(context: Context, path: string): Promise<{ absolute: string; exists: boolean }> {
  const place = await confine(context.root, path)
  if (place.ok) return place
  const rule = 'record/path-outside'
  throw new ReprogateError(rule, `${path} ${place.why}`, RULES[rule].remedy)
}
