import type { Finding, ModelReport, Report, StageResult } from '../../verdict/report.js'
import { count } from '../../text/text.js'
import {
  fixOf,
  lead,
  STAGE_SIGNS,
  inForce,
  isNotRebuilt,
  modelSign,
  verdictWord,
  type Sign,
} from '../words.js'
import { code, firstSentence, location, prose, safeUrl, table, type Place, type Places } from './escape.js'
import {
  commandFolds,
  environmentFold,
  lineageFold,
  metricsTable,
  predictionFolds,
  tailFolds,
  toldByEvidence,
} from './evidence.js'

/** One model's part of the comment: headline, cause and fix, stages, what differs, folds. */

export const ICONS: Record<Sign, string> = { good: '✅', bad: '❌', doubt: '⚠️', none: '➖' }

/** How much is shown: the comment has 65,536 characters, so it is rendered with less until it fits. */
export interface Detail {
  /** Rows of predictions. */
  readonly rows: number
  /** Differences of the environment. */
  readonly differences: number
  readonly metrics: number
  readonly findings: number
  /** Last lines of what failed. */
  readonly tail: number
  /** Lineage and commands. */
  readonly folds: boolean
  /** Lines of the policy's diff. */
  readonly change: number
  /** A section for each model, where there are several. */
  readonly sections: boolean
  /** Models that have a line in the table of several. */
  readonly models: number
}

/** Where files of this report may be linked to. */
export function placesOf(report: Report, blobUrl: string | undefined): Places {
  const files = report.models.flatMap((model) => [
    model.record,
    ...(model.evidence.environment ? [model.evidence.environment.dockerfile] : []),
    ...model.findings.flatMap(({ file }) => file ?? []),
  ])
  return { files: new Set([...files, report.policy.path ?? ''].filter(Boolean)), blobUrl: safeUrl(blobUrl) }
}

/** `❌ Not reproduced: `digits` 1.2.0` */
export function headline(model: ModelReport, at: Place): string {
  const word = at === 'html' ? `<b>${verdictWord(model)}</b>` : verdictWord(model)
  const version =
    model.version === undefined || isNotRebuilt(model) ? '' : ` ${prose(model.version, at, undefined, 60)}`
  const rest = isNotRebuilt(model)
    ? ' (exploratory track)'
    : model.verdict === 'incomplete'
      ? ' cannot be reproduced from its record'
      : ''
  return `${ICONS[modelSign(model)]} ${word}: ${code(model.name, at, 100)}${version}${rest}`
}

/** As the continuation of `To fix:`. */
const inSentence = (text: string): string =>
  text.replace(/^\p{Lu}(?=\p{Ll}+\s)/u, (letter) => letter.toLowerCase())

/** Cause and fix. */
export function opening(model: ModelReport, places: Places): string {
  const [first, rest] = firstSentence(model.cause)
  const plain = model.verdict === 'reproduced' || isNotRebuilt(model)
  const cause = plain
    ? prose(model.cause, 'markdown', places)
    : [first && `**${prose(first, 'markdown', places)}**`, prose(rest, 'markdown', places)]
        .filter(Boolean)
        .join(' ')
  const remedy = fixOf(model)
  const fix = remedy && `**To fix:** ${prose(inSentence(remedy), 'markdown', places)}`
  // Two spaces: a line break also where Markdown does not keep line breaks, as in the job summary.
  return [cause, fix].filter(Boolean).join('  \n')
}

function where(finding: Finding, places: Places): string {
  const { field, file, line, rule } = finding
  if (field === undefined)
    return file === undefined ? code(rule, 'cell') : location(file, line, places, 'cell')
  const name = code(field, 'cell', 80)
  if (file === undefined) return name
  const target = location(file, line, places, 'cell')
  const [, url] = /\]\((https?:[^)]+)\)$/.exec(target) ?? []
  return url === undefined ? name : `[${name}](${url})`
}

/** Expected and actual, where the sentence does not say them. Digests say nothing that `differs` does not. */
function values({ message, expected, actual }: Finding): string {
  if (expected === undefined || actual === undefined || message.includes(actual)) return ''
  if (/[0-9a-f]{32}$/.test(actual)) return ''
  return ` (expected ${code(expected, 'cell', 80)}, found ${code(actual, 'cell', 80)})`
}

function findingsTable(findings: readonly Finding[], heading: string, max: number, places: Places) {
  if (findings.length === 0) return undefined
  const shown = findings.slice(0, max)
  const rest = findings.length - shown.length
  const parts = [
    shown.length > 0 &&
      table(
        [
          ['', 'centre'],
          [heading, 'left'],
          ['what is wrong', 'left'],
          ['how to fix it', 'left'],
        ],
        shown.map((finding) => [
          finding.level === 'error' ? ICONS.bad : ICONS.doubt,
          where(finding, places),
          prose(finding.message, 'cell', places, 300) + values(finding),
          prose(finding.remedy, 'cell', places, 300),
        ]),
      ),
    rest > 0 &&
      `${count(rest)} ${shown.length > 0 ? 'more ' : ''}${rest === 1 ? 'finding' : 'findings'} in the full report.`,
  ]
  return parts.filter(Boolean).join('\n\n')
}

/** `**drift**: 1 of 214 packages changed` */
function found(stage: StageResult, model: ModelReport, places: Places): string {
  const grade = { environment: model.parity, evaluation: model.agreement, provenance: null, data: null }[
    stage.name
  ]
  const rest = stage.summary.slice(grade?.length)
  if (grade && stage.summary.startsWith(grade) && /^[ :,;.]|^$/.test(rest))
    return `**${grade}**${rest.startsWith(' ') ? ' ' : ''}${prose(rest, 'cell', places)}`
  const text = prose(stage.summary, 'cell', places)
  return stage.name === 'provenance' && stage.status === 'fail' && !stage.summary.includes(model.record)
    ? `${text}: ${location(model.record, undefined, places, 'cell')}`
    : text
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const stageTable = (model: ModelReport, places: Places): string =>
  table(
    [
      ['', 'centre'],
      ['stage', 'left'],
      ['found', 'left'],
    ],
    model.stages.map((stage) => [
      ICONS[STAGE_SIGNS[stage.status]],
      `**${capital(stage.name)}**`,
      found(stage, model, places),
    ]),
  )

/** Everything below the headline. `everyFinding`: also those that tables and folds tell already. */
export function modelBody(
  model: ModelReport,
  report: Report,
  places: Places,
  detail: Detail,
  everyFinding = false,
): string {
  const incomplete = model.verdict === 'incomplete'
  const told = toldByEvidence(model)
  const first = lead(model)
  const said = model.cause.toLowerCase()
  const opened = (finding: Finding) =>
    (finding === first || finding.file === undefined) &&
    said.includes(finding.message.toLowerCase().replace(/\.$/, ''))
  const findings = inForce(model.findings).filter(
    (finding) => everyFinding || incomplete || !(told(finding) || opened(finding)),
  )
  const listed = findingsTable(findings, incomplete ? 'field' : 'where', detail.findings, places)
  const folds = [
    ...predictionFolds(model.evidence.evaluation, detail.rows),
    environmentFold(model, detail.differences) ?? [],
    ...(detail.tail > 0 ? tailFolds(model, detail.tail) : []),
    ...(detail.folds
      ? [...(incomplete ? [] : lineageFold(model)), ...commandFolds(model, report.commit)]
      : []),
  ].flat()
  return [
    opening(model, places),
    ...(incomplete ? [listed] : []),
    stageTable(model, places),
    ...(incomplete ? [] : [metricsTable(model.evidence.evaluation, detail.metrics), listed]),
    folds.join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n')
}
