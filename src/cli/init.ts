import { type Command, InvalidArgumentError, Option } from 'commander'
import { check } from '../gate.js'
import { init } from '../init/init.js'
import { renderInitialised } from '../report/initialised.js'
import { printableJson } from '../report/json.js'
import { coloured, configOption, type Door, type ShowOptions, verboseOption } from './door.js'

interface InitOptions extends ShowOptions {
  dryRun?: true
  asOf?: string
  base?: string
}

export function addInit(program: Command, door: Door): void {
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
      const { config, asOf, base, json } = options
      const dryRun = options.dryRun === true
      const made = await init({ directory, config, dryRun, asOf, base }, door.world(options))
      const request = { directory, config, models: [], occasion: { kind: 'work-tree' } } as const
      const report = made.models.length === 0 ? undefined : await check(request, door.world(options))
      const colour = coloured(options)
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
