import { Option } from 'commander'
import { renderJson } from '../report/json.js'
import { renderTerminal } from '../report/terminal.js'
import { writeReportFile } from '../system/report-file.js'
import type { World } from '../system/session.js'
import type { Report } from '../verdict/report.js'

/** 0 pass or warn, 1 fail, 2 could not check, or wrong usage. */
export type ExitCode = 0 | 1 | 2

const exitCode = ({ decision, verdict }: Pick<Report, 'decision' | 'verdict'>): ExitCode =>
  decision !== 'fail' ? 0 : verdict === 'could-not-check' ? 2 : 1

export interface Common {
  config: string
  verbose?: true
}
export interface ShowOptions extends Common {
  json?: true
  color: boolean
}

/** What a command's action is given beside its options, and what it comes to. */
export interface Door {
  world(options: Common): World
  ended(code: ExitCode): void
}

export const configOption = () => new Option('--config <path>', 'the policy').default('reprogate.yml')
export const verboseOption = () => new Option('--verbose', 'show what the build and the evaluation print')

/** Colors are for a terminal whose owner has not said no to them. */
export const coloured = ({ color }: Pick<ShowOptions, 'color'>): boolean =>
  color && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined

/** Writes the report beside the policy, prints it, and ends with its code. */
export async function show(report: Report, options: ShowOptions, door: Door): Promise<void> {
  const reportPath = await writeReportFile(process.cwd(), renderJson(report))
  const colour = coloured(options)
  process.stdout.write(options.json ? renderJson(report) : renderTerminal(report, { colour, reportPath }))
  door.ended(exitCode(report))
}
