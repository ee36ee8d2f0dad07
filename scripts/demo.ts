/**
 * The main job, seen whole: records the example, checks it, breaks it in every way, and checks again.
 *
 * `npm run demo [-- <part of a scenario's name>…]`; the comments are left in `.reprogate/demo/`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { commandOf } from './demo/command.js'
import { recordedPlace, type Place } from './demo/place.js'
import { pool } from './demo/pool.js'
import { judge, play, type Outcome } from './demo/run.js'
import { FROM_NOTHING } from './demo/from-nothing.js'
import type { Scenario } from './demo/scenario.js'
import { SCENARIOS } from './demo/scenarios.js'
import { named, renderTable, summary, type Row } from './demo/table.js'
import { toHtml } from './render.js'
import { startWorld } from './world.js'

const HERE = resolve(import.meta.dirname, '..')
const COMMENTS = join(HERE, '.reprogate', 'demo')
/** The longest first. */
const ALL = [FROM_NOTHING, ...SCENARIOS]
/** A build keeps one core busy, and waits for the network and the disk in between. */
const AT_ONCE = 2

const seconds = (since: number) => (performance.now() - since) / 1000
const log = (line: string) => void process.stdout.write(`${line}\n`)

async function writeOutcome(scenario: Scenario, { comment, report }: Outcome): Promise<void> {
  const file = join(COMMENTS, scenario.name.replaceAll(/[^a-z0-9]+/gi, '-'))
  // `npm run golden -- --demo` keeps them as what the tests render.
  await writeFile(`${file}.json`, `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(`${file}.md`, comment)
  await writeFile(`${file}.html`, toHtml(comment, { theme: 'light' }))
}

/** Plays a scenario, and leaves its comment. What goes wrong in it is in its row; being cancelled is not. */
async function rowOf(scenario: Scenario, recorded: Place, signal: AbortSignal): Promise<Row> {
  log(`· ${scenario.name}`)
  const started = performance.now()
  const row = await play(scenario, recorded).then(
    async (outcome) => {
      await writeOutcome(scenario, outcome)
      const { report } = outcome
      return { verdict: report.verdict, named: named(report), problems: judge(scenario, outcome) }
    },
    (error: Error) => {
      signal.throwIfAborted()
      return { verdict: 'failed', named: '', problems: [error.message] }
    },
  )
  log(`${row.problems.length === 0 ? '✔' : '✖'} ${scenario.name}: ${row.verdict}`)
  return { name: scenario.name, ...row, seconds: seconds(started) }
}

async function demo(wanted: readonly string[], signal: AbortSignal): Promise<number> {
  const begun = performance.now()
  const scenarios = ALL.filter(
    ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  )
  if (scenarios.length === 0)
    throw new Error(
      `no scenario has ${wanted.join(' or ')} in its name; there are\n${ALL.map(({ name }) => `  ${name}`).join('\n')}`,
    )
  const cli = join(HERE, 'dist', 'cli', 'index.js')
  if (!existsSync(cli)) {
    log('· building the command')
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: HERE, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  await rm(COMMENTS, { recursive: true, force: true })
  await mkdir(COMMENTS, { recursive: true })

  log('· engine, registry and base image')
  const world = await startWorld({ log: (line) => log(`    ${line}`) })
  try {
    log(`    ${world.base}`)
    log('· recording the example')
    const recorded = await recordedPlace({ world, command: commandOf(cli, signal) })
    try {
      log(`    recorded after ${seconds(begun).toFixed(0)} s`)
      const rows = await pool(scenarios, AT_ONCE, (scenario) => rowOf(scenario, recorded, signal))
      log(`\n${renderTable(rows)}\n`)
      const folder = relative(process.cwd(), COMMENTS)
      log(`The comments are in ${folder}/, as Markdown and HTML; all in ${seconds(begun).toFixed(0)} s.`)
      log(summary(rows))
      return rows.every(({ problems }) => problems.length === 0) ? 0 : 1
    } finally {
      await recorded.leave()
    }
  } finally {
    await world.stop()
  }
}

const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    log('· cancelled: cleaning up')
    abort.abort(new Error('cancelled'))
  })
process.exitCode = await demo(process.argv.slice(2), abort.signal).catch((error: Error) => {
  process.stderr.write(`demo: ${error.message}\n`)
  return 2
})
