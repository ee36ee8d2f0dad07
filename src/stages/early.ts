import type { Context, Found } from '../system/context.js'
import { verifyData, type DataCheck } from '../data/verify.js'
import { checkPins, type Pins } from '../environment/pins.js'
import type { Git } from '../system/git.js'
import type { SelectedModel } from '../policy/models.js'
import { planFindings, type Plan } from '../policy/plan.js'
import { checkCompleteness } from '../provenance/completeness.js'
import { committedMetrics } from '../provenance/committed-metrics.js'
import type { Record_ } from '../provenance/schema.js'
import { checkCommit } from '../provenance/commit.js'
import type { ReadRecord } from '../provenance/sources/native.js'
import { provenanceSummary } from '../provenance/summary.js'
import { recordedPredictions } from './replay-inputs.js'

interface Claim {
  model: SelectedModel
  plan: Plan
  read: ReadRecord
  /** Fields that the policy asks for besides. */
  required: readonly string[]
  /** The commit that is judged. */
  head: string
  /** Whether the files that lie in the working directory are judged with it. */
  worktree: boolean
}

export type ProvenanceCheck = Partial<Pins> & {
  findings: Found[]
  summary: string
  present: number
  required: number
}

/** Is the record complete, and does it say what can be true of this repository? */
export async function checkProvenance(
  context: Context,
  git: Git,
  { model, plan, required, head, worktree, read: { record, findings: malformed, locate } }: Claim,
): Promise<ProvenanceCheck> {
  if (record === null) return { findings: malformed, summary: 'no readable record', present: 0, required: 0 }
  const complete = checkCompleteness(record, locate, required, malformed)
  const pins = await checkPins(context, git, record, plan, locate)
  const { commit, dirty } = { ...record.code }
  const code =
    commit === undefined
      ? []
      : await checkCommit(git, commit, head, { dirty, answers: plan.settled, worktree }, locate)
  const findings = [
    ...malformed,
    ...complete.findings,
    ...planFindings(model, record, locate),
    ...code,
    ...(await committedMetrics(git, head, plan.metrics, record, locate)),
    ...pins.findings,
  ]
  return { ...pins, ...complete, findings, summary: provenanceSummary(record, complete, findings) }
}

/** Are the files that the record names still the recorded bytes? */
export async function checkData(
  context: Context,
  git: Git,
  record: Record_,
  plan: Plan,
  { locate }: ReadRecord,
) {
  const kept = await recordedPredictions(context, record, locate)
  const checked = await verifyData(
    context,
    git,
    record,
    { paths: plan.answers, digest: record.evaluation?.predictions?.digest },
    locate,
  )
  return {
    ...checked,
    findings: [...checked.findings, ...kept.findings],
    predictions: kept.file,
    summary: dataSummary(record, checked),
  }
}

/** `digits@2026-09: 2 files hashed again, as recorded`, or `1 of 2 as recorded` */
function dataSummary({ data = [] }: Record_, { data: checked, findings }: DataCheck): string {
  const verified = checked.filter(({ verified }) => verified)
  if (verified.length < checked.length || findings.length > 0) {
    const missing = findings.filter(({ rule }) => rule.endsWith('-missing')).length
    return `${verified.length} of ${checked.length + missing} as recorded`
  }
  const names = new Set(data.map(({ name, version }) => [name, version].filter(Boolean).join('@')))
  names.delete('')
  const files = verified.reduce((sum, { files }) => sum + files, 0)
  const what = [...names].join(', ') || 'model'
  return `${what}: ${files} ${files === 1 ? 'file' : 'files'} hashed again, as recorded`
}
