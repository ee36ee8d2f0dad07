import { type Command, InvalidArgumentError, Option } from 'commander'
import { recordCommand } from '../record/capture/index.js'
import { record } from '../record/record.js'
import { renderCaptured, renderRecorded } from '../report/recorded.js'
import { type Common, configOption, type Door, verboseOption } from './door.js'

interface RecordOptions extends Common {
  image?: string
  push?: string
  buildArg: Record<string, string>
}

export function addRecord(program: Command, door: Door): void {
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

function buildArgument(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as NAME=value.')
  return { ...before, [name]: value }
}
