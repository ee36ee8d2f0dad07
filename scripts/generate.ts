/** Writes what is derived from the code: `schema/*.json` and `docs/rules.md`. `--check` only compares. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { policySchema } from '../src/policy/schema.js'
import { recordSchema } from '../src/provenance/schema.js'
import { reportSchema } from '../src/verdict/report.js'
import { RULES } from '../src/verdict/rules/index.js'
import { CONSEQUENCES, type Rule } from '../src/verdict/rules/rule.js'

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): string =>
  `${JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' }), null, 2)}\n`

const SUBJECTS: Record<string, string> = {
  record: 'The record as a whole',
  claims: 'Claims: what the files of a run say',
  code: 'Code',
  data: 'Data',
  model: 'Model',
  environment: 'Environment: what the record says, the rebuild, and parity',
  seeds: 'Seeds',
  hyperparameters: 'Hyperparameters',
  metrics: 'Metrics',
  waiver: 'Waivers of the policy',
  evaluation: 'Evaluation: the replay and its agreement with the record',
  training: 'Training: the model that the replay of its training gives',
}

const verdictOf = ({ kind }: Rule): string =>
  CONSEQUENCES[kind] === null ? 'what it is; the check fails' : `\`${CONSEQUENCES[kind]}\``

function rulesPage(): string {
  const section = (subject: string, title: string) => [
    `## ${title}`,
    ...Object.entries<Rule>(RULES)
      .filter(([, rule]) => rule.subject === subject)
      .flatMap(([id, rule]) => [
        `### ${id}`,
        `**${rule.title}.** ${rule.why}`,
        `| production | exploratory | kind | as an error, the verdict is |\n|:--|:--|:--|:--|\n| ${rule.production} | ${rule.exploratory} | ${rule.kind} | ${verdictOf(rule)} |`,
        `To fix: ${rule.remedy}`,
      ]),
  ]
  return [
    '# Rules',
    '<!-- Written by `npm run generate` from src/verdict/rules/. -->',
    'Every finding names the rule it breaks. A rule has a level per track: an `error` fails the check on the production track, a `warn` is shown, `off` is silent. The policy changes a level for both tracks, or for one:',
    '```yaml\nrules:\n  data/licence-missing: error\n  environment/file-differs: {production: error, exploratory: off}\n```',
    ...Object.entries(SUBJECTS).flatMap(([subject, title]) => section(subject, title)),
    '',
  ].join('\n\n')
}

const FILES: Record<string, string> = {
  'schema/record.schema.json': jsonSchema(recordSchema, 'input'),
  'schema/policy.schema.json': jsonSchema(policySchema, 'input'),
  'schema/report.schema.json': jsonSchema(reportSchema, 'output'),
  'docs/rules.md': rulesPage().trimEnd() + '\n',
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const [path, text] of Object.entries(FILES)) {
  if ((await readFile(path, 'utf8').catch(() => null)) === text) continue
  stale.push(path)
  if (check) continue
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
if (check && stale.length > 0) {
  console.error(`Not what the code gives: ${stale.join(', ')}. Run \`npm run generate\`.`)
  process.exitCode = 1
}
