/**
 * Tries the built command on a folder of clones and prints the table of `docs/repositories.md`: what was found,
 * the verdict and the rung, the next line and the seconds, beside what a careful reading by hand says is true.
 * Nothing is written, neither here nor into a clone; progress goes to standard error.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { Initialised } from '../src/init/init.js'
import { createRunner, type RunProgram } from '../src/system/process.js'
import { oneLine } from '../src/text/clean.js'
import type { Report } from '../src/verdict/report.js'

const HELP = `Tries the built command on public repositories, and prints a table in Markdown.

  npm run repositories -- <folder of clones>    each folder below it that is a git repository
  npm run repositories -- <folder> --command <cli/index.js>    another build than dist/

What is true of each repository stands in docs/repositories.json, as read by hand.
`
const HOME = resolve(import.meta.dirname, '..')
const WIDTH = 90
const LIMIT_MS = 120_000

/**
 * What a reader says of one thing that was looked for: found as it is; a fair question; a question beside the
 * point; something else asserted; overlooked; nothing to find and nothing said.
 */
const GRADES = ['right', 'question', 'odd', 'wrong', 'missed', 'none'] as const
const grade = z.enum(GRADES)
type Grade = z.infer<typeof grade>

export const judgementSchema = z.strictObject({
  /** `owner/name` */
  repository: z.string(),
  /** The commit that was read; another one gives a row without a judgement. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  kind: z.string(),
  command: grade,
  metrics: grade,
  environment: grade,
  /** Contradictions that were claimed, and how many of them are so. */
  contradictions: z.strictObject({ claimed: z.int(), true: z.int() }).optional(),
  truth: z.string(),
  /** What became of it since the first run, which is the one that the grades are of. */
  after: z.string().optional(),
})
export type Judgement = z.infer<typeof judgementSchema>

interface Tried {
  repository: string
  commit: string
  looked: Initialised | undefined
  report: Report | undefined
  /** Of `init` and of `check`. */
  seconds: [number, number]
}

async function tryOut(run: RunProgram, folder: string, command: string): Promise<Tried> {
  const git = async (...words: string[]) =>
    (await run(['git', '-C', folder, ...words])).stdout.toString().trim()
  const origin = await git('remote', 'get-url', 'origin')
  const timed = async (...words: string[]) => {
    const begun = performance.now()
    const { stdout } = await run([process.execPath, command, ...words, '--json'], {
      cwd: folder,
      timeout: LIMIT_MS,
    })
    return { value: parsed(stdout.toString()), seconds: (performance.now() - begun) / 1000 }
  }
  const looked = await timed('init', '--dry-run')
  const checked = await timed('check')
  return {
    repository: origin.replace(/^.*github\.com[/:]/, '').replace(/\.git$/, ''),
    commit: await git('rev-parse', 'HEAD'),
    looked: looked.value as Initialised | undefined,
    report: checked.value as Report | undefined,
    seconds: [looked.seconds, checked.seconds],
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const cell = (text: string): string => oneLine(text, WIDTH).replaceAll('|', '\\|')
const code = (text: string): string => `\`${cell(text.replaceAll('`', "'"))}\``

/** What was found of the first model under a label; a guess is a question. */
function found({ looked }: Tried, labels: readonly string[]): string {
  const row = looked?.models[0]?.rows.find(
    ({ label, value }) => labels.includes(label) && value !== undefined,
  )
  if (row === undefined) return '–'
  return `${code(row.value!)}${row.sure ? '' : ' ?'}`
}

function rowOf(tried: Tried, judgement: Judgement | undefined): string {
  const { report } = tried
  const model = report?.models[0]
  const verdict = model ? `${model.verdict}, rung ${String(model.rung?.reached ?? 0)}` : 'nothing to check'
  const cells = [
    tried.repository,
    code(tried.commit.slice(0, 7)),
    judgement?.kind ?? '',
    found(tried, ['evaluate', 'run']),
    found(tried, ['metrics']),
    found(tried, ['environment']),
    report === undefined ? 'no report' : verdict,
    cell(model?.next ?? '–'),
    tried.seconds.map((seconds) => seconds.toFixed(1)).join(' + '),
    judgement ? readingOf(judgement) : 'not read yet',
  ]
  return `| ${cells.join(' | ')} |`
}

const readingOf = ({ command, metrics, environment, truth, after }: Judgement): string =>
  `command ${command}, metrics ${metrics}, environment ${environment}. ${truth}${after === undefined ? '' : ` Since: ${after}`}`

/** `17 of 20`: those that were right, of those with something to find. */
function score(judgements: readonly Judgement[], of: 'command' | 'metrics' | 'environment'): string {
  const grades = judgements.map((one): Grade => one[of]).filter((one) => one !== 'none')
  const right = grades.filter((one) => one === 'right').length
  return `${String(right)} of ${String(grades.length)} (${GRADES.slice(1, 5)
    .map((name) => `${name} ${String(grades.filter((one) => one === name).length)}`)
    .join(', ')})`
}

/** What the judgements come to, as a table. */
export function summary(judgements: readonly Judgement[]): string[] {
  const sum = (of: 'claimed' | 'true') =>
    judgements.reduce((total, { contradictions }) => total + (contradictions?.[of] ?? 0), 0)
  return [
    `| found | repositories |`,
    `| --- | --- |`,
    `| the evaluation command, in the first place | ${score(judgements, 'command')} |`,
    `| the metrics file | ${score(judgements, 'metrics')} |`,
    `| the environment | ${score(judgements, 'environment')} |`,
    `| contradictions that were claimed, and are so | ${String(sum('true'))} of ${String(sum('claimed'))} |`,
  ]
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { command: { type: 'string' }, help: { type: 'boolean' } },
  })
  const [folder] = positionals
  if (values.help || folder === undefined) {
    process.stdout.write(HELP)
    return
  }
  const command = resolve(values.command ?? join(HOME, 'dist', 'cli', 'index.js'))
  const text = await readFile(join(HOME, 'docs', 'repositories.json'), 'utf8')
  const judgements = z.array(judgementSchema).parse(JSON.parse(text))
  const run = createRunner(new AbortController().signal)
  const entries = await readdir(folder, { withFileTypes: true })
  const used: Judgement[] = []
  const rows: string[] = []
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    process.stderr.write(`${name}\n`)
    const tried = await tryOut(run, resolve(folder, name), command)
    const judgement = judgements.find(
      (one) => one.repository === tried.repository && one.commit === tried.commit,
    )
    if (judgement) used.push(judgement)
    rows.push(rowOf(tried, judgement))
  }
  const head = [
    'repository',
    'commit',
    'kind',
    'command',
    'metrics',
    'environment',
    'verdict',
    'next line',
    'seconds',
    'read by hand',
  ]
  process.stdout.write(
    [...summary(used), '', `| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows, ''].join(
      '\n',
    ),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
