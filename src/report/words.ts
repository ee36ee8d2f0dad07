import type { Finding, ModelReport, Report, StageResult, Verdict } from '../verdict/report.js'
import { RULES, type RuleId } from '../verdict/rules.js'

/** What verdicts, stages and findings are called, and which of them belong together. */

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
/** The sign of the whole; `none` only where nothing at all was rebuilt, or there is no model. */
export const reportSign = (report: Report): Sign =>
  report.models.every(isNotRebuilt) ? 'none' : judged(report)

export const STAGE_SIGNS: Record<StageResult['status'], Sign> = {
  pass: 'good',
  warn: 'doubt',
  fail: 'bad',
  'could-not-check': 'doubt',
  'not-run': 'none',
}

/** Findings in force, errors first; otherwise in the order in which they were found. */
export const inForce = (findings: readonly Finding[]): Finding[] => [
  ...findings.filter(({ level }) => level === 'error'),
  ...findings.filter(({ level }) => level === 'warn'),
]

const ABOUT_BYTES: readonly RuleId[] = [
  'data/file-missing',
  'data/digest-mismatch',
  'data/exposes-answers',
  'model/file-missing',
  'model/digest-mismatch',
]

/** The stage that emits a rule: what is wrong with the record itself is the provenance's. */
export function stageOf(rule: RuleId): StageResult['name'] {
  if (ABOUT_BYTES.includes(rule)) return 'data'
  if (RULES[rule].consequence === 'incomplete') return 'provenance'
  if (rule.startsWith('environment/')) return 'environment'
  return rule.startsWith('evaluation/') ? 'evaluation' : 'provenance'
}

/** The finding that the first lines are about: the one whose remedy is the fix, or else the first that made the verdict. */
export function lead({ findings, verdict, fix }: ModelReport): Finding | undefined {
  const telling = inForce(findings).filter(({ rule }) => RULES[rule].consequence === verdict)
  return telling.find(({ remedy }) => remedy === fix) ?? telling[0]
}

/** The fix, with the place of what it mends: `Pin numpy==1.2 in requirements.txt:4, or record the run again.` */
export function fixOf(model: ModelReport): string | undefined {
  if (model.fix === undefined) return undefined
  const fix = model.fix.replace(/[.\s]+$/, '')
  const { file, line } = lead(model) ?? {}
  // An incomplete record has many places, and a table of them.
  if (file === undefined || model.verdict === 'incomplete') return `${fix}.`
  const place = line === undefined ? file : `${file}:${line}`
  if (`${model.cause} ${fix}`.includes(place)) return `${fix}.`
  const words = fix.split(/(?<=\s)/)
  const at = words.findIndex((word) => word.replace(/[,;:)\s]+$/, '') === file)
  return at < 0
    ? `${fix} (${place}).`
    : `${words
        .with(
          at,
          words[at]!.replace(file, () => place),
        )
        .join('')}.`
}
