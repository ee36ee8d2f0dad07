import { type Command, InvalidArgumentError } from 'commander'
import { renderCompared } from '../report/compared.js'
import { printableJson } from '../report/json.js'
import { compareResults } from '../results/files.js'
import { ReprogateError } from '../system/errors.js'
import type { Door } from './door.js'

interface CompareOptions {
  key?: string
  absolute?: number
  relative?: number
  json?: true
}

export function addCompare(program: Command, door: Door): void {
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
