import { oneLine } from '../../text/clean.js'
import { canaryReplays, canaryStatements, replayCount } from '../../verdict/canary.js'
import type { ModelReport, Report } from '../../verdict/report.js'
import { spreadWords, trainingTime, trainingWords } from '../../verdict/training.js'
import { recomputedCount, recomputedLines } from '../recomputed.js'
import { causeFold } from './cause.js'
import { details, fenced, prose } from './escape.js'
import { lineageGraph } from './lineage.js'

/** The folded parts that are not about a difference. */

/** The last lines of what failed: the build, or the evaluation. */
export function tailFolds({ evidence }: ModelReport, max: number): string[] {
  if (max === 0) return []
  const { environment, evaluation } = evidence
  const exit = evaluation?.exitCode === undefined ? '' : ` (exit code ${evaluation.exitCode})`
  const tails: [string, readonly string[] | undefined][] = [
    ['<b>The last lines of the build</b>', environment?.failure?.tail],
    [`<b>The last lines of the evaluation</b>${exit}`, evaluation?.tail],
  ]
  return tails.flatMap(([title, tail = []]) =>
    tail.length === 0 ? [] : [details(title, fenced(tail.slice(-max), 'text'))],
  )
}

/** Lines, and no list: a list in a comment is somebody else's. */
const oneBelowTheOther = (lines: readonly string[]): string =>
  lines.map((line) => prose(line, 'markdown', undefined, 400)).join('  \n')

/** How the recorded metrics compare with the recorded predictions. */
export function recomputedFold({ evidence: { recomputed } }: ModelReport, max: number): string[] {
  const count = recomputed && recomputedCount(recomputed)
  if (!recomputed || count === undefined) return []
  const lines = recomputedLines(recomputed).slice(0, max)
  return [details(`<b>Metrics from predictions</b>: ${count}`, oneBelowTheOther(lines))]
}

/** What was observed on altered inputs, and in which replays. */
export function canaryFold({ evidence: { evaluation } }: ModelReport): string[] {
  const canary = evaluation?.canary
  if (!canary || canary.notRun !== undefined) return []
  const lines = [...canaryStatements(canary), ...canaryReplays(canary)]
  return [details(`<b>Computed, not copied</b>: ${replayCount(canary)}`, oneBelowTheOther(lines))]
}

/** How often the model was trained again, what came of it, and how much the metrics vary with the seed. */
export function trainingFold({ evidence: { training } }: ModelReport, max: number): string[] {
  if (!training || training.replays.length === 0) return []
  const lines = [trainingWords(training), ...(training.spread ? [spreadWords(training.spread)] : [])]
  const search = causeFold(training.cause, max, 'Cause of the other model')
  return [
    details(`<b>Training</b>: ${trainingTime(training)}`, oneBelowTheOther(lines)),
    ...(search === undefined ? [] : [search]),
  ]
}

export const lineageFold = ({ evidence: { lineage } }: ModelReport): string[] =>
  lineage ? [details('<b>Lineage</b>', `\`\`\`mermaid\n${lineageGraph(lineage)}\n\`\`\``)] : []

/** One argument for a shell that somebody pastes the line into. */
const argument = (text: string): string => {
  const line = oneLine(text, 200)
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(line)) return line
  return `${line.startsWith('-') ? '-- ' : ''}'${line.replaceAll("'", `'\\''`)}'`
}

/** A merge that GitHub has made is fetched first: no clone has it. */
function checkoutOf({ commit, judged }: Report): string {
  if (!/^[0-9a-f]{7,64}$/.test(commit)) return ''
  if (judged === 'merge') return `git fetch origin ${commit} && git checkout FETCH_HEAD && `
  return `git checkout ${commit.slice(0, 12)} && `
}

/** Commands to paste: what a machine can fill in, and how to see the same here. */
export function commandFolds({ name, verdict }: ModelReport, report: Report): string[] {
  const checkout = checkoutOf(report)
  const shell = (title: string, line: string) => [details(`<b>${title}</b>`, fenced([line], 'sh'))]
  if (verdict === 'incomplete')
    return shell('Fill in what a machine can know', `npx reprogate record ${argument(name)}`)
  if (verdict === 'not-reproduced')
    return shell('Reproduce it here', `${checkout}npx reprogate check ${argument(name)}`)
  return []
}
