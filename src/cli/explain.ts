import { type Command, InvalidArgumentError, Option } from 'commander'
import { join } from 'node:path'
import { check, type CheckRequest } from '../gate.js'
import { limitsSchema, type Limits } from '../policy/schema.js'
import { renderExplained } from '../report/explained.js'
import { printableJson } from '../report/json.js'
import { ReprogateError } from '../system/errors.js'
import { readReportFile, REPORT_FILE } from '../system/report-file.js'
import type { World } from '../system/session.js'
import {
  explained,
  explainedSchema,
  hasDifference,
  type Explanations,
  type ExplainedModel,
  type SeenReport,
} from '../verdict/explained.js'
import type { Report } from '../verdict/report.js'
import { coloured, configOption, type Door, type ExitCode, type ShowOptions, verboseOption } from './door.js'

interface ExplainOptions extends ShowOptions {
  report?: string
  rebuild: 'fresh' | 'cached'
  limit: Partial<Limits>
}

export function addExplain(program: Command, door: Door): void {
  program
    .command('explain')
    .description('search here for what made the result of a report differ from its record')
    .argument('[model...]', 'models of the report; none: all that differ')
    .option('--report <file>', `the JSON report of a check; default: ${REPORT_FILE}`)
    .addOption(
      new Option('--rebuild <how>', '`cached` is quick, and what was installed may be old')
        .choices(['fresh', 'cached'])
        .default('fresh'),
    )
    .option(
      '--limit <name=number>',
      'a limit in place of the policy’s, may be repeated: `cause=30` (minutes)',
      limit,
      {},
    )
    .option('--json', 'print what was found as JSON')
    .option('--no-color', 'no colour, also on a terminal')
    .addOption(configOption())
    .addOption(verboseOption())
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (models: string[], options: ExplainOptions) => {
      const directory = process.cwd()
      const seen = await readReportFile(options.report ?? join(directory, REPORT_FILE))
      const wanted = modelsOf(seen, models)
      const names = wanted.filter(hasDifference).map(({ name }) => name)
      const { config, rebuild, limit: limits } = options
      const request = { directory, config, models: names, rebuild, limits }
      const here = names.length === 0 ? undefined : await checkAt(seen, request, door.world(options))
      const result = explained(seen, wanted, here)
      const colour = coloured(options)
      process.stdout.write(
        options.json ? printableJson(explainedSchema.parse(result)) : renderExplained(result, { colour }),
      )
      door.ended(explainedCode(result))
    })
}

const EXPLAIN_HELP = `
Exit codes: 0 explained, or nothing to explain; 1 not explained, or not seen here; 2 could not check, or wrong usage.`

function modelsOf({ models }: SeenReport, names: readonly string[]): SeenReport['models'] {
  const known = models.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new ReprogateError(
      'report/no-model',
      `the report has no model ${unknown}; it has ${known.join(', ')}`,
    )
  return names.length === 0 ? models : models.filter(({ name }) => names.includes(name))
}

/**
 * The commit of the report, if this clone has it. The merge of a pull request is in nobody's clone: then
 * what is checked out is looked at, and the result says so.
 */
async function checkAt(
  { commit, judged }: SeenReport,
  request: Omit<CheckRequest, 'occasion'>,
  world: World,
): Promise<Report> {
  const workTree = { ...request, occasion: { kind: 'work-tree' } } as const
  if (judged === 'work tree') return check(workTree, world)
  try {
    return await check({ ...request, occasion: { kind: 'work-tree', at: commit } }, world)
  } catch (error) {
    if (!(error instanceof ReprogateError) || error.code !== 'git/revision-unknown') throw error
    return check(workTree, world)
  }
}

const CODES: Record<ExplainedModel['outcome'], ExitCode> = {
  explained: 0,
  'nothing-to-explain': 0,
  'not-explained': 1,
  'not-seen-here': 1,
  'could-not-check': 2,
}

/** The worst of the models. */
const explainedCode = ({ models }: Explanations): ExitCode =>
  models.map(({ outcome }) => CODES[outcome]).reduce<ExitCode>((a, b) => (a > b ? a : b), 0)

function limit(text: string, before: Partial<Limits>): Partial<Limits> {
  const [, name = '', number = ''] = /^([a-z]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  const parsed = limitsSchema.partial().safeParse({ [name]: Number(number) })
  if (number !== '' && parsed.success) return { ...before, [name]: Number(number) }
  throw new InvalidArgumentError(
    `Write it as one of ${Object.keys(limitsSchema.shape).join(', ')}, \`=\` and a number.`,
  )
}
