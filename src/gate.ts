import { findEngine } from './engine/find.js'
import { loadPolicy, type Base } from './policy/load.js'
import { selectModels } from './policy/models.js'
import { modelNameIn } from './provenance/sources/index.js'
import { data } from './stages/data.js'
import { environment } from './stages/environment.js'
import { evaluation } from './stages/evaluation.js'
import { runStages } from './stages/journal.js'
import { provenance } from './stages/provenance.js'
import type { Stage, Tools } from './stages/stage.js'
import { subjectOf, type Rebuild, type Subject, type JudgedTree } from './stages/subject.js'
import type { Context } from './system/context.js'
import { withSession, type World } from './system/session.js'
import { foldModel, foldReport } from './verdict/fold.js'
import type { ModelReport, Report } from './verdict/report.js'
import type { Track } from './verdict/rules/rule.js'

/** In order. The cheap ones all run; the costly ones wait for a complete record. */
const STAGES: readonly Stage[] = [provenance, data, environment, evaluation]

export interface CheckRequest {
  /** The working directory: paths of policy and record are relative to it. */
  directory: string
  /** The policy's path. */
  config: string
  /** Names of models; none: all. */
  models: readonly string[]
  track?: Track | undefined
  /** Asks for the costly stages on the exploratory track, too. */
  rebuild?: Rebuild | undefined
  pullRequest?: { base: Base; head: string } | undefined
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
  return withSession(request.directory, world, async (context) => {
    const tree = await treeOf(context, request)
    const loaded = await loadPolicy(context, request.config, request.pullRequest)
    const tools = toolsOf(context)
    const selected = await selectModels(loaded.policy, await context.git.files(), request.models, (path) =>
      modelNameIn(context, path),
    )
    const models: ModelReport[] = []
    for (const model of selected)
      models.push(await checkModel(tools, await subjectOf(context, model, { ...request, tree, loaded })))
    const { path, from, change } = loaded
    const seconds = Math.round(performance.now() - begun) / 1000
    return foldReport({ commit: tree.commit, started, seconds, policy: { path, from, change } }, models)
  })
}

async function checkModel(tools: Tools, subject: Subject): Promise<ModelReport> {
  const runs = await runStages(tools, subject, STAGES)
  const { record } = subject.claims
  return foldModel(
    {
      name: subject.name,
      version: record?.model?.version,
      track: subject.track,
      levels: subject.levels,
      record: tools.prefix + subject.model.settings.record,
      recordedHash: record?.environment?.hash,
    },
    runs,
  )
}

/** What is judged: the pull request's own head, not the merge that a runner checks out. */
async function treeOf({ git }: Context, { pullRequest }: CheckRequest): Promise<JudgedTree> {
  const commit = pullRequest && (await git.has(pullRequest.head)) ? pullRequest.head : await git.head()
  return { commit, worktree: !pullRequest }
}

function toolsOf(context: Context): Tools {
  let engine: ReturnType<typeof findEngine> | undefined
  return { ...context, engine: () => (engine ??= findEngine(context.run)) }
}
