import { type Command, Option } from 'commander'
import { check } from '../gate.js'
import type { Rebuild } from '../stages/subject.js'
import { TRACKS, type Track } from '../verdict/rules/rule.js'
import { configOption, type Door, show, type ShowOptions, verboseOption } from './door.js'

interface CheckOptions extends ShowOptions {
  track?: Track
  rebuild?: Rebuild
  base?: string
}

export function addCheck(program: Command, door: Door): void {
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
