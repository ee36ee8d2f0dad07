import { basename, dirname } from 'node:path/posix'
import type { Weighed } from '../command/command.js'
import type { Fact } from '../fact.js'
import { scriptCode } from '../python.js'
import type { View } from '../view.js'
import type { MetricsFile } from './file.js'

/** Which program writes a file: its text names the file, and calls what writes. */

const WRITES =
  /\bdump\(|\.to_(?:csv|json|yaml|markdown)\b|\.write\(|\bwrite_(?:text|bytes|csv|json|tsv)\(|\bwriterows?\(|\bsave(?:txt|z)?\(|\bLive\(|\bsave_metrics\(|\bwriteLines\(|\bsink\(|\bwrite\.(?:csv|table)\(|\bopen\([^)\n]*['"][wa]|\bCSV\.write\(|> ?[\w/-]{1,100}\.(?:txt|json|csv|tsv|log)\b/
const PROGRAM = /\.(?:py|R|r|jl|ipynb|sh|Rmd|qmd)$/
/** Programs that are read, and files whose writers are looked for. */
const PROGRAMS = 500
const WRITTEN = 60
/** Programs that are named for one file, if none is beside it. */
const NAMED = 3

/** Whether a text names this very file: its name, and below a folder also the folder's. */
export function namesFile(text: string, path: string, from: string): boolean {
  const name = basename(path)
  const folder = dirname(path)
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = pathBefore(text, at)
    if (/[\w-]$/.test(before)) continue
    const given = before
      .replaceAll('\\', '/')
      .replace(/\/$/, '')
      .replace(/^(?:\.{1,2}\/)+/, '')
    const isJoined = given === '' && /[,/]\s*[rf]?["']$/.test(text.slice(Math.max(0, at - 8), at))
    if (isJoined && folder === '.') continue
    if (folder === '.' || folder === dirname(from)) {
      if (given === '' || /[{}$.]/.test(given) || folder.endsWith(given)) return true
      continue
    }
    if (given !== '' && (folder === given || folder.endsWith(`/${given}`))) return true
    const last = basename(folder)
    if (given === '' || /[{}$]/.test(given))
      if (new RegExp(`(?<![\\w-])${escaped(last)}(?![\\w-])`).test(text)) return true
  }
  return false
}

/** What of a path stands before a name. */
function pathBefore(text: string, end: number): string {
  let from = end
  while (from > 0 && end - from < LONGEST_PATH && /[\w.\\/{}$-]/.test(text[from - 1]!)) from--
  return text.slice(from, end)
}
const LONGEST_PATH = 200

const escaped = (text: string): string => text.replace(/[^\w]/g, String.raw`\$&`)

/** The files with the programs that write them; one of the file's own folder goes first. */
export async function withWriters(
  view: View,
  facts: readonly Fact<MetricsFile>[],
): Promise<Fact<MetricsFile>[]> {
  if (facts.length === 0) return []
  const programs = view.files
    .filter((file) => PROGRAM.test(file) && !view.isVendored(file) && !/(?:^|\/)tests?\//.test(file))
    .slice(0, PROGRAMS)
  const texts = await Promise.all(
    programs.map(async (file) => [file, (await scriptCode(view, file)) ?? ''] as const),
  )
  const writing = texts.filter(([, text]) => WRITES.test(text))
  return facts.map((fact, index) => {
    if (index >= WRITTEN) return fact
    const { path } = fact.value
    const all = writing.filter(([file, text]) => namesFile(text, path, file)).map(([file]) => file)
    const near = all.filter((file) => dirname(file) === dirname(path))
    const writers = near.length > 0 ? near : all.slice(0, NAMED)
    const table = /\.(?:csv|tsv)$/i.test(path) && writers.length > 0 && !/(?:^|\/)data/i.test(path)
    return { ...fact, ...(table && { word: 'likely' as const }), value: { ...fact.value, writers } }
  })
}

/**
 * The metrics files of one command: what its programs write first. What another program writes, or one of many
 * alike, is a question; so is a file that nothing writes if the command's own file is known.
 *
 * @param reached the command's programs and what they import
 */
export function metricsOfCommand(
  metrics: readonly Fact<MetricsFile>[],
  reached: readonly string[],
  command: Weighed | undefined,
): Fact<MetricsFile>[] {
  const code = new Set(reached)
  const isOwn = ({ value: { writers, path, stage }, place }: Fact<MetricsFile>): boolean =>
    (place.file === command?.place.file && (stage ?? command.place.line) === command.place.line) ||
    writers.some((file) => code.has(file)) ||
    (command?.value.text.includes(path) ?? false)
  return metrics
    .map((fact) => ({ fact: judged(fact, isOwn(fact)), own: isOwn(fact) }))
    .toSorted(
      (a, b) =>
        Number(a.fact.word === 'guess') - Number(b.fact.word === 'guess') ||
        Number(b.own) - Number(a.own) ||
        RANK[a.fact.word] - RANK[b.fact.word],
    )
    .map(({ fact }) => fact)

  function judged(fact: Fact<MetricsFile>, own: boolean): Fact<MetricsFile> {
    const { writers, alike, path } = fact.value
    if (fact.word === 'certain' && alike === 1) return fact
    if (alike > 1)
      return { ...fact, word: 'guess', reason: `${fact.reason}, one of ${String(alike)} of its form` }
    if (own) return { ...fact, word: 'likely' }
    if (command === undefined) return fact
    const by = writers[0]
    const why = by === undefined ? 'the command does not name it' : `written by ${by}, not by the command`
    const beside = command.value.script !== undefined && dirname(command.value.script) === dirname(path)
    const alone = beside && fact.word === 'likely' && metrics.length === 1
    if (by === undefined && (code.size === 0 || alone)) return fact
    return { ...fact, word: 'guess', reason: `${fact.reason}; ${why}` }
  }
}

const RANK = { certain: 0, likely: 1, guess: 2 } as const
