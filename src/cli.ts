#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { addAudit } from './cli/audit.js'
import { addCheck } from './cli/check.js'
import { addCompare } from './cli/compare.js'
import type { Door, ExitCode } from './cli/door.js'
import { addExplain } from './cli/explain.js'
import { failedReport, toldFailure } from './cli/failure.js'
import { addInit } from './cli/init.js'
import { addProbe } from './cli/probe.js'
import { addRecord } from './cli/record.js'
import { addTrain } from './cli/train.js'
import { printableJson } from './report/json.js'
import { printed } from './report/plain.js'
import { ReprogateError } from './system/errors.js'
import { VERSION } from './system/version.js'
import { terminalProgress } from './terminal/progress.js'
import { cleanLines } from './text/clean.js'

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
  addExplain(program, door)
  addTrain(program, door)
  addRecord(program, door)
  addCompare(program, door)
  addInit(program, door)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (argv.includes('--json')) process.stdout.write(printableJson(failedReport(error)))
    process.stderr.write(printed(cleanLines(toldFailure(error)).split('\n')))
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
  $ reprogate explain digits --report report.json   what made the result of that run differ
  $ reprogate train digits                 does training give the recorded model?
  $ reprogate record digits                build, evaluate, and write down what that shows
  $ reprogate record digits -- python train.py
  $ reprogate compare recorded.csv replayed.csv`

// A reader such as `head` has seen enough: that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv.slice(2))
