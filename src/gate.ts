import { findEngine } from './engine/find.js'
import { DEFAULT_LIMITS, loadPolicy, type LoadedPolicy } from './policy/load.js'
import { selectModels, type Records, type SelectedModel } from './policy/models.js'
import { judgementOf, type JudgedTree, type Occasion } from './policy/occasion.js'
import type { Limits } from './policy/schema.js'
import { isStore, ownWords } from './provenance/sources/index.js'
import type { SourceTree } from './provenance/sources/source.js'
import { atRecordedCommit } from './stages/audit.js'
import { data } from './stages/data.js'
import { OutOfTime, timeLimited } from './stages/deadline.js'
import { environment } from './stages/environment.js'
import { evaluation } from './stages/evaluation.js'
import { lookingAt } from './stages/looking.js'
import { runStages } from './stages/journal.js'
import { provenance } from './stages/provenance.js'
import type { Stage, Tools } from './stages/stage.js'
import { subjectOf, type Probe, type Rebuild, type Subject, type Training } from './stages/subject.js'
import type { Context } from './system/context.js'
import { ReprogateError } from './system/errors.js'
import { withSession, type World } from './system/session.js'
import { filesOfCommit, filesOfWorkTree, listedOnce, type TreeFiles } from './system/tree-files.js'
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
  /** Path of the one record that is wanted. */
  record?: string | undefined
  track?: Track | undefined
  /** Asks for the costly stages on the exploratory track, too. */
  rebuild?: Rebuild | undefined
  /** In place of the policy's: only for one's own machine. */
  limits?: Partial<Limits> | undefined
  /** Asks what moves the outputs, too. */
  probe?: Probe | undefined
  /** What is asked of the training. */
  training?: Training | undefined
  occasion: Occasion
  /** Asks whether the recorded run can be obtained again, at its own commit; by default what is judged is now. */
  audit?: boolean | undefined
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
    const judgement = await judgementOf(context.git, request.occasion)
    const { tree, bases } = judgement
    const loaded = withLimits(await loadPolicy(context, request.config, judgement), request.limits)
    const records = recordsOf(context, filesOf(context, tree), tree.commit)
    const looking = lookingAt(context, records)
    const [base] = bases
    const before = base && recordsOf(context, filesOfCommit(context.git, base.commit), base.commit)
    const selected = await selectModels(
      loaded.policy,
      { ...(await known(records)), found: looking.found, whyNone: looking.whyNone },
      before && (await known(before)),
      request.models,
    )
    const subjects: Subject[] = []
    for (const model of withRecord(selected, request.record)) {
      const subject = await subjectOf(records, model, {
        ...request,
        tree,
        base,
        before,
        loaded,
        shown: looking.shown,
      })
      subjects.push(request.audit ? await atRecordedCommit(context, subject) : subject)
    }
    const { total } = loaded.policy.limits ?? DEFAULT_LIMITS
    const models = await checkAll(toolsOf(context), subjects, total)
    const { path, from, change } = loaded
    const seconds = Math.round(performance.now() - begun) / 1000
    return foldReport(
      { commit: tree.commit, judged: tree.what, started, seconds, policy: { path, from, change } },
      models,
    )
  })
}

const withLimits = (loaded: LoadedPolicy, limits: Partial<Limits> = {}): LoadedPolicy => ({
  ...loaded,
  policy: { ...loaded.policy, limits: { ...(loaded.policy.limits ?? DEFAULT_LIMITS), ...limits } },
})

const filesOf = ({ git, root }: Context, { commit, worktree }: JudgedTree): TreeFiles =>
  worktree ? filesOfWorkTree(git, root, isStore) : filesOfCommit(git, commit)

const recordsOf = ({ git, prefix }: Context, files: TreeFiles, head: string): SourceTree => ({
  files: listedOnce(files),
  prefix,
  history: { git, head },
})

const known = async (tree: SourceTree): Promise<Omit<Records, 'found'>> => ({
  files: await tree.files.list(),
  of: (record) => ownWords(tree, record),
})

function withRecord(models: readonly SelectedModel[], record: string | undefined): readonly SelectedModel[] {
  const found = models.filter(({ settings }) => record === undefined || settings.record === record)
  if (found.length > 0) return found
  const records = models.map(({ settings }) => settings.record)
  throw new ReprogateError(
    'models/none',
    `no model has the record ${record}`,
    `Records here: ${records.join(', ')}.`,
  )
}

/** One after the other; those that the time does not reach are named, and not checked. */
async function checkAll(all: Tools, subjects: readonly Subject[], minutes: number): Promise<ModelReport[]> {
  const { tools, release } = timeLimited(all, minutes)
  const models: ModelReport[] = []
  try {
    for (const subject of subjects) models.push(await checkModel(tools, subject))
    return models
  } finally {
    release()
  }
}

async function checkModel(tools: Tools, subject: Subject): Promise<ModelReport> {
  const { record } = subject.claims
  const head = {
    name: subject.name,
    version: record?.model?.version,
    track: subject.track,
    levels: subject.levels,
    record: tools.prefix + subject.model.settings.record,
    waivers: subject.waivers,
    recordedHash: record?.environment?.hash,
  }
  try {
    tools.signal.throwIfAborted()
    return foldModel(head, await runStages(tools, subject, STAGES))
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error
    const outcome = { notRun: error.message }
    return foldModel(
      head,
      STAGES.map(({ name }) => ({ name, seconds: 0, outcome })),
    )
  }
}

function toolsOf(context: Context): Tools {
  let engine: ReturnType<typeof findEngine> | undefined
  return { ...context, engine: () => (engine ??= findEngine(context.run)) }
}
