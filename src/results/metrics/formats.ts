import JSON5 from 'json5'
import { parse as parseCsv } from 'csv-parse/sync'
import { parse as parseToml } from 'smol-toml'
import { isDecimal } from '../../text/numbers.js'
import { parseYaml } from '../../text/yaml.js'

/** What a file of metrics holds before its numbers are counted, or why it holds none, as the rest of a sentence. */
export type RawMetrics = { value: object } | { problem: string }

/** To add a format: a line of `FORMATS`. */
interface MetricsFormat {
  /** By the file's path. */
  readonly files: RegExp
  read(text: string): RawMetrics
}

type Json = Readonly<Record<string, unknown>>

/** The first whose files match; what no name tells is read as JSON, and if it is none as text. */
export const FORMATS: readonly MetricsFormat[] = [
  { files: /\.ya?ml$/i, read: readYaml },
  { files: /\.toml$/i, read: readToml },
  { files: /\.csv$/i, read: (text) => readTable(text, ',') },
  { files: /\.tsv$/i, read: (text) => readTable(text, '\t') },
  { files: /\.xml$/i, read: readJunit },
  { files: /\.json[^/]*$/i, read: readJson },
  { files: /(?:)/, read: (text) => (/^\ufeff?\s*\{/.test(text) ? readJson(text) : readText(text)) },
]

const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** JSON5, because Python writes `NaN`, `Infinity` and `-Infinity`. */
function readJson(text: string): RawMetrics {
  let value: unknown
  try {
    value = JSON5.parse(text)
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` }
  }
  if (!isMap(value)) return { problem: 'is not a JSON object of numbers' }
  return harnessResults(value) ?? inspectScores(value) ?? { value }
}

/** lm-evaluation-harness: `task.metric,filter`, as its own table has them. What describes the run is no metric. */
function harnessResults(value: Json): RawMetrics | undefined {
  const { results } = value
  const isHarness = isMap(results) && isMap(value.config) && ('n-shot' in value || 'versions' in value)
  return isHarness ? { value: withoutErrors(results) } : undefined
}

/** A standard error says how certain a metric is, and no source records it as one. */
const withoutErrors = (results: Json): Json =>
  Object.fromEntries(
    Object.entries(results).map(([task, metrics]) => [
      task,
      isMap(metrics)
        ? Object.fromEntries(Object.entries(metrics).filter(([name]) => !NO_METRIC.test(name)))
        : metrics,
    ]),
  )
const NO_METRIC = /_stderr(?:,|$)|^(?:alias|name|sample_len|samples|sample_count)$/

/** A log of Inspect AI: `score.metric`, of an evaluation that came to its end. */
function inspectScores(value: Json): RawMetrics | undefined {
  const { eval: evaluation, status, results } = value
  if (!isMap(evaluation) || typeof status !== 'string') return undefined
  if (status !== 'success')
    return { problem: `is the log of an evaluation that ended with ${JSON.stringify(status.slice(0, 40))}` }
  const scores = isMap(results) && Array.isArray(results.scores) ? results.scores : []
  return {
    value: Object.fromEntries(
      scores.filter(isMap).map(({ name, metrics }) => [
        String(name).slice(0, 200),
        Object.fromEntries(
          Object.entries(isMap(metrics) ? metrics : {})
            .filter(([metric]) => !/^(?:stderr|std|var)$|_stderr$/.test(metric))
            .map(([metric, one]) => [metric, isMap(one) ? one.value : one]),
        ),
      ]),
    ),
  }
}

function readYaml(text: string): RawMetrics {
  const { value, problems } = parseYaml(text)
  const [problem] = problems
  if (problem) return { problem: `is not YAML: ${problem.message}` }
  return isMap(value) ? { value } : { problem: 'is not a YAML map of numbers' }
}

const DEEPEST = 32

function readToml(text: string): RawMetrics {
  try {
    return { value: parseToml(text, { maxDepth: DEEPEST }) }
  } catch (error) {
    return { problem: `is not TOML: ${(error as Error).message.split('\n', 1)[0]}` }
  }
}

const WORDS: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['infinity', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['-infinity', -Infinity],
])

/** A number as programs print it; undefined: it is none. */
function numberIn(text: string): number | undefined {
  const plain = text.trim()
  return isDecimal(plain) ? Number(plain) : WORDS.get(plain.toLowerCase())
}

/** Rows that tell which form a table has; one with more is a history. */
const MOST_ROWS = 10_000

/** One row below the names, or a name and a number in each row. */
function readTable(text: string, delimiter: string): RawMetrics {
  let rows: string[][]
  try {
    rows = parseCsv(text, {
      delimiter,
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      to: MOST_ROWS,
    })
  } catch (error) {
    return { problem: `is not a table: ${(error as Error).message}` }
  }
  const [header = [], ...below] = rows
  const isPair = (row: readonly string[]) =>
    row.length === 2 && numberIn(row[0]!) === undefined && numberIn(row[1]!) !== undefined
  if (below.length > 0 && below.every(isPair) && header.length === 2)
    return unique((isPair(header) ? rows : below).map(([name, value]) => [name!, value!]))
  if (below.length !== 1)
    return {
      problem: `has ${below.length} rows below its names: one is needed, or a name and a number in each`,
    }
  return unique(header.map((name, at) => [name, below[0]![at] ?? '']))
}

function unique(pairs: readonly (readonly [string, string])[]): RawMetrics {
  const value = new Map<string, unknown>()
  for (const [name, text] of pairs) {
    const key = name.trim()
    if (value.has(key)) return { problem: `has two metrics named ${JSON.stringify(key.slice(0, 60))}` }
    value.set(key, numberIn(text) ?? text)
  }
  return { value: Object.fromEntries(value) }
}

/** Characters of a line that are looked at. */
const LONGEST_LINE = 400

/** Lines of `name: 0.97`, `name = 0.97` and `name: 97.2%`, among others. The last of a name counts, as in a log. */
function readText(text: string): RawMetrics {
  const value = new Map<string, number>()
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.slice(0, LONGEST_LINE)
    const at = line.search(/[:=]/)
    const name = line
      .slice(0, Math.max(at, 0))
      .trim()
      .replace(/^[-*#>\s]+/, '')
    const number = at < 0 ? undefined : numberIn(line.slice(at + 1).replace(/%\s*$/, ''))
    if (/^[A-Za-z]/.test(name) && number !== undefined) value.set(name, number)
  }
  return value.size === 0
    ? { problem: 'has no line such as `accuracy: 0.97`' }
    : { value: Object.fromEntries(value) }
}

/** JUnit's XML: how many tests there are and how they end. Attributes of `testsuite` only: no entity is resolved. */
function readJunit(text: string): RawMetrics {
  const counts = new Map<string, number>()
  for (const [, attributes = ''] of text.matchAll(/<testsuite\b([^<>]{0,10000})>/g))
    for (const name of ['tests', 'failures', 'errors', 'skipped']) {
      const count = new RegExp(`\\s${name}\\s*=\\s*["'](\\d{1,15})["']`).exec(attributes)?.[1]
      if (count !== undefined) counts.set(name, (counts.get(name) ?? 0) + Number(count))
    }
  return counts.size === 0 ? { problem: 'is not a report of JUnit' } : { value: Object.fromEntries(counts) }
}
