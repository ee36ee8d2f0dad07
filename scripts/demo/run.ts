import { renderComment } from '../../src/report/comment.js'
import { reportSchema, type Report } from '../../src/verdict/report.js'
import { toBody } from '../render.js'
import { attempt } from '../world/system.js'
import { copyOf, type Place } from './place.js'
import type { Scenario } from './scenarios.js'

export interface Outcome {
  report: Report
  exitCode: number
  /** The comment, as Markdown. */
  comment: string
  /** What the command printed while it worked. */
  progress: string
  seconds: number
}

/** A check that hangs is not as expected either. */
const LIMIT_MS = 15 * 60_000

/** Does to a copy of `recorded` what the scenario says, and checks it with the built command. */
export async function play(scenario: Scenario, recorded: Place): Promise<Outcome> {
  const begun = performance.now()
  const place = await copyOf(recorded)
  try {
    await scenario.arrange(place)
    const argv = [process.execPath, place.cli, 'check', '--json', '--verbose'] as const
    const { code, stdout, stderr } = await attempt(argv, { cwd: place.folder, timeout: LIMIT_MS })
    const report = readReport(stdout.toString(), stderr)
    const comment = renderComment(report, { id: 'digits' })
    return { report, exitCode: code, comment, progress: stderr, seconds: (performance.now() - begun) / 1000 }
  } finally {
    await place.leave()
  }
}

function readReport(stdout: string, stderr: string): Report {
  const said = () => stderr.trim().split('\n').slice(-5).join('\n')
  try {
    return reportSchema.parse(JSON.parse(stdout))
  } catch (cause) {
    throw new Error(`the command gave no report:\n${stdout.slice(0, 500)}\n${said()}`, { cause })
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
