import type { Context } from './system/context.js'
import type { DataCheck } from './data/verify.js'
import { checkData, checkProvenance } from './stages/early.js'
import { findEngine } from './engine/engine.js'
import type { Pins } from './environment/pins.js'
import { checkEnvironment } from './environment/check.js'
import { checkEvaluation } from './evaluation/check.js'
import type { Git } from './system/git.js'
import { loadPolicy, type Base, type LoadedPolicy } from './policy/load.js'
import { selectModels, type SelectedModel } from './policy/models.js'
import { planOf } from './policy/plan.js'
import type { Record_ } from './provenance/schema.js'
import { modelNameIn, readRecord, type ReadRecord } from './provenance/sources/native.js'
import { exportWithoutAnswers } from './stages/replay-inputs.js'
import { withSession, type World } from './system/session.js'
import { Stages } from './stages/journal.js'
import { causeOf } from './verdict/headline.js'
import { lineageOf } from './provenance/lineage.js'
import type { ModelReport, Report } from './verdict/report.js'
import type { Track } from './verdict/rules.js'
import { byLevel, decisionOf, verdictOf, worstDecision, worstVerdict } from './verdict/verdict.js'

export interface CheckRequest {
  /** The working directory: paths of policy and record are relative to it. */
  directory: string
  /** The policy's path. */
  config: string
  /** Names of models; none: all. */
  models: readonly string[]
  track?: Track
  /** Asks for the costly stages on the exploratory track, too; `fresh` is what production does anyway. */
  rebuild?: 'fresh' | 'cached'
  pullRequest?: { base: Base; head: string }
}

/**
 * Checks every model and folds what was found into one report. Nothing is published here.
 *
 * @throws ReprogateError for what keeps any model from being judged: a policy that cannot be read, no
 * engine. The doors tell it as a check that could not run, never as a pass.
 */
export function check(request: CheckRequest, world: World): Promise<Report> {
  const started = new Date().toISOString()
  const begun = performance.now()
  return withSession(request.directory, world, async (context, git) => {
    const head = await headOf(git, request)
    const loaded = await loadPolicy(git, context.root, request.config, request.pullRequest?.base, head)
    const models: ModelReport[] = []
    for (const model of await selectModels(loaded.policy, await git.files(), request.models, (path) =>
      modelNameIn(context.root, path),
    ))
      models.push(await checkModel(context, git, request, loaded, head, model))
    return {
      reprogate: 'report/1',
      verdict: worstVerdict(models.map(({ verdict }) => verdict))!,
      decision: worstDecision(models.map(({ decision }) => decision))!,
      commit: head,
      started,
      seconds: Math.round(performance.now() - begun) / 1000,
      policy: {
        path: loaded.path,
        from: loaded.from,
        ...(loaded.change !== undefined && { change: loaded.change }),
      },
      models,
    }
  })
}

/** The commit that is judged: the pull request's own head, not the merge that a runner checks out. */
async function headOf(git: Git, { pullRequest }: CheckRequest): Promise<string> {
  return pullRequest && (await git.has(pullRequest.head)) ? pullRequest.head : git.head()
}

/** One model, stage by stage. The cheap stages all run; the costly ones wait for a complete record. */
async function checkModel(
  context: Context,
  git: Git,
  request: CheckRequest,
  { policy, path: policyPath }: LoadedPolicy,
  head: string,
  model: SelectedModel,
): Promise<ModelReport> {
  const begun = context.now()
  const read = await readRecord(context.root, context.prefix, model.settings.record)
  const { record } = read
  const plan = planOf(model, policy, policyPath, record, request.track)
  const levels = policy.rules ?? {}
  const stages = new Stages(context, model.name, plan.track, levels)
  const report = (done: Done): ModelReport => {
    const findings = stages.findings.toSorted(byLevel)
    const agreement = done.evaluation?.agreement ?? null
    const parity = done.environment?.parity ?? null
    const verdict = verdictOf(findings, parity, agreement, levels)
    const fields = { present: done.provenance.present, required: done.provenance.required }
    return {
      name: model.name,
      ...(record?.model?.version !== undefined && { version: record.model.version }),
      track: plan.track,
      verdict,
      decision: decisionOf(verdict, plan.track, findings, parity !== null),
      parity,
      agreement,
      environmentHash: done.environment?.hash ?? record?.environment?.hash ?? null,
      ...causeOf({ verdict, findings, agreement, waiting: done.waiting, fields }),
      record: context.prefix + model.settings.record,
      findings,
      stages: stages.results,
      seconds: Math.round(context.now() - begun) / 1000,
      evidence: {
        fields,
        data: done.data?.data ?? [],
        ...(done.environment && { environment: done.environment.evidence }),
        ...(done.evaluation && { evaluation: done.evaluation.evidence }),
        ...(record && { lineage: lineageOf(record, findings) }),
      },
    }
  }

  const provenance = await stages.run('provenance', () =>
    checkProvenance(context, git, {
      model,
      plan,
      read,
      required: policy.required ?? [],
      head,
      worktree: !request.pullRequest,
    }),
  )
  if (record === null) {
    stages.skip(['data', 'environment', 'evaluation'], 'there is no record to go by')
    return report({ provenance })
  }
  if (!record.data?.length && record.model?.path === undefined) {
    stages.skip(['data', 'environment', 'evaluation'], 'the record names no data and no model')
    return report({ provenance })
  }
  const data = await stages.run('data', () => checkData(context, git, record, plan, read))

  const waiting = whyNotRebuild(stages, plan.track, request.rebuild)
  const { commit } = { ...record.code }
  const { dockerfile } = provenance
  if (waiting !== undefined || commit === undefined || dockerfile === undefined) {
    stages.skip(['environment'], `not rebuilt: ${waiting}`)
    stages.skip(['evaluation'], `not replayed: ${waiting}`)
    return report({ provenance, data, waiting })
  }
  const engine = await findEngine(context.run)
  const environment = await stages.run('environment', async () =>
    checkEnvironment(context, engine, {
      directory: await exportWithoutAnswers(context, git, commit, plan),
      dockerfile,
      context: plan.context,
      args: plan.args,
      ...environmentClaims(record, provenance.manifest),
      fresh: request.rebuild !== 'cached',
      timeout: plan.limits.build * 60_000,
      locate: {
        record: context.prefix + model.settings.record,
        ...linesOf(read, { imageLine: 'environment.image', hashLine: 'environment.hash' }),
        dockerfilePath: context.prefix + dockerfile,
      },
    }),
  )
  const { image } = environment
  const { command } = plan
  if (image === undefined || command === undefined) {
    stages.skip(['evaluation'], 'not replayed: there is no image to replay in')
    return report({ provenance, data, environment })
  }
  const evaluation = await stages.run('evaluation', () =>
    checkEvaluation(context, engine, {
      image,
      prepare: () => exportWithoutAnswers(context, git, commit, plan),
      mounts: data.mounts,
      hide: { paths: plan.answers, digests: [record.evaluation?.predictions?.digest ?? []].flat() },
      command,
      metrics: plan.metrics,
      predictions: plan.predictions,
      limits: plan.limits,
      recorded: {
        metrics: record.evaluation?.metrics ?? {},
        ...(record.evaluation?.predictions && {
          predictions: { ...record.evaluation.predictions, file: data.predictions },
        }),
      },
      tolerance: plan.tolerance,
      locate: read.locate,
    }),
  )
  return report({ provenance, data, environment, evaluation })
}

/** What the stages have given when a model's report is written. */
interface Done {
  provenance: { present: number; required: number }
  data?: DataCheck
  waiting?: string | undefined
  environment?: Awaited<ReturnType<typeof checkEnvironment>>
  evaluation?: Awaited<ReturnType<typeof checkEvaluation>>
}

/** What the record says of the environment, without what it leaves open. */
function environmentClaims({ environment }: Record_, manifestFile: Pins['manifest']) {
  const { image, hash: recordedHash, platform } = { ...environment }
  return {
    ...(image !== undefined && { image }),
    ...(recordedHash !== undefined && { recordedHash }),
    ...(platform !== undefined && { platform }),
    ...(manifestFile && { manifestFile }),
  }
}

function linesOf<K extends string>(
  { locate }: ReadRecord,
  fields: Record<K, string>,
): Partial<Record<K, number>> {
  const lines = Object.entries<string>(fields).map(([name, field]) => [name, locate(field).line] as const)
  return Object.fromEntries(lines.filter(([, line]) => line !== undefined)) as Partial<Record<K, number>>
}

/** Why the costly stages do not run; undefined when they do. */
function whyNotRebuild(stages: Stages, track: Track, asked: CheckRequest['rebuild']): string | undefined {
  if (stages.blocked()) return 'the record is not complete'
  if (track === 'exploratory' && asked === undefined)
    return 'the exploratory track rebuilds only when asked for'
  return undefined
}
