/**
 * The comments that a reviewer of this repository reads: one for each report, in
 * `__tests__/report/golden/`. `npm run golden` writes them; `--check` only compares; `--demo` takes the
 * reports of the demo's scenarios anew from what `npm run demo` has left.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CAUSES } from '../__tests__/report/causes.js'
import { GOLDEN, OPTIONS } from '../__tests__/report/fixtures.js'
import { renderComment } from '../src/report/comment.js'
import { reportSchema, type Report } from '../src/verdict/report.js'

export const FOLDER = resolve(import.meta.dirname, '..', '__tests__', 'report', 'golden')

/** File names and texts. */
export type GoldenFiles = Readonly<Record<string, string>>

export const goldenFiles = (reports: Readonly<Record<string, Report>>): GoldenFiles =>
  Object.fromEntries(
    Object.entries(reports).map(([name, report]) => [`${name}.md`, `${renderComment(report, OPTIONS)}\n`]),
  )

/** Durations in seconds, by the name of their field. */
const SECONDS = new Set(['seconds', 'buildSeconds', 'replays'])
const HASH = /\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b/g
const HASH_OR_PREFIX = /\b[0-9a-f]{7,64}\b/g

/**
 * A report of a real check without what varies from run to run: commits and digests are numbered in the
 * order in which they appear, durations are 1 s, ports and times are the same.
 */
export function steady(report: Report): Report {
  const known = new Map<string, string>()
  for (const [hash] of JSON.stringify(report).matchAll(HASH))
    if (!known.has(hash)) known.set(hash, numbered(known.size, hash.length))
  const hashes = [...known]
  const text = (value: string): string =>
    value
      .replace(HASH_OR_PREFIX, (found) => {
        const [, other] = hashes.find(([hash]) => hash.startsWith(found)) ?? []
        return other?.slice(0, found.length) ?? found
      })
      .replace(/\b(localhost|127\.0\.0\.1):\d+/g, '$1:5000')
      // As BuildKit prints the seconds of a step.
      .replace(/^#\d+ \d+\.\d+ /, '#1 1.000 ')
      .replace(/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, '2026-01-01')
  const walk = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((one) => walk(one, name))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one, key)]))
    if (typeof value === 'number') return SECONDS.has(name) ? 1 : value
    return typeof value === 'string' ? text(value) : value
  }
  return reportSchema.parse({ ...(walk(report) as Report), started: '2026-01-01T00:00:00Z' })
}

const numbered = (number: number, length: number): string =>
  createHash('sha256').update(String(number)).digest('hex').slice(0, length)

/** Names of files that differ from what the code gives, or that nothing gives. */
export async function stale(files: GoldenFiles, folder = FOLDER): Promise<string[]> {
  const kept = await readdir(folder).catch(() => [])
  const names = [...new Set([...Object.keys(files), ...kept])].sort()
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name), 'utf8').catch(() => undefined)),
  )
  return names.filter((name, index) => files[name] !== texts[index])
}

export async function writeGolden(files: GoldenFiles, folder = FOLDER): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

const DEMO = resolve(import.meta.dirname, '..', '.reprogate', 'demo')
/** Reports of the demo's scenarios, as a real check gave them. */
export const SCENARIO_REPORTS = resolve(import.meta.dirname, '..', '__tests__', 'report', 'scenarios')

const jsonIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()

/** Keeps the reports that the last `npm run demo` has left. */
async function keepScenarios(): Promise<void> {
  for (const name of await jsonIn(DEMO)) {
    const report = steady(reportSchema.parse(JSON.parse(await readFile(join(DEMO, name), 'utf8'))))
    await writeFile(join(SCENARIO_REPORTS, name), `${JSON.stringify(report, null, 2)}\n`)
  }
}

/** Every report whose comment is kept: the fixtures of the tests, and the demo's scenarios. */
export async function goldenReports(): Promise<Record<string, Report>> {
  const scenarios = await Promise.all(
    (await jsonIn(SCENARIO_REPORTS)).map(
      async (name) =>
        [
          `demo-${name.replace(/\.json$/, '')}`,
          reportSchema.parse(JSON.parse(await readFile(join(SCENARIO_REPORTS, name), 'utf8'))),
        ] as const,
    ),
  )
  return { ...GOLDEN, ...CAUSES, ...Object.fromEntries(scenarios) }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--demo')) await keepScenarios()
  const files = goldenFiles(await goldenReports())
  if (!process.argv.includes('--check')) await writeGolden(files)
  else {
    const names = await stale(files)
    if (names.length > 0) {
      console.error(`Not what the code gives: ${names.join(', ')}. Run \`npm run golden\` and read them.`)
      process.exitCode = 1
    }
  }
}
