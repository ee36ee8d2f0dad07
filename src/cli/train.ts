import { type Command, InvalidArgumentError } from 'commander'
import { check } from '../gate.js'
import { renderJson } from '../report/json.js'
import { renderTrained, trainedCode } from '../report/training.js'
import { coloured, configOption, type Door, type ShowOptions, verboseOption } from './door.js'

interface TrainOptions extends ShowOptions {
  seeds?: number
}

export function addTrain(program: Command, door: Door): void {
  program
    .command('train')
    .description('rebuild, train the model again, twice, and compare it with the recorded one')
    .argument('[model...]', 'models of the policy; none: all')
    .option('--seeds <number>', 'train with so many other seeds, too: how much the metrics vary', seedCount)
    .option('--json', 'print the JSON report')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(configOption())
    .addOption(verboseOption())
    .addHelpText('after', TRAIN_HELP)
    .action(async (models: string[], options: TrainOptions) => {
      const { config, seeds } = options
      const request = {
        directory: process.cwd(),
        config,
        models,
        rebuild: 'fresh',
        training: { asked: true, seeds },
        occasion: { kind: 'work-tree' },
      } as const
      const report = await check(request, door.world(options))
      const colour = coloured(options)
      process.stdout.write(options.json ? renderJson(report) : renderTrained(report, { colour }))
      door.ended(trainedCode(report))
    })
}

const TRAIN_HELP = `
Exit codes: 0 the same model or the same results, 1 it differs, 2 could not be trained, or wrong usage.`

/** Seeds that one command trains with. */
const MOST_SEEDS = 100

function seedCount(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 2 && number <= MOST_SEEDS) return number
  throw new InvalidArgumentError(`Write a whole number from 2 to ${MOST_SEEDS}.`)
}
