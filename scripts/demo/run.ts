import { renderComment } from '../../src/report/comment.js'
import { reportSchema, type Report } from '../../src/verdict/report.js'
import { toBody } from '../render.js'
import { lastLines, type Ended } from './command.js'
import { copyOf, type Place } from './place.js'
import type { Scenario } from './scenario.js'

export interface Outcome {
  report: Report
  exitCode: number
  /** The comment, as Markdown. */
  comment: string
  /** What the command printed while it worked. */
  progress: string
  seconds: number
}

/** Does what the scenario says, on a copy of `recorded` if it begins nowhere else, and checks it with the built command. */
export async function play(scenario: Scenario, recorded: Place): Promise<Outcome> {
  const begun = performance.now()
  const place = await (scenario.begin?.(recorded) ?? copyOf(recorded))
  try {
    await scenario.arrange(place)
    const ended = await place.command(
      ['check', '--json', '--verbose', ...(scenario.options ?? [])],
      place.folder,
    )
    const report = readReport(ended)
    const comment = renderComment(report, { id: 'digits' })
    const seconds = (performance.now() - begun) / 1000
    return { report, exitCode: ended.code, comment, progress: ended.stderr, seconds }
  } finally {
    await place.leave()
  }
}

function readReport(ended: Ended): Report {
  try {
    return reportSchema.parse(JSON.parse(ended.stdout))
  } catch (cause) {
    throw new Error(`the command gave no report, and ended with ${ended.code}: ${lastLines(ended)}`, {
      cause,
    })
  }
}

const EXIT_CODES = { reproduced: 0, 'not-reproduced': 1, incomplete: 1, 'could-not-check': 2 } as const

/** What is not as the scenario expects it, a line each; none: all is. */
export function judge(scenario: Scenario, { report, exitCode, comment, progress }: Outcome): string[] {
  const broken = report.models.flatMap(({ findings }) => findings).filter(({ level }) => level === 'error')
  const rules = [...new Set(broken.map(({ rule }) => rule))].sort()
  const expected = [...scenario.rules].sort()
  const text = visibleText(comment)
  const lines = progress.split('\n')
  return [
    report.verdict !== scenario.verdict && `verdict ${report.verdict}, not ${scenario.verdict}`,
    exitCode !== EXIT_CODES[scenario.verdict] && `exit code ${exitCode}, not ${EXIT_CODES[scenario.verdict]}`,
    rules.join() !== expected.join() &&
      `rules ${rules.join(', ') || 'none'}, not ${expected.join(', ') || 'none'}`,
    ...scenario.names.map((name) => !text.includes(name) && `the comment does not name ${name}`),
    ...(scenario.leaks ?? []).flatMap((leak) => [
      text.includes(leak) && `the comment contains ${leak}`,
      lines.some((line) => line.startsWith(leak)) && `a line of the progress begins with ${leak}`,
    ]),
  ].filter((problem) => problem !== false)
}

const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&#x3C;': '<',
  '&#x26;': '&',
  '&amp;': '&',
  '&quot;': '"',
}

/** What a reader sees of a comment, folded parts included. */
const visibleText = (markdown: string): string =>
  toBody(markdown)
    .replace(/<[^>]*>/g, '')
    .replace(/&[#\w]+;/g, (entity) => ENTITIES[entity] ?? entity)
