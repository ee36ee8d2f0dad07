import type { Finding, ModelReport, Report, StageResult } from '../verdict/report.js'
import { count, duration, magnitude, oneLine, pair, plural, short } from '../text/text.js'
import {
  STAGE_SIGNS,
  fixOf,
  VERDICT_WORDS,
  inForce,
  isNotRebuilt,
  modelSign,
  stageOf,
  verdictWord,
  type Sign,
} from './words.js'

export interface TerminalOptions {
  readonly colour: boolean
  /** Said at the end, where the JSON report was written. */
  readonly reportPath?: string | undefined
}

const SIGNS: Record<Sign, string> = { good: '✔', bad: '✖', doubt: '⚠', none: '–' }
const COLOURS: Record<Sign, number> = { good: 32, bad: 31, doubt: 33, none: 90 }
const BOLD = 1
const DIM = 2

/** Column in which a stage's seconds end: further right for long summaries, up to a limit. */
const WIDTH = { least: 77, most: 110 }
/** Column in which a stage's details begin. */
const INDENT = ' '.repeat(20)
const DETAILS = 5

/** On a runner a line that begins with `::`, or has `##[` in it, is a command. */
const inert = (line: string): string => line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ')

/** `` `words` `` need no quotes here. */
const text = (untrusted: string, max = 300): string => oneLine(untrusted, max).replace(/`([^`]+)`/g, '$1')

/**
 * The report for a terminal: a line a stage, below it what was found, at the end cause and fix.
 *
 * Untrusted text loses its control and escape characters, and no line can be read as a workflow command.
 */
export function renderTerminal(report: Report, { colour, reportPath }: TerminalOptions): string {
  const paint = (code: number, words: string) => (colour ? `\u001b[${code}m${words}\u001b[0m` : words)
  const lines = report.models.flatMap((model) => [...modelLines(model, report.commit, paint), ''])
  const { change, from } = report.policy
  const ending = [
    ...(report.models.length === 1 ? [] : [`  ${total(report)}`]),
    ...(change === undefined ? [] : [`  The policy changes here; judged by that of ${text(from, 120)}.`]),
    ...(reportPath === undefined ? [] : [`  report: ${text(reportPath, 1000)}`]),
  ]
  return `${[...lines, ...ending].map(inert).join('\n').trimEnd()}\n`
}

type Paint = (code: number, words: string) => string

function modelLines(model: ModelReport, commit: string, paint: Paint): string[] {
  const name = [model.name, model.version ?? '']
    .map((word) => text(word, 100))
    .join(' ')
    .trim()
  const sign = modelSign(model)
  const fix = fixOf(model)
  const width = Math.min(
    WIDTH.most,
    Math.max(WIDTH.least, ...model.stages.map((s) => stageText(s).length + 14)),
  )
  return [
    `${paint(BOLD, name)}   ${model.track}   ${text(short(commit), 64)}`,
    '',
    ...model.stages.flatMap((stage) => [
      stageLine(stage, width, paint),
      ...stageDetails(stage, model, paint),
    ]),
    '',
    `  ${paint(COLOURS[sign], `${verdictWord(model)}:`)} ${text(model.cause, 600)}`,
    ...(fix === undefined ? [] : [`  ${paint(BOLD, 'Fix:')} ${text(fix, 600)}`]),
  ]
}

const stageText = (stage: StageResult): string => stage.name.padEnd(14) + text(stage.summary, 200)

function stageLine(stage: StageResult, width: number, paint: Paint): string {
  const sign = STAGE_SIGNS[stage.status]
  const left = stageText(stage)
  const time = stage.status === 'not-run' ? '' : seconds(stage.seconds)
  const gap = ' '.repeat(Math.max(2, width - 4 - left.length - time.length))
  return `  ${paint(COLOURS[sign], SIGNS[sign])} ${left}${time === '' ? '' : gap + paint(DIM, time)}`
}

/** Below a minute with one decimal, so that a column of them can be compared. */
const seconds = (s: number): string => (s < 59.95 ? `${s.toFixed(1)} s` : duration(s))

/** What the lines of figures below a stage, or its own line, say already. */
function toldByFigures({ evidence }: ModelReport, { rule }: Finding): boolean {
  const { environment, evaluation } = evidence
  if (rule === 'evaluation/metric-differs') return evaluation?.metrics.some(({ agrees }) => !agrees) ?? false
  if (rule === 'evaluation/prediction-differs') return (evaluation?.predictions?.flips ?? 0) > 0
  return (
    /^environment\/(?:package|config|package-file)-differs$/.test(rule) &&
    (environment?.differences.length ?? 0) > 0
  )
}

function stageDetails(stage: StageResult, model: ModelReport, paint: Paint): string[] {
  const figures =
    stage.name === 'environment' ? environment(model) : stage.name === 'evaluation' ? metrics(model) : []
  const findings = inForce(model.findings).filter(
    (finding) => stageOf(finding.rule) === stage.name && !toldByFigures(model, finding),
  )
  return [...figures, ...findings.flatMap((finding) => findingLines(finding, paint))]
}

function findingLines(finding: Finding, paint: Paint): string[] {
  const { file, line, field, level } = finding
  const place = file === undefined ? field : line === undefined ? file : `${file}:${line}`
  const sign = level === 'error' ? paint(COLOURS.bad, SIGNS.bad) : paint(COLOURS.doubt, SIGNS.doubt)
  return [
    `${INDENT.slice(2)}${sign} ${place === undefined ? '' : `${text(place, 200)}  `}${text(finding.message)}`,
    `${INDENT}${paint(DIM, 'fix:')} ${text(finding.remedy)}`,
  ]
}

const limited = (lines: readonly string[], all: number): string[] => [
  ...lines.slice(0, DETAILS).map((line) => INDENT + line),
  ...(all > DETAILS ? [`${INDENT}${count(all - DETAILS)} more in the report`] : []),
]

function environment(model: ModelReport): string[] {
  const { differences = [], differenceCounts, failure } = model.evidence.environment ?? {}
  const all = Object.values(differenceCounts ?? {}).reduce((sum, n) => sum + n, 0)
  const lines = differences.slice(0, DETAILS).map((d) => {
    const name = text(d.kind === 'package' ? d.name.replace(/^pkg:[^/]+\/(?:[^/]+\/)*/, '') : d.name, 100)
    const change = d.note ?? `${d.pinned ?? '(none)'} → ${d.rebuilt ?? '(none)'}`
    return `${name}  ${text(change, 120)}`
  })
  return [
    ...limited(lines, all),
    ...(failure?.tail.slice(-DETAILS) ?? []).map((line) => `${INDENT}${text(line, 200)}`),
  ]
}

function metrics(model: ModelReport): string[] {
  const { metrics: all = [], tail = [] } = model.evidence.evaluation ?? {}
  const wrong = all.filter(({ agrees }) => !agrees)
  const width = Math.min(30, Math.max(0, ...wrong.slice(0, DETAILS).map(({ name }) => name.length)))
  const lines = wrong.map(({ name, recorded, replayed, allowed }) => {
    const [before, after] = pair(recorded, replayed)
    const tolerance = allowed === undefined ? '' : `   allowed ±${magnitude(allowed)}`
    return `${text(name, 60).padEnd(width)}  ${text(before, 40)} → ${text(after, 40)}${tolerance}`
  })
  return [
    ...limited(lines, wrong.length),
    ...tail.slice(-DETAILS).map((line) => `${INDENT}${text(line, 200)}`),
  ]
}

/** `3 models: 1 not reproduced, 2 reproduced.` */
function total(report: Report): string {
  if (report.models.length === 0) return 'No model was checked.'
  const words = report.models.map((model) =>
    isNotRebuilt(model) ? 'not rebuilt' : VERDICT_WORDS[model.verdict].toLowerCase(),
  )
  const tally = [...new Set(words)].map((word) => `${words.filter((w) => w === word).length} ${word}`)
  return `${plural(report.models.length, 'model')}: ${tally.join(', ')}.`
}

/** What `record` wrote, and what it cannot know. */
export interface RecordedText {
  readonly model: string
  /** Files written, the record first. */
  readonly files: readonly string[]
  /** Changes that were not committed. */
  readonly dirty: readonly string[]
  readonly metrics: Readonly<Record<string, number>>
  readonly missing: readonly { readonly field: string; readonly message: string; readonly remedy: string }[]
}

/** The end of `reprogate record`: what was written, and what only a person can add. */
export function renderRecorded({ model, files, dirty, metrics: recorded, missing }: RecordedText): string {
  const some = (paths: readonly string[]) =>
    paths
      .slice(0, DETAILS)
      .map((path) => text(path, 200))
      .join(', ') + (paths.length > DETAILS ? ` and ${count(paths.length - DETAILS)} more` : '')
  const figures = Object.entries(recorded)
    .slice(0, DETAILS)
    .map(([name, value]) => `${text(name, 60)} ${value}`)
  const lines = [
    `  ${SIGNS.good} recorded ${text(model, 100)}${figures.length > 0 ? `: ${figures.join(', ')}` : ''}`,
    ...files.map((file) => `${INDENT.slice(16)}${text(file, 1000)}`),
    ...(dirty.length > 0
      ? [
          `  ${SIGNS.doubt} the work tree has changes that are not committed: ${some(dirty)}`,
          `    fix: commit them, and record again.`,
        ]
      : []),
    ...(missing.length > 0 ? ['', '  Only a person can add:'] : []),
    ...missing.flatMap(({ field, message, remedy }) => [
      `    ${field === '' ? '' : `${text(field, 200)}  `}${text(message)}`,
      `      fix: ${text(remedy)}`,
    ]),
  ]
  return `${lines.map(inert).join('\n')}\n`
}
