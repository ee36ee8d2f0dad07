import { findEngine } from '../engine/find.js'
import { type EngineContext } from '../engine/engine.js'
import { findDockerfile } from '../environment/dockerfile.js'
import { describeImage } from '../environment/image.js'
import { runOnce } from '../evaluation/run.js'
import { loadPolicy } from '../policy/load.js'
import { discoverModels, selectModels, type SelectedModel } from '../policy/models.js'
import { judgementOf } from '../policy/occasion.js'
import { planOf, type Plan } from '../policy/plan.js'
import { MODEL_NAME, type Policy } from '../policy/schema.js'
import { isDocumentation } from '../provenance/commit.js'
import { claimsOf, reservedIn } from '../provenance/claims.js'
import { checkCompleteness } from '../provenance/completeness.js'
import type { Record_ } from '../provenance/schema.js'
import { detectNative, ownWords } from '../provenance/sources/index.js'
import { parseNative } from '../provenance/sources/native.js'
import type { Reading } from '../provenance/sources/source.js'
import { comparable } from '../results/metrics/volatile.js'
import { exportWithoutAnswers } from '../stages/export.js'
import { during, type Context } from '../system/context.js'
import { ReprogateError } from '../system/errors.js'
import { confine, within } from '../system/files.js'
import { matcherOf } from '../system/patterns.js'
import { withSession, type World } from '../system/session.js'
import { filesOfWorkTree } from '../system/tree-files.js'
import { RULES } from '../verdict/rules/index.js'
import { knownOf, readingsBeside } from './beside.js'
import { openDraft } from './draft.js'
import { chooseImage } from './image.js'
import type { OpenedRun } from './opened.js'
import type { Missing, Recorded, RecordRequest } from './request.js'
import { keepData, keepEnvironment, keepEvaluation } from './write.js'

/**
 * The other direction: writes the record of a real run. A machine fills in what it can know, on the
 * commit that is checked out and in the sandbox that the gate uses; what a person wrote stays,
 * comments included.
 *
 * @throws ReprogateError, with the rule's id for what a check would report
 */
export function record(request: RecordRequest, world: World): Promise<Recorded> {
  return withSession(request.directory, world, async (context) => {
    const opened = await openRun(context, request)
    if (opened.plan.command === undefined)
      throw new ReprogateError(
        'evaluation/command-missing',
        'neither the policy nor the record says how to evaluate',
      )
    return closeRun(context, opened, await recordRun(context, request, opened))
  })
}

/** Opens the record of a model, on the commit that is checked out. */
export async function openRun(
  context: Context,
  request: Pick<RecordRequest, 'config' | 'model' | 'args'>,
): Promise<OpenedRun> {
  const commit = await context.git.head()
  const { tree, bases } = await judgementOf(context.git, { kind: 'work-tree' })
  const loaded = await loadPolicy(context, request.config, { tree, bases })
  const model = await modelOf(context, loaded.policy, request.model)
  const draft = await openDraft(context, model.settings.record)
  const before = withArguments(draft.before, request.args ?? {})
  const plan = planOf(model, loaded, before)
  const dirty = (await context.git.dirty()).filter((path) => !isSettled(path, plan, before))
  draft.set(['reprogate'], 'record/1')
  draft.set(['model', 'name'], before.model?.name ?? model.name)
  return { model, draft, before, plan, commit, dirty, required: loaded.policy.required ?? [] }
}

/** Writes what was found, and lists what only a person can add. */
export async function closeRun<T extends object>(
  context: Context,
  { model, draft, dirty, required }: OpenedRun,
  shown: T,
): Promise<T & Pick<Recorded, 'model' | 'files' | 'dirty' | 'missing'>> {
  const text = await draft.write()
  const { record } = model.settings
  const own = parseNative(Buffer.from(text), context.prefix + record)
  const missing = stillMissing(own, await readingsBeside(context, record), required)
  return { ...shown, model: model.name, files: draft.files, dirty: [...dirty], missing }
}

/** When it was, and of which code. */
export async function keepCommit(
  { git }: Context,
  { draft, before, commit, dirty }: OpenedRun,
  started: Date,
): Promise<void> {
  const day = started.toISOString().slice(0, 10)
  draft.set(['run', 'id'], before.run?.id ?? `${day}-${commit.slice(0, 7)}`)
  draft.set(['run', 'started'], started.toISOString())
  draft.set(['run', 'finished'], new Date().toISOString())
  const repository = await git.remote()
  if (repository !== undefined) draft.set(['code', 'repository'], repository)
  draft.set(['code', 'commit'], commit)
  draft.set(['code', 'dirty'], dirty.length > 0)
}

/** Evaluates once in the image of the run, and writes down what that shows. */
async function recordRun(
  session: Context,
  { image, push }: RecordRequest,
  opened: OpenedRun,
): Promise<Pick<Recorded, 'metrics' | 'metricsFile' | 'leftOut' | 'pin'>> {
  const { model, draft, before, plan, commit } = opened
  const started = new Date()
  const mounts = await keepData(session, await knownOf(session, opened), draft)
  const context: EngineContext = { ...session, engine: await findEngine(session.run) }
  const dockerfile = await dockerfileAt(session, commit, plan)
  const recorded = before.environment?.image
  const chosen = await chooseImage(context, { image, push, recorded, commit, dockerfile, plan })
  const description = await during(context, `${model.name} · describing the image`, () =>
    describeImage(context, chosen.here),
  )
  const run = await during(context, `${model.name} · evaluating in the sandbox`, () =>
    runOnce(context, {
      image: description.id,
      covers: description.manifest.covers,
      prepare: async () => (await exportWithoutAnswers(context, commit, plan.answers)).folder,
      mounts,
      hide: { ...plan.answers, digests: [] },
      command: plan.command ?? [],
      metrics: plan.metrics,
      predictions: plan.predictions,
      limits: plan.limits,
    }),
  )
  await keepCommit(session, opened, started)
  await keepEnvironment(draft, plan, {
    image: chosen.pinned,
    dockerfile,
    description,
    signal: context.signal,
  })
  await keepEvaluation(draft, plan, run)
  const metrics = comparable(run.metrics)
  return {
    metrics,
    metricsFile: plan.answers.patterns.length > 0 ? run.metricsFile : undefined,
    leftOut: Object.keys(run.metrics).filter((name) => !Object.hasOwn(metrics, name)),
    pin: chosen.pinned === undefined ? 'manifest' : 'image',
  }
}

async function dockerfileAt({ git }: Context, commit: string, { dockerfiles }: Plan): Promise<string> {
  const found = await findDockerfile(git, commit, dockerfiles)
  if (found) return found.path
  throw new ReprogateError(
    'environment/dockerfile-missing',
    `the commit ${commit.slice(0, 7)} has no ${dockerfiles.join(' and no ')}`,
  )
}

/** The model of the policy or of a record; else a new one, in `models/<name>` if there is such a folder. */
async function modelOf(context: Context, policy: Policy, name: string): Promise<SelectedModel> {
  const { git, root, prefix } = context
  const tree = { files: filesOfWorkTree(git, root), prefix }
  const judged = {
    files: await git.files(),
    of: (path: string) => ownWords(tree, path),
    found: () => Promise.resolve([]),
  }
  const known = policy.models
    ? await selectModels(policy, judged, undefined, [name])
    : await discoverModels(detectNative(judged.files), judged)
  const found = known.find((model) => model.name === name)
  if (found) return found
  const place = await confine(context.root, `models/${name}`)
  if (!place.ok || !MODEL_NAME.test(name))
    throw new ReprogateError('models/name', `${name} cannot be the name of a model`)
  const path = place.exists ? `models/${name}/provenance.yml` : 'provenance.yml'
  const { name: other } = await judged.of(path)
  if (other !== undefined && other !== name)
    throw new ReprogateError(
      'models/unknown',
      `no model is called ${name}: ${path} is the record of ${other}`,
      `Name ${other}, or make a folder models/${name} for the record of another model.`,
    )
  return { name, named: false, settings: { record: path } }
}

/** Whether a change of the path leaves the code of the run alone: what the run gives, what is checked by digest, documentation. */
const isSettled = (path: string, { records, answers }: Plan, { model, data = [] }: Record_): boolean =>
  isDocumentation(path) ||
  matcherOf(answers.patterns)(path) ||
  ['.reprogate', ...records, ...[model?.path, ...data.flatMap((set) => [set.path, set.list])]].some(
    (settled) => settled !== undefined && within(settled, path),
  )

const withArguments = (record: Record_, args: Readonly<Record<string, string>>): Record_ => ({
  ...record,
  environment: { ...record.environment, args: { ...record.environment?.args, ...args } },
})

/** What only a person can add: neither the record nor a run beside it says so. */
function stillMissing(own: Reading, beside: readonly Reading[], more: readonly string[]): Missing[] {
  const claims = claimsOf([own, ...beside])
  const { problems } = own
  const incomplete = claims.record
    ? checkCompleteness(claims.record, {
        more,
        malformed: problems,
        mandatory: () => true,
        reserved: (field) => reservedIn(claims, field),
      }).findings
    : []
  return [...problems, ...incomplete].map(({ field, message, remedy, rule }) => ({
    field: field ?? '',
    message,
    remedy: remedy ?? RULES[rule].remedy,
  }))
}
