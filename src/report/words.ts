import type { Finding, Place } from '../verdict/finding.js'
import { byLevel } from '../verdict/levels.js'
import type { ModelReport, Report, StageResult, Verdict } from '../verdict/report.js'

/** What verdicts, grades and stages are called, and with which sign they are shown. */

export const VERDICT_WORDS: Record<Verdict, string> = {
  reproduced: 'Reproduced',
  'not-reproduced': 'Not reproduced',
  incomplete: 'Incomplete',
  'could-not-check': 'Could not check',
}
export const NOT_REBUILT = 'Not rebuilt'

/**
 * An exploratory model whose costly stages nobody asked for: the verdict can only be
 * `could-not-check`, and yet nothing went wrong.
 */
export const isNotRebuilt = (model: ModelReport): boolean =>
  model.verdict === 'could-not-check' &&
  model.track === 'exploratory' &&
  model.decision !== 'fail' &&
  model.parity === null &&
  model.agreement === null &&
  model.stages.every(({ status }) => status !== 'fail' && status !== 'could-not-check')

export const verdictWord = (model: ModelReport): string =>
  isNotRebuilt(model) ? NOT_REBUILT : VERDICT_WORDS[model.verdict]

export type Sign = 'good' | 'bad' | 'doubt' | 'none'

const judged = ({ verdict, decision }: Pick<Report, 'verdict' | 'decision'>): Sign => {
  if (verdict === 'reproduced') return decision === 'fail' ? 'bad' : 'good'
  return verdict === 'could-not-check' || decision !== 'fail' ? 'doubt' : 'bad'
}
export const modelSign = (model: ModelReport): Sign => (isNotRebuilt(model) ? 'none' : judged(model))
/** `none` only if nothing was rebuilt, or there is no model. */
export const reportSign = (report: Report): Sign =>
  report.models.every(isNotRebuilt) ? 'none' : judged(report)

export const STAGE_SIGNS: Record<StageResult['status'], Sign> = {
  pass: 'good',
  warn: 'doubt',
  fail: 'bad',
  'could-not-check': 'doubt',
  'not-run': 'none',
}

/** Where the record states what the fix is about. A remedy about another file names it itself. */
export function placeInRecord({ findings }: ModelReport): Place | undefined {
  const { field, file, line } = findings.find(({ headline }) => headline) ?? {}
  return field === undefined || file === undefined ? undefined : { file, line }
}

type Grade = NonNullable<StageResult['grade']>

/** Grades that name what was compared: what is said of it. */
const GRADED_PARTS: Partial<Record<Grade, string>> = { content: 'identical', packages: 'identical' }

/** `drift: `, `content identical: `, or nothing; before the summary of a stage. */
export function gradeWords({ grade }: StageResult, emphasise = (word: string) => word): string {
  if (grade === undefined) return ''
  const rest = GRADED_PARTS[grade]
  return `${emphasise(grade)}${rest === undefined ? '' : ` ${rest}`}: `
}

/** Findings in force, errors first; otherwise in the order in which they were found. */
export const inForce = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ level }) => level !== 'off').sort(byLevel)
