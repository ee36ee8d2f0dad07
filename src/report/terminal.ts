import { duration, grouped, magnitude, pair, plural, short } from '../text/numbers.js'
import { canaryStatements } from '../verdict/canary.js'
import type { ChangesEvidence } from '../verdict/evidence.js'
import type { Finding } from '../verdict/finding.js'
import type { ModelReport, Report, StageResult } from '../verdict/report.js'
import { RUNGS } from '../verdict/rungs.js'
import { spreadWords } from '../verdict/training.js'
import { INDENT, plainText, printed, SIGN_COLOURS, TERMINAL_SIGNS } from './plain.js'
import { recomputedCount } from './recomputed.js'
import { answerTo, untold } from './told.js'
import {
  gradeWords,
  isNotRebuilt,
  modelSign,
  placeInRecord,
  STAGE_SIGNS,
  VERDICT_WORDS,
  verdictWord,
  type Sign,
} from './words.js'

export interface TerminalOptions {
  readonly colour: boolean
  /** Said at the end: where the JSON report was written. */
  readonly reportPath?: string | undefined
}

const BOLD = 1
const DIM = 2

/** Column in which a stage's seconds end: further right for long summaries, up to a limit. */
const WIDTH = { least: 77, most: 110 }
/** Lines of one kind below a stage. */
const DETAILS = 5

type Paint = (code: number, words: string) => string

/**
 * The report for a terminal: a line a stage, below it what was found, at the end cause and fix.
 *
 * Untrusted text loses its control and escape characters, and no line can be read as a workflow command.
 */
export function renderTerminal(report: Report, { colour, reportPath }: TerminalOptions): string {
  const paint: Paint = (code, words) => (colour ? `\u001b[${code}m${words}\u001b[0m` : words)
  const { change, from } = report.policy
  return printed([
    ...report.models.flatMap((model) => [...modelLines(model, report.commit, paint), '']),
    ...(report.models.length === 1 ? [] : [`  ${total(report)}`]),
    ...(change === undefined
      ? []
      : [`  The policy changes here; judged by that of ${plainText(from, 120)}.`]),
    ...(reportPath === undefined ? [] : [`  report: ${plainText(reportPath, 1000)}`]),
  ])
}

function modelLines(model: ModelReport, commit: string, paint: Paint): string[] {
  const { name, version, track, stages, cause, fix, next } = model
  const title = [name, version ?? ''].map((word) => plainText(word, 100)).join(' ')
  const widest = Math.max(WIDTH.least, ...stages.map((stage) => stageText(stage).length + 14))
  const width = Math.min(WIDTH.most, widest)
  const verdict = paint(SIGN_COLOURS[modelSign(model)], `${verdictWord(model)}:`)
  return [
    `${paint(BOLD, title.trim())}   ${track}   ${plainText(short(commit), 64)}`,
    '',
    ...stages.flatMap((stage) => [stageLine(stage, width, paint), ...stageDetails(stage, model, paint)]),
    '',
    `  ${verdict} ${plainText(cause, 600)}`,
    ...rungLines(model),
    ...(fix === undefined ? [] : [`  ${paint(BOLD, 'Fix:')} ${plainText(fix, 600)}${see(model)}`]),
    ...(fix !== undefined || next === undefined ? [] : [`  ${paint(BOLD, 'Next:')} ${plainText(next, 600)}`]),
  ]
}

/** Which rung was reached, and what keeps it from the next, unless the lines above say so. */
function rungLines({ rung, verdict, cause, parity, evidence }: ModelReport): string[] {
  if (rung === undefined || verdict === 'reproduced') return []
  const { reached, next } = rung
  const needs = evidence.remarks?.some(({ need }) => need !== undefined) ?? false
  const told = next === undefined || cause.includes(next.missing) || (parity !== null && !needs)
  const missing = told ? '' : `: ${plainText(next.missing, 300)}`
  return [
    `  Rung ${reached} of 6, ${RUNGS[reached]}${next ? `; not yet ${next.rung}, ${RUNGS[next.rung]}${missing}` : ''}.`,
  ]
}

/** ` See models/digits/provenance.yml:31.` */
function see(model: ModelReport): string {
  const { file, line } = placeInRecord(model) ?? {}
  if (file === undefined) return ''
  return ` See ${plainText(line === undefined ? file : `${file}:${line}`, 300)}.`
}

const stageText = (stage: StageResult): string =>
  stage.name.padEnd(14) + plainText(gradeWords(stage) + stage.summary, 200)

function stageLine(stage: StageResult, width: number, paint: Paint): string {
  const sign = STAGE_SIGNS[stage.status]
  const left = stageText(stage)
  const time = stage.status === 'not-run' ? '' : seconds(stage.seconds)
  const gap = ' '.repeat(Math.max(2, width - 4 - left.length - time.length))
  return `  ${paint(SIGN_COLOURS[sign], TERMINAL_SIGNS[sign])} ${left}${time === '' ? '' : gap + paint(DIM, time)}`
}

/** Below a minute with one decimal, so that a column of them can be compared. */
const seconds = (s: number): string => (s < 59.95 ? `${s.toFixed(1)} s` : duration(s))

/** What was measured in a stage, as far as it differs. */
const FIGURES: Partial<Record<StageResult['name'], (model: ModelReport) => string[]>> = {
  provenance: provenanceFigures,
  environment: environmentFigures,
  evaluation: evaluationFigures,
}

function stageDetails({ name }: StageResult, model: ModelReport, paint: Paint): string[] {
  const figures = FIGURES[name]?.(model) ?? []
  const findings = untold(model).filter(({ stage }) => stage === name)
  return [
    ...figures.map((line) => INDENT + line),
    ...findings.flatMap((finding) => findingLines(finding, paint)),
  ]
}

function findingLines(finding: Finding, paint: Paint): string[] {
  const { file, line, field, level, message, waived } = finding
  const place = file === undefined ? field : line === undefined ? file : `${file}:${line}`
  const sign: Sign = waived ? 'none' : level === 'error' ? 'bad' : 'doubt'
  const answer = plainText(answerTo(finding))
  return [
    `${INDENT.slice(2)}${paint(SIGN_COLOURS[sign], TERMINAL_SIGNS[sign])} ${place === undefined ? '' : `${plainText(place, 200)}  `}${plainText(message)}`,
    `${INDENT}${waived ? answer : `${paint(DIM, 'fix:')} ${answer}`}`,
  ]
}

function provenanceFigures({ evidence: { recomputed, changes } }: ModelReport): string[] {
  const count = recomputed && recomputedCount(recomputed)
  return [
    ...(count === undefined ? [] : [`metrics from predictions: ${count}`]),
    ...(changes ? changeLines(changes) : []),
  ]
}

/** What a rationale covers; the rest are findings. */
function changeLines({ since, rationale, count, fields }: ChangesEvidence): string[] {
  if (rationale === undefined) return []
  const lines = fields.slice(0, DETAILS).map(({ name, before = '(none)', after = '(none)' }) => {
    return `${plainText(name, 100)}  ${plainText(before, 60)} → ${plainText(after, 60)}`
  })
  const title = `changed since ${plainText(since, 60)}: ${plainText(rationale, 200)}`
  return [title, ...lines, ...rest(lines.length, count)]
}

function environmentFigures({ evidence: { environment } }: ModelReport): string[] {
  if (!environment) return []
  const { differences, differenceCounts, failure } = environment
  const all = Object.values(differenceCounts).reduce((sum, n) => sum + n, 0)
  const lines = differences.slice(0, DETAILS).map(({ kind, name, note, pinned, rebuilt }) => {
    // Without the purl's type and namespace.
    const what = kind === 'package' ? name.replace(/^pkg:[^/]+\/(?:[^/]+\/)*/, '') : name
    const change = note ?? `${pinned ?? '(none)'} → ${rebuilt ?? '(none)'}`
    return `${plainText(what, 100)}  ${plainText(change, 120)}`
  })
  return [...lines, ...rest(lines.length, all), ...tailLines(failure?.tail)]
}

function evaluationFigures({ evidence: { evaluation, training } }: ModelReport): string[] {
  if (!evaluation) return []
  const wrong = evaluation.metrics.filter(({ agrees }) => !agrees)
  const shown = wrong.slice(0, DETAILS)
  const width = Math.min(30, Math.max(0, ...shown.map(({ name }) => name.length)))
  const lines = shown.map(({ name, recorded, replayed, allowed }) => {
    const [before, after] = pair(recorded, replayed)
    const tolerance = allowed === undefined ? '' : `   allowed ±${magnitude(allowed)}`
    return `${plainText(name, 60).padEnd(width)}  ${plainText(before, 40)} → ${plainText(after, 40)}${tolerance}`
  })
  const canary = evaluation.canary ? canaryStatements(evaluation.canary) : []
  return [
    ...lines,
    ...rest(lines.length, wrong.length),
    ...canary.map((line) => plainText(line, 300)),
    ...(training?.spread ? [plainText(spreadWords(training.spread), 300)] : []),
    ...tailLines(evaluation.tail),
  ]
}

const rest = (shown: number, all: number): string[] =>
  all > shown ? [`${grouped(all - shown)} more in the report`] : []

const tailLines = (tail: readonly string[] = []): string[] =>
  tail.slice(-DETAILS).map((line) => plainText(line, 200))

/** `3 models: 1 not reproduced, 2 reproduced.` */
function total({ models }: Report): string {
  if (models.length === 0) return 'No model was checked.'
  const words = models.map((model) =>
    isNotRebuilt(model) ? 'not rebuilt' : VERDICT_WORDS[model.verdict].toLowerCase(),
  )
  const tally = [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`)
  return `${plural(models.length, 'model')}: ${tally.join(', ')}.`
}
