import { grouped } from '../text/numbers.js'
import type { Agreement, Evidence, Parity, LineageEvidence, RecomputedEvidence } from './evidence.js'
import type { Finding, StageName } from './finding.js'
import { headlineOf } from './headline.js'
import { byLevel, levelOf, type RuleLevels } from './levels.js'
import type { Decision, ModelReport, Report, StageResult, Verdict } from './report.js'
import { rungOf } from './rung.js'
import { consequenceOf, RULES, type RuleId } from './rules/index.js'
import type { Track } from './rules/rule.js'
import { covers, waiverUses, type Waivers } from './waivers.js'
import { decisionOf, verdictOf, worstDecision, worstVerdict } from './verdict.js'

/** One stage of one model, run or not. */
export interface StageRun {
  name: StageName
  seconds: number
  outcome:
    | {
        findings: readonly Finding[]
        summary: string
        grade?: StageResult['grade']
        /** Nothing wrong was found because something could not be looked at: no tick. */
        unverified?: boolean | undefined
        evidence: Partial<Evidence>
      }
    | { notRun: string }
}

/** What a report says of a model beside what its stages found. */
export interface ModelHead {
  name: string
  version?: string | undefined
  track: Track
  levels: RuleLevels
  /** What the policy waives of it. */
  waivers?: Waivers | undefined
  /** Path of the record, relative to the root of the repository. */
  record: string
  /** The environment hash that the record claims. */
  recordedHash?: string | undefined
}

const NOT_RUN: Record<StageName, string> = {
  provenance: 'not checked',
  data: 'not checked',
  environment: 'not rebuilt',
  evaluation: 'not replayed',
}

/** Folds what the stages found into the model's report. No finding is dropped because another came first. */
export function foldModel(head: ModelHead, runs: readonly StageRun[]): ModelReport {
  const { name, version, track, levels, record, waivers } = head
  const findings = withExpired(foundIn(runs), head)
    .filter(({ level }) => level !== 'off')
    .sort((a, b) => byLevel(a, b) || Number(Boolean(a.waived)) - Number(Boolean(b.waived)))
  const evidence: Partial<Evidence> = Object.assign(
    {},
    ...runs.map(({ outcome }) => ('notRun' in outcome ? {} : outcome.evidence)),
  )
  const { lineage, recomputed, remarks = [] } = evidence
  const { parity = null, agreement = null, environmentHash = head.recordedHash ?? null } = evidence
  const verdict = verdictOf(findings, { parity, agreement }, levels)
  const { cause, fix, told } = headlineOf({ verdict, findings, levels, evidence, waiting: waiting(runs) })
  const rung = rungOf({
    findings,
    levels,
    claimed: evidence.claimed ?? lineage !== undefined,
    follows: followsOf(recomputed),
    parity,
    agreement,
    training: evidence.training,
    summaryOf: (stage) => summaryIn(runs, stage),
    needs: remarks.flatMap(({ need, text }) => (need === undefined ? [] : text)),
  })
  return {
    name,
    version,
    track,
    verdict,
    decision: decisionWith({ track, levels, findings, verdict, parity, agreement }),
    parity,
    agreement,
    environmentHash,
    cause,
    fix,
    rung,
    next: nextLine({ name, verdict, fix, replayed: parity !== null }),
    record,
    findings: capped(
      findings.map((finding) => (told.includes(finding) ? { ...finding, headline: true } : finding)),
    ),
    stages: runs.map(stageResult),
    seconds: round(runs.reduce((sum, { seconds }) => sum + seconds, 0)),
    evidence: {
      ...measured(evidence),
      lineage: lineage && markChanges(lineage, findings),
      ...(remarks.length > 0 && { remarks: [...remarks] }),
      ...(waivers && waivers.waivers.length > 0 && { waivers: waiverUses(foundIn(runs), waivers) }),
    },
  }
}

/** What is kept of the stages' evidence as it is. */
const measured = ({
  fields = { present: 0, required: 0 },
  data = [],
  ...rest
}: Partial<Evidence>): Omit<ModelReport['evidence'], 'lineage' | 'remarks'> => {
  const { environment, evaluation, machine, training, recomputed, changes, cause, probe } = rest
  return { fields, data, environment, evaluation, machine, training, recomputed, changes, cause, probe }
}

const foundIn = (runs: readonly StageRun[]): Finding[] =>
  runs.flatMap(({ outcome }) => ('notRun' in outcome ? [] : outcome.findings))

/** With a word on every waiver that ran out, and that something still counts on. */
function withExpired(findings: readonly Finding[], { waivers, track, levels }: ModelHead): Finding[] {
  const uses = waivers
    ? waiverUses(
        findings.filter(({ level, waived }) => level !== 'off' && !waived),
        waivers,
      )
    : []
  const rule = 'waiver/expired'
  const told = uses
    .filter(({ state, findings: count }) => state === 'expired' && count > 0)
    .map((use): Finding => {
      const { stage } = findings.find((finding) => covers(use, finding))!
      const message = `the waiver of ${use.rule} by ${use.owner} ran out on ${use.expires}: ${use.reason}`
      return { rule, level: levelOf(rule, track, levels), stage, message, remedy: RULES[rule].remedy }
    })
  return [...findings, ...told]
}

/**
 * A waiver changes the decision and never the verdict: what is waived does not fail, and all the rest has to
 * be as if it were not there. It is never a plain pass.
 */
function decisionWith({
  track,
  levels,
  findings,
  verdict,
  parity,
  agreement,
}: {
  track: Track
  levels: RuleLevels
  findings: readonly Finding[]
  verdict: Verdict
  parity: Parity | null
  agreement: Agreement | null
}): Decision {
  const counting = findings.filter(({ waived }) => !waived)
  if (counting.length === findings.length) return decisionOf(verdict, track, findings, parity !== null)
  const otherwise = verdictOf(counting, { parity, agreement }, levels)
  const decision = decisionOf(otherwise, track, counting, parity !== null)
  return decision === 'pass' ? 'warn' : decision
}

/**
 * Whether the committed metrics follow from the committed predictions; undefined: none could be computed, or
 * only under a definition that nobody declared.
 */
function followsOf(recomputed: RecomputedEvidence | undefined): boolean | undefined {
  const outcomes = new Set(recomputed?.metrics.map(({ outcome }) => outcome))
  if (outcomes.has('differs')) return false
  return outcomes.has('agrees') || outcomes.has('follows') || undefined
}

/** The one thing to do next: what fixes the cause, or the costly stages that nobody asked for. */
const nextLine = ({
  name,
  verdict,
  fix,
  replayed,
}: {
  name: string
  verdict: Verdict
  fix: string | undefined
  replayed: boolean
}): string | undefined =>
  fix ?? (verdict === 'could-not-check' && !replayed ? `reprogate check ${name} --rebuild fresh` : undefined)

const summaryIn = (runs: readonly StageRun[], stage: StageName): string | undefined => {
  const outcome = runs.find(({ name }) => name === stage)?.outcome
  return outcome && ('notRun' in outcome ? `${NOT_RUN[stage]}: ${outcome.notRun}` : outcome.summary)
}

/** Findings of one rule that a report holds: a record can break one ten thousand times. */
const MOST_OF_A_RULE = 50

/** The first of each rule; the last of many counts the rest, in the same place and at the same level. */
function capped(findings: readonly Finding[]): Finding[] {
  const numbers = new Map<RuleId, number>()
  for (const { rule } of findings) numbers.set(rule, (numbers.get(rule) ?? 0) + 1)
  const kept = new Map<RuleId, number>()
  return findings.flatMap((finding): Finding[] => {
    const { rule, level, stage, file, remedy } = finding
    const number = (kept.get(rule) ?? 0) + 1
    kept.set(rule, number)
    const rest = numbers.get(rule)! - MOST_OF_A_RULE
    if (number <= MOST_OF_A_RULE || finding.headline) return [finding]
    if (number > MOST_OF_A_RULE + 1) return []
    const message = `${grouped(rest)} more of the same: ${RULES[rule].title}`
    return [{ rule, level, stage, message, file, remedy }]
  })
}

/** Folds the reports of models, also of several jobs, into one: the worst counts. */
export function foldReport(
  head: Pick<Report, 'commit' | 'judged' | 'started' | 'seconds' | 'policy'>,
  models: ModelReport[],
): Report {
  return {
    reprogate: 'report/1',
    verdict: worstVerdict(models.map(({ verdict }) => verdict)) ?? 'could-not-check',
    decision: worstDecision(models.map(({ decision }) => decision)) ?? 'fail',
    ...head,
    models,
  }
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000

function stageResult({ name, seconds, outcome }: StageRun): StageResult {
  if ('notRun' in outcome)
    return { name, status: 'not-run', summary: `${NOT_RUN[name]}: ${outcome.notRun}`, seconds: 0 }
  const { grade, summary } = outcome
  return { name, status: statusOf(outcome), grade, summary, seconds: round(seconds) }
}

function statusOf({
  findings,
  unverified,
}: {
  findings: readonly Finding[]
  unverified?: boolean | undefined
}): StageResult['status'] {
  const errors = findings.filter(({ level, waived }) => level === 'error' && !waived)
  if (errors.some(({ rule }) => consequenceOf(rule) !== 'could-not-check')) return 'fail'
  if (errors.length > 0 || unverified) return 'could-not-check'
  return findings.some(({ level }) => level !== 'off') ? 'warn' : 'pass'
}

/** Why the rebuild or the replay did not run, or what it had nothing to compare with. */
function waiting(runs: readonly StageRun[]): string | undefined {
  const outcomes = runs.map(({ outcome }) => outcome)
  const skipped = outcomes.find((outcome) => 'notRun' in outcome)
  if (skipped && 'notRun' in skipped) return skipped.notRun
  const last = outcomes.at(-1)
  return last && 'summary' in last ? last.summary : undefined
}

/** Marks the nodes of the lineage at which the check found something wrong or different. */
function markChanges(lineage: LineageEvidence, findings: readonly Finding[]): LineageEvidence {
  const changes = findings.filter(({ rule }) => ['wrong', 'differs'].includes(RULES[rule].kind))
  const changed = (subject: string) => changes.some(({ rule }) => RULES[rule].subject === subject)
  const { data, code, environment, model, result } = lineage
  return {
    ...lineage,
    data: data.map((node, index) => ({
      ...node,
      changed: changes.some(({ field }) => field?.startsWith(`data[${index}].`)),
    })),
    code: code && { ...code, changed: changed('code') },
    environment: environment && { ...environment, changed: changed('environment') },
    model: { ...model, changed: changed('model') },
    result: { ...result, changed: changed('evaluation') },
  }
}
