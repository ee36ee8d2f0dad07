import type { Command } from 'commander'
import { check } from '../gate.js'
import { configOption, type Door, show, type ShowOptions, verboseOption } from './door.js'

interface AuditOptions extends ShowOptions {
  record?: string
}

export function addAudit(program: Command, door: Door): void {
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
