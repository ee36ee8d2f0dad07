#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { check } from './gate.js'
import { init } from './init/init.js'
import { recordCommand } from './record/capture/index.js'
import { record } from './record/record.js'
import { renderCompared } from './report/compared.js'
import { renderInitialised } from './report/initialised.js'
import { printableJson, renderJson } from './report/json.js'
import { printed } from './report/plain.js'
import { renderCaptured, renderRecorded } from './report/recorded.js'
import { isUnmoved, isUnprobed, renderProbe } from './report/probe.js'
import { renderTerminal } from './report/terminal.js'
import { compareResults } from './results/files.js'
import type { Rebuild } from './stages/subject.js'
import { errorText, ReprogateError } from './system/errors.js'
import { writeReportFile } from './system/report-file.js'
import type { World } from './system/session.js'
import { VERSION } from './system/version.js'
import { terminalProgress } from './terminal/progress.js'
import { cleanLines } from './text/clean.js'
import type { Report } from './verdict/report.js'
import { TRACKS, type Track } from './verdict/rules/rule.js'

/** 0 pass or warn, 1 fail, 2 could not check, or wrong usage. */
type ExitCode = 0 | 1 | 2

const exitCode = ({ decision, verdict }: Pick<Report, 'decision' | 'verdict'>): ExitCode =>
  decision !== 'fail' ? 0 : verdict === 'could-not-check' ? 2 : 1

interface Common {
  config: string
  verbose?: true
}
interface ShowOptions extends Common {
  json?: true
  color: boolean
}
interface CheckOptions extends ShowOptions {
  track?: Track
  rebuild?: Rebuild
  base?: string
}
interface ProbeOptions extends ShowOptions {
  network?: true
}
interface AuditOptions extends ShowOptions {
  record?: string
}
interface InitOptions extends ShowOptions {
  dryRun?: true
  asOf?: string
  base?: string
}
interface RecordOptions extends Common {
  image?: string
  push?: string
  buildArg: Record<string, string>
}

/** What a command's action is given beside its options, and what it comes to. */
interface Door {
  world(options: Common): World
  ended(code: ExitCode): void
}

/** The terminal's door. Progress goes to standard error, the result to standard output. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => abort.abort(new ReprogateError('check/cancelled', 'cancelled')))
  let code: ExitCode = 0
  const door: Door = {
    world: ({ verbose }) => ({
      progress: terminalProgress(process.stderr, verbose === true),
      signal: abort.signal,
    }),
    ended: (with_) => (code = with_),
  }
  const program = new Command('reprogate')
    .description('Can this result be reproduced, and if not, what exactly changed?')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(reprogate --help shows every command)')
    .addHelpText('after', HELP)
  addCheck(program, door)
  addProbe(program, door)
  addAudit(program, door)
  addRecord(program, door)
  addCompare(program, door)
  addInit(program, door)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (argv.includes('--json')) process.stdout.write(printableJson(failedReport(error)))
    process.stderr.write(printed(cleanLines(failureText(error)).split('\n')))
    return 2
  }
}

const HELP = `
Exit codes: 0 pass or warn, 1 fail, 2 could not check, or wrong usage.

Examples:
  $ reprogate init                         what this repository has, and the files that it lacks
  $ reprogate check                        every model of this repository
  $ reprogate check digits --track production
  $ reprogate probe digits                 what moves its results: threads, instructions, hash seed, clock …
  $ reprogate audit digits                 can the recorded run be obtained again?
  $ reprogate record digits                build, evaluate, and write down what that shows
  $ reprogate record digits -- python train.py
  $ reprogate compare recorded.csv replayed.csv`

const configOption = () => new Option('--config <path>', 'the policy').default('reprogate.yml')
const verboseOption = () => new Option('--verbose', 'show what the build and the evaluation print')

function addCheck(program: Command, door: Door): void {
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
        'rebuild also on the exploratory track; `cached` is quick and is not evidence',
      ).choices(['fresh', 'cached']),
    )
    .option(
      '--base <revision>',
      'look at it as a pull request into this revision, by whose policy it is judged',
    )
    .option('--json', 'print the JSON report')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(configOption())
    .addOption(verboseOption())
    .action(async (models: string[], options: CheckOptions) => {
      const directory = process.cwd()
      const { track, rebuild, config, base } = options
      const occasion = { kind: 'work-tree', base } as const
      const report = await check({ directory, config, models, track, rebuild, occasion }, door.world(options))
      await show(report, options, door)
    })
}

function addProbe(program: Command, door: Door): void {
  program
    .command('probe')
    .description('rebuild, and replay the evaluation along every axis on which machines and runs differ')
    .argument('[model...]', 'models of the policy; none: all')
    .option('--network', 'give it the network in one of the replays')
    .option('--json', 'print the JSON report')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(configOption())
    .addOption(verboseOption())
    .addHelpText('after', PROBE_HELP)
    .action(async (models: string[], options: ProbeOptions) => {
      const { config, network } = options
      const probe = { network: network === true }
      const occasion = { kind: 'work-tree' } as const
      const directory = process.cwd()
      const rebuild = 'cached'
      const report = await check({ directory, config, models, rebuild, probe, occasion }, door.world(options))
      const { json, color } = options
      const colour = color && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
      process.stdout.write(json ? renderJson(report) : renderProbe(report, { colour }))
      door.ended(probeExitCode(report))
    })
}

const PROBE_HELP = `
Exit codes: 0 nothing moves the results, 1 something does, 2 could not probe, or wrong usage.`

/** The worst of the models. */
const probeExitCode = ({ models }: Report): ExitCode =>
  models.some(isUnprobed) ? 2 : models.every(isUnmoved) ? 0 : 1

function addAudit(program: Command, door: Door): void {
  program
    .command('audit')
    .description('check whether the recorded run can be obtained again, at the commit that its record names')
    .argument('[model...]', 'models of the policy; none: all')
    .option(
      '--record <path[@revision]>',
      'the record to audit, as it is at a revision; default: the work tree',
    )
    .option('--json', 'print the JSON report')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(configOption())
    .addOption(verboseOption())
    .action(async (models: string[], options: AuditOptions) => {
      const [, path, at] = /^(.*?)(?:@([^@]+))?$/s.exec(options.record ?? '') ?? []
      const report = await check(
        {
          directory: process.cwd(),
          config: options.config,
          models,
          record: path || undefined,
          rebuild: 'fresh',
          occasion: { kind: 'work-tree', at },
          audit: true,
        },
        door.world(options),
      )
      await show(report, options, door)
    })
}

async function show(report: Report, { json, color }: ShowOptions, door: Door): Promise<void> {
  const reportPath = await writeReportFile(process.cwd(), renderJson(report))
  const colour = color && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
  process.stdout.write(json ? renderJson(report) : renderTerminal(report, { colour, reportPath }))
  door.ended(exitCode(report))
}

function addRecord(program: Command, door: Door): void {
  program
    .command('record')
    .description('write a record from a real run: hash, evaluate in the sandbox, keep what a person wrote')
    .argument('<model>', 'the model, as the policy calls it')
    .argument('[command...]', 'behind `--`: a command that is run here, and what it does is recorded')
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
    .addOption(configOption())
    .addOption(verboseOption())
    .action(async (model: string, command: string[], options: RecordOptions) => {
      const { image, push, config, buildArg: args } = options
      const directory = process.cwd()
      const [program, ...rest] = command
      if (program !== undefined) {
        const captured = await recordCommand(
          { directory, config, model, command: [program, ...rest] },
          // What it prints is what a person waits for.
          door.world({ ...options, verbose: true }),
        )
        process.stdout.write(renderCaptured(captured))
        return
      }
      const recorded = await record({ directory, config, model, args, image, push }, door.world(options))
      process.stdout.write(renderRecorded(recorded))
    })
}

interface CompareOptions {
  key?: string
  absolute?: number
  relative?: number
  json?: true
}

function addCompare(program: Command, door: Door): void {
  program
    .command('compare')
    .description('compare two result files, metrics or predictions, as a check does')
    .argument('<recorded>', 'the file that the other is compared with')
    .argument('<replayed>', 'the other file')
    .option('--key <column>', 'the column that identifies a row; default: the first')
    .option('--absolute <number>', 'how far any number may move', size)
    .option('--relative <number>', 'the same, as a part of the recorded number; default: 1e-6', size)
    .option('--json', 'print the comparison as JSON')
    .addHelpText('after', '\nExit codes: 0 the same within the tolerance, 1 different, 2 cannot be compared.')
    .action(async (recorded: string, replayed: string, options: CompareOptions) => {
      const { key, absolute, relative, json } = options
      const everywhere = absolute === undefined && relative === undefined ? undefined : { absolute, relative }
      const compared = await compareResults(recorded, replayed, { key, everywhere }).catch(
        (error: unknown) => {
          const { code, path = '' } = error as NodeJS.ErrnoException
          if (code === undefined) throw error
          throw new ReprogateError('compare/unreadable', `${path} cannot be read (${code})`)
        },
      )
      process.stdout.write(json ? printableJson(compared) : renderCompared(compared))
      door.ended(compared.grade === 'not-comparable' ? 2 : compared.grade === 'different' ? 1 : 0)
    })
}

function size(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !(number >= 0))
    throw new InvalidArgumentError('Write a number that is not negative.')
  return number
}

function addInit(program: Command, door: Door): void {
  program
    .command('init')
    .description(
      'look at the repository, write the policy, the draft of a record and the workflow that it lacks',
    )
    .option('--dry-run', 'look, and write nothing')
    .addOption(
      new Option(
        '--as-of <day>',
        'resolve packages as of this day, `today` or YYYY-MM-DD; default: that of the code',
      ).argParser(day),
    )
    .option(
      '--base <image>',
      'the image that a Dockerfile begins with, by tag or digest; default: the official one of Python',
    )
    .option('--json', 'print what was found as JSON')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(configOption())
    .addOption(verboseOption())
    .action(async (options: InitOptions) => {
      const directory = process.cwd()
      const { config, asOf, base, json, color } = options
      const dryRun = options.dryRun === true
      const made = await init({ directory, config, dryRun, asOf, base }, door.world(options))
      const request = { directory, config, models: [], occasion: { kind: 'work-tree' } } as const
      const report = made.models.length === 0 ? undefined : await check(request, door.world(options))
      const colour = color && process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined
      process.stdout.write(
        json
          ? printableJson({ reprogate: 'init/1', ...made, report })
          : renderInitialised(made, { colour, dryRun, report }),
      )
    })
}

function day(text: string): string {
  if (text === 'today') return new Date().toISOString().slice(0, 10)
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new InvalidArgumentError('Write it as YYYY-MM-DD, or `today`.')
}

function buildArgument(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as NAME=value.')
  return { ...before, [name]: value }
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

// A reader such as `head` has seen enough: that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv.slice(2))
