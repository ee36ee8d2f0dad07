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
import type { Stage } from './stage.js'

/** Is the record complete, and does it say what can be true of this repository? */
export const provenance: Stage = {
  name: 'provenance',
  title: 'provenance: is the record complete?',
  async check(tools, { claims, plan, model, required, tree, track, levels }) {
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
    const { commit, dirty } = { ...record.code }
    const metrics = record.evaluation?.metrics ?? {}
    const findings = [
      ...problems,
      ...completeness.findings,
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
            patterns: plan.answers.patterns,
          })),
      ...(tree.worktree ? uncommittedFindings(await tools.git.dirty(), readHere(plan, record)) : []),
      ...committedMetrics(metrics, await tools.git.show(tree.commit, plan.metrics), plan.metrics),
      ...unusableMetrics(metrics),
      ...pins.findings,
    ]
    const { present, required: asked } = completeness
    return {
      findings,
      summary: provenanceSummary(record, completeness, findings, mandatory),
      evidence: { fields: { present, required: asked }, lineage: lineageOf(record) },
      products: { dockerfile: pins.dockerfile, manifest: pins.manifest },
    }
  },
}

/** What a check reads from the work tree, committed or not. */
const readHere = ({ records }: Plan, { model, data = [] }: Record_): string[] =>
  [...records, model?.path, ...data.flatMap(({ path, list }) => [path, list])].filter(
    (path) => path !== undefined,
  )
