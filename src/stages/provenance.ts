import { checkPins } from '../environment/pins.js'
import { modelFindings, planFindings, type Plan } from '../policy/plan.js'
import { reservedIn } from '../provenance/claims.js'
import { checkCommit, uncommittedFindings } from '../provenance/commit.js'
import { checkCompleteness } from '../provenance/completeness.js'
import { sourceContradictions } from '../provenance/contradictions.js'
import { lineageOf } from '../provenance/lineage.js'
import { committedMetrics, unusableMetrics } from '../provenance/metrics.js'
import type { Record_ } from '../provenance/schema.js'
import { provenanceSummary } from '../provenance/summary.js'
import { levelOf } from '../verdict/levels.js'
import type { RuleId } from '../verdict/rules/index.js'
import type { Found } from '../verdict/finding.js'
import { recomputedHere } from './recomputed.js'
import type { Stage, Tools } from './stage.js'
import type { Subject } from './subject.js'

/** Is the record complete, and does it say what can be true of this repository? */
export const provenance: Stage = {
  name: 'provenance',
  title: 'provenance: is the record complete?',
  async check(tools, subject) {
    const { claims, plan, model, required, tree, track, levels } = subject
    const { record, problems } = claims
    if (record === null)
      return {
        findings: model.removed ? modelFindings(model) : problems,
        summary: 'no readable record',
        evidence: {},
      }
    const mandatory = (rule: RuleId) =>
      ['production' as const, track].some((one) => levelOf(rule, one, levels) === 'error')
    const reserved = (field: string) => reservedIn(claims, field)
    const completeness = checkCompleteness(record, {
      more: required,
      malformed: problems,
      mandatory,
      reserved,
    })
    const pins = await checkPins(tools, {
      ...record.environment,
      commit: tree.commit,
      plan,
      allowed: plan.allowed,
    })
    const unrecorded = unrecordedFinding(subject, pins.dockerfile)
    const { commit, dirty } = { ...record.code }
    const metrics = record.evaluation?.metrics ?? {}
    const committed = await tools.git.show(tree.commit, plan.metrics)
    const recomputed = await recomputedHere(tools.git, tree.commit, { record, plan, committed })
    const findings = [
      ...(unrecorded ? [unrecorded, ...problems.filter(({ rule }) => rule !== 'record/missing')] : problems),
      // Of a run that nobody recorded, that alone is worth a word, and what was found of it.
      ...completeness.findings.filter(
        ({ field, rule }) =>
          !unrecorded ||
          (rule !== 'record/digest-weak' && field !== undefined && claims.at(field).evidence.length > 0),
      ),
      ...sourceContradictions(claims),
      ...planFindings(model, record),
      ...modelFindings(model),
      ...(commit === undefined
        ? []
        : await checkCommit(tools.git, {
            commit,
            dirty,
            head: tree.commit,
            code: plan.code,
            records: plan.records,
          })),
      ...(tree.worktree ? await uncommitted(tools, readHere(plan, record)) : []),
      ...committedMetrics(metrics, committed, plan.metrics),
      ...unusableMetrics(metrics),
      ...(recomputed?.findings ?? []),
      ...pins.findings,
    ]
    const { present, required: asked } = completeness
    return {
      findings,
      summary: provenanceSummary(record, completeness, findings, mandatory),
      evidence: {
        fields: { present, required: asked },
        lineage: lineageOf(record),
        remarks: claims.remarks,
        ...(recomputed && { recomputed: recomputed.evidence }),
      },
      products: { dockerfile: pins.dockerfile, manifest: pins.manifest },
    }
  },
}

async function uncommitted({ git }: Tools, read: readonly string[]): Promise<Found[]> {
  const dirty = await git.dirty()
  return uncommittedFindings(dirty, { read, filtered: await git.filtered(dirty) })
}

/** No run is recorded: there is no record, or a draft of one. What comes next depends on what is missing. */
function unrecordedFinding(
  { name, claims, model, plan }: Subject,
  dockerfile: string | undefined,
): Found | undefined {
  const { record, problems } = claims
  const missing = problems.find(({ rule }) => rule === 'record/missing')
  const says = ['code.commit', 'environment.image', 'model.digest', 'run.id'].some(
    (field) => claims.at(field).evidence.length > 0,
  )
  if (
    says ||
    (missing === undefined && record?.evaluation?.metrics !== undefined && model.found === undefined)
  )
    return undefined
  const message = missing?.message ?? `no run is recorded in ${model.settings.record}`
  return {
    rule: 'record/missing',
    message,
    file: missing?.file ?? claims.at('code.commit').place.file,
    remedy: remedy(),
  }
  function remedy(): string {
    if (model.found)
      return 'Run `reprogate init`: it writes down what was found, and what is still to be said.'
    if (plan.command === undefined)
      return `Say in the policy how it is evaluated, under \`models.${name}.evaluation.command\`, and run \`reprogate record ${name}\`.`
    if (dockerfile === undefined)
      return `Commit a Dockerfile in which \`${plan.command.join(' ')}\` runs, and run \`reprogate record ${name}\`.`
    return `Run \`reprogate record ${name}\`.`
  }
}

/** What a check reads from the work tree, committed or not. */
const readHere = ({ records }: Plan, { model, data = [] }: Record_): string[] =>
  [...records, model?.path, ...data.flatMap(({ path, list }) => [path, list])].filter(
    (path) => path !== undefined,
  )
