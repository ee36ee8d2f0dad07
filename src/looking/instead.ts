import type { Weighed } from './command/command.js'
import { isSure } from './fact.js'
import { readmePages } from './command/readme.js'
import type { View } from './view.js'

/** Why a tree has no model of its own, as a clause, if that is so. */

const COLLECTION =
  /\b(?:awesome|tutorials?|course(?:work)?|lectures?|lessons?|exercises|workshop|bootcamp|curriculum|textbook|cookbook|examples?|samples|model zoo|recipes|cheat ?sheets?|book|playground)\b/i
/** Said of itself in the opening of its page. */
const LESSONS =
  /\b(?:course|lecture|workshop|tutorial) (?:materials?|notes|repository|website)\b|\b(?:materials?|exercises|notebooks|code) (?:for|of|from) (?:the|this|our|a|my) (?:\w+ ){0,4}(?:course|book|workshop|lectures?|tutorial|class)\b|\bthis (?:course|tutorial|workshop|book)\b/i
const PROGRAMS = 3
/** Numbered notebooks or programs: chapters. */
const CHAPTERS = 5
/** Programs in folders of their own that no page names. */
const ALIKE = 6
/** Characters of a page that say what it is about. */
const OPENING = 3000

/**
 * What a tree is, if none of its commands evaluates a model of its own: a library, lessons, a collection, a tool.
 * A command that is sure speaks against it; so does a metrics file that one of the commands writes.
 *
 * @param commands best first
 * @param hasResult whether a metrics file is written by one of the commands
 * @param name what the repository is called
 */
export async function insteadOf(
  view: View,
  { commands, metrics, hasResult, name }: Seen,
): Promise<string | undefined> {
  const [best] = commands
  const submitted = submission(view)
  if (submitted !== undefined) return submitted
  if (best === undefined)
    return metrics.length > 0 ? 'it holds results, and no program is seen to make them' : undefined
  if (isSure(best) && best.value.source !== 'notebook' && best.value.source !== 'CI') return undefined
  if (hasResult || DECLARED.has(best.value.source)) return undefined
  return (await library(view)) ?? (await collection(view, commands, name)) ?? nothingMeasured(best)
}

interface Seen {
  commands: readonly Weighed[]
  metrics: readonly unknown[]
  hasResult: boolean
  name: string
}

/** A file of a tool, or of a run: what it names is meant. */
const DECLARED: ReadonlySet<string> = new Set([
  'lm-eval result',
  'dvc.yaml',
  'MLproject',
  'Inspect task',
  'W&B run',
  'Kedro',
  'MLflow run',
])

/** A submission to MLPerf holds results of systems; what made them is the benchmark's own program. */
function submission({ files }: View): string | undefined {
  const runs = files.filter((file) =>
    /(?:^|\/)results\/.*(?:\/|_)(?:accuracy|performance|energy)\w*\/|(?:^|\/)mlperf_log_(?:summary|accuracy|detail)\.\w+$/.test(
      file,
    ),
  )
  const placed = files.some((file) =>
    /(?:^|\/)(?:open|closed|network)\/[^/]+\/(?:results|measurements|systems)\//.test(file),
  )
  const folders = new Set(runs.flatMap((file) => /^(.*results\/[^/]+\/[^/]+)\//.exec(file)?.[1] ?? []))
  if (!placed || folders.size === 0) return undefined
  return `it is a submission of results to MLPerf, of ${String(folders.size)} systems and benchmarks`
}

/** What others install by its name. */
async function library(view: View): Promise<string | undefined> {
  const files = await Promise.all(['pyproject.toml', 'setup.cfg', 'setup.py'].map((file) => view.text(file)))
  const built = files.filter((text) => text !== undefined).join('\n')
  const name =
    /^[ \t]*name[ \t]*=[ \t]*["']?([\w.-]+)["']?[ \t]*$/m.exec(built)?.[1] ??
    /\bname\s*=\s*["']([\w.-]+)["']/.exec(built)?.[1]
  const isR = /^Package:\s*\S/m.test((await view.text('DESCRIPTION')) ?? '') && view.has('NAMESPACE')
  if (isR) return 'it is a package of R, and no page evaluates with it'
  if (name === undefined) return undefined
  const [page] = readmePages(view)
  const text = page === undefined ? '' : ((await view.text(page)) ?? '')
  const installs = new RegExp(
    `(?:pip3? install|uv add|uv pip install|poetry add|conda install)(?:\\s+-[\\w-]+)*(?:\\s+[\\w.-]+forge)?\\s+["']?${plain(name)}(?![\\w-])|pypi\\.org/project/${plain(name)}\\b`,
    'i',
  ).test(text)
  const declared = /Topic :: Software Development :: Libraries/.test(built)
  return installs || declared
    ? `it is the library \`${name}\`, and no page evaluates a model of its own with it`
    : undefined
}

/** A name as it is installed: `-`, `_` and `.` are one. */
const plain = (name: string): string =>
  name
    .slice(0, 100)
    .split(/[-_.]+/)
    .map((part) => part.replace(/\W/g, ''))
    .join('[-_.]')

async function collection(
  view: View,
  commands: readonly Weighed[],
  name: string,
): Promise<string | undefined> {
  const programs = new Set(commands.flatMap(({ value }) => value.script ?? []))
  const notebooks = view.files.filter((file) => file.endsWith('.ipynb'))
  const chapters = [...new Set([...programs, ...notebooks])].filter((file) =>
    /(?:^|\/)(?:[a-z]+[-_ ]?)?\d{1,2}[-_. ]/i.test(file),
  )
  const [page] = readmePages(view)
  const text = page === undefined ? '' : ((await view.text(page)) ?? '')
  const title = /^#\s+(\S.*)$/m.exec(text.slice(0, OPENING))?.[1] ?? ''
  const lessons = LESSONS.exec(text.slice(0, OPENING))?.[0]
  const word = lessons ?? COLLECTION.exec(`${name.replace(/[-_]/g, ' ')} ${title}`)?.[0]
  if (word !== undefined && programs.size >= PROGRAMS)
    return `it calls itself "${word}", and ${String(programs.size)} programs in it train or evaluate`
  if (chapters.length >= CHAPTERS && commands[0]?.value.source === 'script name')
    return `${String(chapters.length)} numbered notebooks or programs stand side by side, and no page evaluates with one`
  const folders = new Set([...programs].map((file) => file.replace(/\/[^/]*$/, '')))
  const unnamed = commands.every(({ value }) => value.source === 'script name')
  return unnamed && folders.size >= ALIKE
    ? `programs in ${String(folders.size)} folders train or evaluate, and no page names one`
    : undefined
}

/** A program that nothing names and that computes no metric: it generates, or shows how to use something. */
const nothingMeasured = ({ value }: Weighed): string | undefined =>
  value.source === 'script name' && ['predict', 'run', 'other'].includes(value.kind)
    ? 'no program computes a metric'
    : value.source === 'console script'
      ? 'its commands are those of a tool for others'
      : undefined
