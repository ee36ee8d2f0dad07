#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { errorText, ReprogateError } from './system/errors.js'
import { check } from './gate.js'
import { record } from './record/record.js'
import { renderJson } from './report/json.js'
import { renderRecorded, renderTerminal } from './report/terminal.js'
import { writeReport } from './system/report-file.js'
import { terminalProgress } from './terminal/progress.js'
import type { Report } from './verdict/report.js'
import { TRACKS, type Track } from './verdict/rules.js'
import { VERSION } from './system/version.js'

/** 0 pass or warn, 1 fail, 2 could not check, or wrong usage. */
const exitCode = ({ decision, verdict }: Pick<Report, 'decision' | 'verdict'>): 0 | 1 | 2 =>
  decision !== 'fail' ? 0 : verdict === 'could-not-check' ? 2 : 1

interface Common {
  config: string
  verbose?: true
}
interface CheckOptions extends Common {
  track?: Track
  rebuild?: 'fresh' | 'cached'
  json?: true
  color: boolean
}
interface RecordOptions extends Common {
  image?: string
  push?: string
  buildArg: Record<string, string>
}

function buildArgument(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as NAME=value.')
  return { ...before, [name]: value }
}

/** The terminal's door. Progress goes to standard error, the result to standard output. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => abort.abort(new ReprogateError('run/cancelled', 'cancelled', 'Run it again.')))
  const world = ({ verbose }: Common) => ({
    progress: terminalProgress(process.stderr, verbose === true),
    signal: abort.signal,
  })
  let code = 0

  const program = new Command('reprogate')
    .description('Can this result be reproduced, and if not, what exactly changed?')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(reprogate --help shows every command)')
    .addHelpText(
      'after',
      '\nExit codes: 0 pass or warn, 1 fail, 2 could not check, or wrong usage.\n\nExamples:\n  $ reprogate check                        every model of this repository\n  $ reprogate check digits --track production\n  $ reprogate record digits --push registry.example/digits',
    )
  const config = () => new Option('--config <path>', 'the policy').default('reprogate.yml')
  const verbose = () => new Option('--verbose', 'show what the build and the evaluation print')

  program
    .command('check')
    .description('check the record, rebuild the image, replay the evaluation, and say what differs')
    .argument('[model...]', 'models of the policy; none: all')
    .addOption(
      new Option('--track <track>', 'the stricter of this, the policy and the record wins').choices(TRACKS),
    )
    .addOption(
      new Option(
        '--rebuild <how>',
        'rebuild also on the exploratory track; `cached` is quick and no evidence',
      ).choices(['fresh', 'cached']),
    )
    .option('--json', 'print the JSON report')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(config())
    .addOption(verbose())
    .action(async (models: string[], options: CheckOptions) => {
      const directory = process.cwd()
      const { track, rebuild } = options
      const report = await check(
        { directory, config: options.config, models, ...(track && { track }), ...(rebuild && { rebuild }) },
        world(options),
      )
      const reportPath = await writeReport(directory, report)
      const colour = options.color && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
      process.stdout.write(options.json ? renderJson(report) : renderTerminal(report, { colour, reportPath }))
      code = exitCode(report)
    })

  program
    .command('record')
    .description('write a record from a real run: hash, evaluate in the sandbox, keep what a person wrote')
    .argument('<model>', 'the model, as the policy calls it')
    .addOption(
      new Option('--image <reference>', 'the image that the run used; resolved to its digest').conflicts(
        'push',
      ),
    )
    .option('--push <repository>', 'build the image from the Dockerfile and push it there')
    .option(
      '--build-arg <name=value>',
      'a build argument, may be repeated; kept in the record',
      buildArgument,
      {},
    )
    .addOption(config())
    .addOption(verbose())
    .action(async (model: string, options: RecordOptions) => {
      const { image, push, buildArg: args } = options
      const recorded = await record(
        {
          directory: process.cwd(),
          config: options.config,
          model,
          args,
          ...(image && { image }),
          ...(push && { push }),
        },
        world(options),
      )
      process.stdout.write(renderRecorded(recorded))
    })

  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(failedReport(error), null, 2)}\n`)
    process.stderr.write(failureText(error))
    return 2
  }
}

const failedReport = (error: unknown) => ({
  reprogate: 'report/1',
  verdict: 'could-not-check',
  decision: 'fail',
  error:
    error instanceof ReprogateError
      ? { code: error.code, message: error.message, remedy: error.remedy, ...error.location }
      : { code: 'bug', message: errorText(error) },
  models: [],
})

function failureText(error: unknown): string {
  if (!(error instanceof ReprogateError))
    return `reprogate: this is a bug of reprogate, please report it:\n${error instanceof Error ? error.stack : String(error)}\n`
  const { file, line } = error.location
  const where = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `
  return `reprogate: ${where}${error.message}\n  Fix: ${error.remedy}\n`
}

process.exitCode = await main(process.argv.slice(2))
