import { STAGES, type ModelReport, type Report } from '../verdict/report.js'
import {
  code,
  details,
  fenced,
  firstSentence,
  prose,
  safeUrl,
  table,
  type Alignment,
  type Places,
} from './markdown/escape.js'
import { ICONS, headline, modelBody, opening, placesOf, type Detail } from './markdown/model.js'
import { count, duration, short } from '../text/text.js'
import {
  NOT_REBUILT,
  STAGE_SIGNS,
  VERDICT_WORDS,
  isNotRebuilt,
  modelSign,
  reportSign,
  verdictWord,
} from './words.js'

export interface Links {
  /** `https://host/owner/name` */
  readonly repositoryUrl?: string | undefined
  /** The job's page, where the whole report is. */
  readonly runUrl?: string | undefined
  /** `https://host/owner/name/blob/<commit>`; default: made from `repositoryUrl` and the report's commit. */
  readonly blobUrl?: string | undefined
}

export interface CommentOptions extends Links {
  /** Tells several gates of one pull request apart. */
  readonly id: string
  /** Bytes; GitHub refuses more than 65,536 characters. */
  readonly budget?: number
}

/** The comment's first line, by which it is found again. */
export const marker = (id: string): string =>
  `<!-- reprogate:${id.replace(/[^A-Za-z0-9._/]+/g, '-').slice(0, 100)} -->`

const FULL: Detail = {
  rows: 20,
  differences: 40,
  metrics: 40,
  findings: 40,
  tail: 40,
  folds: true,
  change: 120,
  sections: true,
  models: 100,
}

/** Rendered again with less until it fits: what a reviewer needs least goes first, the verdict never. */
const LADDER: readonly Partial<Detail>[] = [
  {},
  { rows: 0 },
  { differences: 0 },
  { folds: false, tail: 10, change: 0 },
  { findings: 10, metrics: 10, tail: 0 },
  { findings: 3, metrics: 3 },
  { findings: 0, metrics: 0, sections: false },
  { models: 25 },
  { models: 5 },
  { models: 0 },
]

/**
 * The pull request's one comment, in GitHub's Markdown.
 *
 * It is never cut: it is rendered with less and less detail until it has at most `budget` bytes. Verdict,
 * cause and fix always stay.
 */
export function renderComment(report: Report, options: CommentOptions): string {
  const { id, budget = 65_000 } = options
  return fit(report, options, FULL, budget, (body) => `${marker(id)}\n${body}`)
}

/** Renders with the first rung of the ladder that fits into `budget` bytes, or else with the last. */
export function fit(
  report: Report,
  links: Links,
  full: Detail,
  budget: number,
  finish: (body: string) => string,
  everyFinding = false,
): string {
  let detail = full
  let text = ''
  for (const [rung, less] of LADDER.entries()) {
    detail = { ...detail, ...less }
    text = finish(layout(report, links, detail, rung > 0, everyFinding))
    if (Buffer.byteLength(text) <= budget) break
  }
  return text
}

function layout(
  report: Report,
  links: Links,
  detail: Detail,
  shortened: boolean,
  everyFinding: boolean,
): string {
  const blobUrl =
    links.blobUrl ??
    (links.repositoryUrl && /^[0-9a-f]{7,64}$/.test(report.commit)
      ? `${links.repositoryUrl}/blob/${report.commit}`
      : undefined)
  const places = placesOf(report, blobUrl)
  const body = (model: ModelReport) => modelBody(model, report, places, detail, everyFinding)
  const [only] = report.models
  const parts =
    only !== undefined && report.models.length === 1
      ? [`### ${headline(only, 'markdown')}`, detail.sections ? body(only) : opening(only, places)]
      : several(report, places, detail, body)
  return [...parts, policyChange(report, detail), footer(report, links, shortened)]
    .filter(Boolean)
    .join('\n\n')
}

function several(
  report: Report,
  places: Places,
  detail: Detail,
  body: (model: ModelReport) => string,
): (string | undefined)[] {
  // Those that need somebody's attention first.
  const order = ['bad', 'doubt', 'none', 'good']
  const models = report.models.toSorted((a, b) => order.indexOf(modelSign(a)) - order.indexOf(modelSign(b)))
  return [
    `### ${headlineOfAll(report)}`,
    grid(models.slice(0, detail.models), places),
    models.length > detail.models
      ? `${count(models.length - detail.models)} more models in the full report.`
      : '',
    ...(detail.sections
      ? models.map((model) =>
          model.decision === 'fail'
            ? `#### ${headline(model, 'markdown')}\n\n${body(model)}`
            : details(headline(model, 'html'), body(model)),
        )
      : []),
  ]
}

function headlineOfAll(report: Report): string {
  const { models } = report
  const icon = ICONS[reportSign(report)]
  if (models.length === 0) return `${icon} No model was checked`
  if (models.every(isNotRebuilt))
    return `${icon} ${NOT_REBUILT}: ${count(models.length)} models (exploratory track)`
  const same = models.filter((model) => model.verdict === report.verdict && !isNotRebuilt(model)).length
  const whom =
    same === models.length ? `all ${count(same)} models` : `${count(same)} of ${count(models.length)} models`
  return `${icon} ${VERDICT_WORDS[report.verdict]}: ${whom}`
}

/** A line a model: verdict, what each stage found, and the cause in a few words. */
function grid(models: readonly ModelReport[], places: Places): string | undefined {
  if (models.length === 0) return undefined
  return table(
    [
      ['', 'centre'],
      ['model', 'left'],
      ...STAGES.map((stage): [string, Alignment] => [stage, 'centre']),
      ['verdict', 'left'],
    ],
    models.map((model) => [
      ICONS[modelSign(model)],
      `${code(model.name, 'cell', 60)}${model.version === undefined ? '' : `\u00a0${prose(model.version, 'cell', undefined, 30)}`}`,
      ...STAGES.map((name) => {
        const stage = model.stages.find((s) => s.name === name)
        return ICONS[stage ? STAGE_SIGNS[stage.status] : 'none']
      }),
      model.verdict === 'reproduced' || isNotRebuilt(model)
        ? verdictWord(model)
        : `**${verdictWord(model)}**: ${prose(firstSentence(model.cause)[0], 'cell', places, 160)}`,
    ]),
  )
}

function policyChange(report: Report, detail: Detail): string | undefined {
  const { change, from, path } = report.policy
  if (change === undefined) return undefined
  const lines = change.slice(0, 200_000).split('\n')
  const shown = lines.slice(0, detail.change)
  const diff = shown.length > 0 ? fenced(shown, 'diff') : ''
  const rest = lines.length > shown.length ? `${count(lines.length - shown.length)} more lines.` : ''
  const judge = path === null ? 'the built-in defaults' : `the policy of ${source(from)}`
  return details(
    `<b>The policy changes here</b>: judged by ${judge}; this pull request changes it`,
    [diff, rest].filter(Boolean).join('\n\n'),
  )
}

/** A branch or commit as code, `the work tree` as words. */
const source = (from: string): string =>
  /\s/.test(from.trim()) ? prose(from, 'html', undefined, 120) : code(from, 'html', 120)

function footer(report: Report, links: Links, shortened: boolean): string {
  const tracks = [...new Set(report.models.map(({ track }) => track))]
  const track = `${tracks.join(' and ')} ${tracks.length > 1 ? 'tracks' : 'track'}`
  const { path, from } = report.policy
  const url = safeUrl(links.runUrl)
  const whole = url === undefined ? 'full report' : `<a href="${url}">full report</a>`
  const items = [
    `${tracks.length > 0 ? track : ''}${report.decision === 'fail' ? `${tracks.length > 0 ? ', ' : ''}blocks the merge` : ''}`,
    duration(report.seconds),
    path === null ? 'judged by the built-in defaults' : `judged by ${code(path, 'html')} of ${source(from)}`,
    `commit ${code(short(report.commit), 'html', 64)}`,
    shortened ? `shortened to fit: details are in the ${whole}` : url && whole,
  ]
  return `<sub>${items.filter(Boolean).join(' · ')}</sub>`
}
