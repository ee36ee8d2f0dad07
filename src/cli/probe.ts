import type { Command } from 'commander'
import { check } from '../gate.js'
import { renderJson } from '../report/json.js'
import { isUnmoved, isUnprobed, renderProbe } from '../report/probe.js'
import type { Report } from '../verdict/report.js'
import { coloured, configOption, type Door, type ExitCode, type ShowOptions, verboseOption } from './door.js'

interface ProbeOptions extends ShowOptions {
  network?: true
}

export function addProbe(program: Command, door: Door): void {
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
      const { json } = options
      const colour = coloured(options)
      process.stdout.write(json ? renderJson(report) : renderProbe(report, { colour }))
      door.ended(probeExitCode(report))
    })
}

const PROBE_HELP = `
Exit codes: 0 nothing moves the results, 1 something does, 2 could not probe, or wrong usage.`

/** The worst of the models. */
const probeExitCode = ({ models }: Report): ExitCode =>
  models.some(isUnprobed) ? 2 : models.every(isUnmoved) ? 0 : 1
