import { checkPins } from '../environment/pins.js'
import { namingFindings } from '../policy/naming.js'
import { modelFindings, planFindings, type Plan } from '../policy/plan.js'
import { changeFindings, changesSince, modelNoLongerGiven } from '../provenance/changes.js'
import { reservedIn, type Claims } from '../provenance/claims.js'
import { checkCommit, uncommittedFindings } from '../provenance/commit.js'
import { checkCompleteness } from '../provenance/completeness.js'
import { sourceContradictions } from '../provenance/contradictions.js'
import { lineageOf } from '../provenance/lineage.js'
import { committedMetrics, spreadFindings, unusableMetrics } from '../provenance/metrics.js'
import type { Record_ } from '../provenance/schema.js'
import { provenanceSummary } from '../provenance/summary.js'
import { thresholdFindings } from '../results/metrics/thresholds.js'
import { levelOf } from '../verdict/levels.js'
import type { RuleId } from '../verdict/rules/index.js'
import type { Found } from '../verdict/finding.js'
import { pageContradictions } from './pages.js'
import { recomputedHere } from './recomputed.js'
import type { Stage, Tools } from './stage.js'
import type { Subject } from './subject.js'
import { unrecordedFinding } from './unrecorded.js'

/** Is the record complete, and does it say what can be true of this repository? */
export const provenance: Stage = {
  name: 'provenance',
  title: 'provenance: is the record complete?',
  async check(tools, subject) {
    const { claims, model } = subject
    const { record, problems } = claims
    if (record === null)
      return {
        findings: model.removed ? modelFindings(model) : problems,
        summary: 'no readable record',
        evidence: {},
      }
    const facts = await factsOf(tools, subject, record)
    const findings = await findingsOf(tools, subject, record, facts)
    const { completeness, mandatory, pins, recomputed, changes } = facts
    const { present, required } = completeness
    return {
      findings,
      summary: provenanceSummary(record, completeness, findings, mandatory),
      evidence: {
        fields: { present, required },
        lineage: lineageOf(record),
        claimed: speaksOfRun(claims, record),
        remarks: claims.remarks,
        ...(recomputed && { recomputed: recomputed.evidence }),
        ...(changes && { changes }),
      },
      products: { dockerfile: pins.dockerfile, manifest: pins.manifest },
    }
  },
}

/** A commit, a run, a model's bytes, data by digest, or a result's number: what is only asked about is no claim. */
function speaksOfRun(claims: Claims, { code, run, model, data = [], evaluation }: Record_): boolean {
  const pinned = data.some((_, index) =>
    claims.at(`data[${index}].digest`).evidence.some(({ source }) => source !== 'looking'),
  )
  return (
    pinned ||
    code?.commit !== undefined ||
    run !== undefined ||
    model?.digest !== undefined ||
    Object.keys(evaluation?.metrics ?? {}).length > 0
  )
}

/** How the base is called. */
const sinceOf = ({ base }: Pick<Subject, 'base'>): string => base?.ref ?? 'the base'

type Facts = Awaited<ReturnType<typeof factsOf>>

/** What is looked up before anything is judged. */
async function factsOf(
  tools: Tools,
  { claims, before, base, plan, required, tree, track, levels }: Subject,
  record: Record_,
) {
  const mandatory = (rule: RuleId) =>
    ['production' as const, track].some((one) => levelOf(rule, one, levels) === 'error')
  const reserved = (field: string) => reservedIn(claims, field)
  const asked = { more: required, malformed: claims.problems, mandatory, reserved }
  const pinned = { ...record.environment, commit: tree.commit, plan, allowed: plan.allowed }
  const committed = await tools.git.show(tree.commit, plan.metrics)
  return {
    mandatory,
    completeness: checkCompleteness(record, asked),
    pins: await checkPins(tools, pinned),
    committed,
    changes: before && changesSince(before, claims, { since: sinceOf({ base }), tolerance: plan.tolerance }),
    recomputed: await recomputedHere(tools, tree.commit, { record, plan, committed }),
  }
}

async function findingsOf(
  tools: Tools,
  subject: Subject,
  record: Record_,
  { completeness, pins, committed, recomputed, changes }: Facts,
): Promise<Found[]> {
  const { claims, before, plan, model, tree } = subject
  const { commit, dirty } = { ...record.code }
  const metrics = record.evaluation?.metrics ?? {}
  const code = {
    head: tree.commit,
    code: plan.code,
    records: plan.records,
    patterns: plan.answers.patterns,
  }
  return [
    ...statedFindings(subject, completeness.findings, pins.dockerfile),
    ...sourceContradictions(claims),
    ...(changes ? changeFindings(changes) : []),
    ...(before ? modelNoLongerGiven(before, claims, sinceOf(subject)) : []),
    ...planFindings(model, record),
    ...modelFindings(model),
    ...namingFindings(subject.naming, model, record, tools.prefix),
    ...(commit === undefined ? [] : await checkCommit(tools.git, { commit, dirty, ...code })),
    ...(tree.worktree ? await uncommitted(tools, readHere(plan, record)) : []),
    ...committedMetrics(metrics, committed, plan.metrics),
    ...unusableMetrics(metrics),
    ...spreadFindings(record),
    ...(await pageContradictions(tools, subject)),
    ...thresholdFindings(plan.thresholds, metrics, 'recorded'),
    ...(recomputed?.findings ?? []),
    ...pins.findings,
  ]
}

/**
 * What is wrong with the record, and what it lacks. Where there is no record at all, that alone is worth a
 * word, and what was found of the run.
 */
function statedFindings(
  subject: Subject,
  lacking: readonly Found[],
  dockerfile: string | undefined,
): readonly Found[] {
  const { claims, model } = subject
  const unrecorded = unrecordedFinding(subject, dockerfile)
  if (unrecorded === undefined) return [...claims.problems, ...lacking]
  const isThere = model.found === undefined && !claims.problems.some(({ rule }) => rule === 'record/missing')
  if (isThere) return [unrecorded, ...claims.problems, ...lacking]
  const isFound = ({ field, rule }: Found) =>
    rule !== 'record/digest-weak' && field !== undefined && claims.at(field).evidence.length > 0
  return [
    unrecorded,
    ...claims.problems.filter(({ rule }) => rule !== 'record/missing'),
    ...lacking.filter(isFound),
  ]
}

async function uncommitted({ git }: Tools, read: readonly string[]): Promise<Found[]> {
  const dirty = await git.dirty()
  return uncommittedFindings(dirty, { read, filtered: await git.filtered(dirty) })
}

/** What a check reads from the work tree, committed or not. */
const readHere = ({ records }: Plan, { model, data = [] }: Record_): string[] =>
  [...records, model?.path, ...data.flatMap(({ path, list }) => [path, list])].filter(
    (path) => path !== undefined,
  )
