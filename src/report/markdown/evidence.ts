import type { EvaluationEvidence, Finding, ModelReport, PredictionComparison } from '../../verdict/report.js'
import type { RuleId } from '../../verdict/rules.js'
import { count, magnitude, oneLine, pair, plural, signed } from '../../text/text.js'
import { code, details, fenced, prose, table, type Alignment } from './escape.js'
import { lineageGraph } from './lineage.js'

/** The folded parts of the comment: what differs, row by row. Nothing is rendered where nothing differs. */

/** Beyond this many units in the last place a move is no matter of rounding, and their number says nothing. */
const MANY_ULPS = 1_000_000

const more = (shown: number, all: number, what: string): string =>
  all > shown ? `\n\n${count(all - shown)} more ${what} in the full report.` : ''

/** A value as people read it: figures plain, everything else as code. */
const value = (text: string, max = 60): string =>
  /^[-+−]?[\d.,]+(?:e[-+]?\d+)?$/i.test(text) && text.length <= 24 ? text : code(text, 'cell', max)

const optional = (text: string | undefined, max?: number): string =>
  text === undefined ? '–' : value(text, max)

/** `f1_macro` reads better plain; what could be a commit, or anything else, is code. */
const plainName = (name: string): string =>
  /^[a-z][a-z0-9]{0,40}(?:_[a-z0-9]{1,40}){0,4}$/i.test(name) && !/^[0-9a-f]{7,}$/i.test(name)
    ? name
    : code(name, 'cell', 60)

/** Metrics of which the replay gave another number, or all of them where none did. */
export function metricsTable(evaluation: EvaluationEvidence | undefined, max: number): string | undefined {
  const changed = (evaluation?.metrics ?? [])
    .filter((m) => !m.agrees || m.recorded !== m.replayed)
    .sort((a, b) => Number(a.agrees) - Number(b.agrees))
  if (changed.length === 0) return undefined
  if (max === 0) return `${plural(changed.length, 'metric')} in the full report.`
  const rows = changed.slice(0, max).map((m) => {
    const [recorded, replayed] = pair(m.recorded, m.replayed)
    return [
      plainName(m.name),
      value(recorded),
      m.agrees ? value(replayed) : `**${value(replayed)}**`,
      m.difference === undefined ? '–' : signed(m.difference),
      m.allowed === undefined ? '–' : `±${magnitude(m.allowed)}`,
    ]
  })
  const columns: [string, Alignment][] = [
    ['metric', 'left'],
    ['recorded', 'right'],
    ['replayed', 'right'],
    ['difference', 'right'],
    ['allowed', 'right'],
  ]
  return table(columns, rows) + more(rows.length, changed.length, 'metrics')
}

/** `4 flips; 1,793 of 1,797 rows identical` */
export function predictionsInWords(p: PredictionComparison): string {
  const changed = [
    ...(p.flips > 0 ? [plural(p.flips, 'flip')] : []),
    ...(p.moved > 0 ? [`${plural(p.moved, 'row')} in which only numbers moved`] : []),
  ]
  return `${changed.join(', ') || 'no row changed'}; ${count(p.rows - p.flips - p.moved)} of ${count(p.rows)} rows identical`
}

function rowsTable(p: PredictionComparison, max: number): string | undefined {
  const shown = p.first.slice(0, max)
  if (shown.length === 0) return undefined
  const columns = [...new Set(shown.map(({ column }) => column))]
  const beside = [...new Set(shown.flatMap(({ also }) => also.map(({ column }) => column)))].slice(0, 3)
  const rows = shown.map((row) => [
    value(row.key),
    ...(columns.length > 1 ? [plainName(row.column)] : []),
    value(row.recorded),
    `**${value(row.replayed)}**`,
    ...beside.map((name) => {
      const cell = row.also.find(({ column }) => column === name)
      return cell
        ? pair(cell.recorded, cell.replayed)
            .map((text) => value(text, 40))
            .join(' → ')
        : ''
    }),
  ])
  return table(
    [
      ['row', 'right'],
      ...(columns.length > 1 ? [['column', 'left'] as [string, Alignment]] : []),
      ['recorded', 'centre'],
      ['replayed', 'centre'],
      ...beside.map((name): [string, Alignment] => [plainName(name), 'right']),
    ],
    rows,
  )
}

function comparison(title: string, p: PredictionComparison, max: number, note = ''): string {
  const { largest, statistics: s } = p
  const parts = [
    p.problem && prose(p.problem),
    rowsTable(p, max),
    max > 0 && p.flips + p.moved > Math.min(max, p.first.length)
      ? `${count(p.flips + p.moved - Math.min(max, p.first.length))} more rows differ.`
      : undefined,
    largest &&
      `The largest move is ${magnitude(largest.difference)}${largest.ulps === undefined || largest.ulps > MANY_ULPS ? '' : ` (${plural(largest.ulps, 'unit')} in the last place)`}, in ${code(largest.column, 'markdown', 60)} of row ${code(largest.key, 'markdown', 60)}.`,
    s &&
      `Exact McNemar test: p = ${magnitude(s.mcnemar)}. Difference of accuracy ${signed(s.difference)}, between ${signed(s.low)} and ${signed(s.high)}; equivalent within ±${magnitude(s.margin)}.`,
  ]
  return details(`<b>${title}</b>: ${predictionsInWords(p)}${note}`, parts.filter(Boolean).join('\n\n'))
}

/** The recorded predictions against the replayed ones, and the two replays against each other. */
export function predictionFolds(evaluation: EvaluationEvidence | undefined, max: number): string[] {
  if (!evaluation) return []
  const { predictions: p, controls, metrics } = evaluation
  const same = metrics.filter((m) => m.agrees && m.recorded === m.replayed).length
  const note = same > 0 && same < metrics.length ? `, ${plural(same, 'other metric')} unchanged` : ''
  const differs = (q: PredictionComparison) => q.flips + q.moved > 0 || q.problem !== undefined
  return [
    ...(p && differs(p) ? [comparison('Predictions', p, max, note)] : []),
    ...(controls && differs(controls) ? [comparison('Two replays against each other', controls, max)] : []),
  ]
}

const KINDS = [
  ['package', 'package', 'packages'],
  ['config', 'setting', 'settings'],
  ['package-file', 'file of a package', 'files of packages'],
  ['file', 'other file', 'other files'],
  ['folder', 'folder', 'folders'],
] as const

/** Zero of these is worth a word. */
const ALWAYS_COUNTED: readonly string[] = ['package', 'config', 'file']

/** What differs between the pinned image and the rebuild: packages and settings first, then files. */
export function environmentFold(model: ModelReport, max: number): string | undefined {
  const environment = model.evidence.environment
  if (!environment || environment.differences.length === 0) return undefined
  const { differences, differenceCounts } = environment
  const words = KINDS.filter(
    ([kind]) => (differenceCounts[kind] ?? 0) > 0 || ALWAYS_COUNTED.includes(kind),
  ).map(([kind, one, many]) =>
    (differenceCounts[kind] ?? 0) === 0 ? `no ${many}` : plural(differenceCounts[kind] ?? 0, one, many),
  )
  const shown = differences.slice(0, max)
  const valued = shown.filter(({ kind }) => kind === 'package' || kind === 'config')
  const files = shown.filter(({ kind }) => kind !== 'package' && kind !== 'config')
  const all = Object.values(differenceCounts).reduce((sum, n) => sum + n, 0)
  const parts = [
    valued.length > 0 &&
      table(
        [
          [valued.some(({ kind }) => kind === 'config') ? 'package or setting' : 'package', 'left'],
          ['pinned', 'left'],
          ['rebuilt', 'left'],
        ],
        valued.map((d) => [code(d.name, 'cell', 80), optional(d.pinned, 100), optional(d.rebuilt, 100)]),
      ),
    files.length > 0 &&
      table(
        [
          ['file', 'left'],
          ['what differs', 'left'],
          ['of package', 'left'],
        ],
        files.map((d) => [
          code(d.name, 'cell', 120),
          d.note === undefined ? 'content' : prose(d.note, 'cell', undefined, 120),
          d.owner === undefined ? 'none' : code(d.owner, 'cell', 80),
        ]),
      ),
    all > shown.length && shown.length > 0 && `${count(all - shown.length)} more in the full report.`,
    environment.pinned && environment.pinned.from === 'manifest'
      ? `The pinned image ${code(environment.pinned.image)} could not be pulled; the manifest in the record stands in for it.`
      : environment.pinned && `Pinned: ${code(environment.pinned.image)}`,
  ]
  return details(`<b>Environment</b>: ${words.join(', ')}`, parts.filter(Boolean).join('\n\n'))
}

/** The last lines of what failed: the build, or the evaluation. */
export function tailFolds(model: ModelReport, max: number): string[] {
  const build = model.evidence.environment?.failure
  const evaluation = model.evidence.evaluation
  const exit = evaluation?.exitCode === undefined ? '' : ` (exit code ${evaluation.exitCode})`
  return [
    ...(build && build.tail.length > 0
      ? [details('<b>The last lines of the build</b>', fenced(build.tail.slice(-max), 'text'))]
      : []),
    ...(evaluation?.tail && evaluation.tail.length > 0
      ? [
          details(
            `<b>The last lines of the evaluation</b>${exit}`,
            fenced(evaluation.tail.slice(-max), 'text'),
          ),
        ]
      : []),
  ]
}

export const lineageFold = (model: ModelReport): string[] =>
  model.evidence.lineage
    ? [details('<b>Lineage</b>', `\`\`\`mermaid\n${lineageGraph(model.evidence.lineage)}\n\`\`\``)]
    : []

/** One argument for a shell that somebody pastes the line into. */
const argument = (text: string): string => {
  const line = oneLine(text, 200)
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(line)) return line
  return `${line.startsWith('-') ? '-- ' : ''}'${line.replaceAll("'", `'\\''`)}'`
}

/** Commands to paste: what a machine can fill in, and how to see the same here. */
export function commandFolds(model: ModelReport, commit: string): string[] {
  const name = argument(model.name)
  const checkout = /^[0-9a-f]{7,64}$/.test(commit) ? `git checkout ${commit.slice(0, 12)} && ` : ''
  return [
    ...(model.verdict === 'incomplete'
      ? [details('<b>Fill in what a machine can know</b>', fenced([`npx reprogate record ${name}`], 'sh'))]
      : []),
    ...(model.verdict === 'not-reproduced'
      ? [details('<b>Reproduce it here</b>', fenced([`${checkout}npx reprogate check ${name}`], 'sh'))]
      : []),
  ]
}

/** Rules of which the folds and tables of the evidence tell every case. */
export function toldByEvidence({ evidence }: ModelReport): (finding: Finding) => boolean {
  const { environment, evaluation } = evidence
  const differ = (p: PredictionComparison | undefined) => p !== undefined && p.flips + p.moved > 0
  const told: Partial<Record<RuleId, boolean>> = {
    'evaluation/metric-differs': evaluation?.metrics.some(({ agrees }) => !agrees) ?? false,
    'evaluation/prediction-differs': differ(evaluation?.predictions),
    'evaluation/nondeterministic': differ(evaluation?.controls),
    'evaluation/failed': (evaluation?.tail?.length ?? 0) > 0,
    'environment/build-failed': (environment?.failure?.tail.length ?? 0) > 0,
    'environment/package-differs': (environment?.differenceCounts.package ?? 0) > 0,
    'environment/config-differs': (environment?.differenceCounts.config ?? 0) > 0,
    'environment/package-file-differs': (environment?.differenceCounts['package-file'] ?? 0) > 0,
  }
  return ({ rule }) => told[rule] ?? false
}
