import { duration, short } from '../../text/numbers.js'
import type { Report } from '../../verdict/report.js'
import { code, link, safeUrl } from './escape.js'
import { modelBody, modelTitle, opening } from './model.js'
import { targetsOf, type Detail, type Links, type Page } from './page.js'
import { judgedBy, policyChange } from './policy.js'
import { severalModels } from './several.js'
import { paragraphs } from './values.js'

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

export interface Rendering {
  readonly report: Report
  readonly links: Links
  /** What is shown if there is room. */
  readonly full: Detail
  /** Bytes. */
  readonly budget: number
  readonly everyFinding: boolean
  /** What is put around the body, and counts too. */
  frame(body: string): string
}

/** Renders with the first rung of the ladder that fits into the budget, or else with the last. */
export function renderToFit({ report, links, full, budget, everyFinding, frame }: Rendering): string {
  const targets = targetsOf(report, links)
  let detail = full
  let text = ''
  for (const [rung, less] of LADDER.entries()) {
    detail = { ...detail, ...less }
    text = frame(layout({ report, links, targets, detail, everyFinding }, rung > 0))
    if (Buffer.byteLength(text) <= budget) break
  }
  return text
}

function layout(page: Page, shortened: boolean): string {
  const { report, targets, detail } = page
  const [only, ...others] = report.models
  const models =
    only === undefined || others.length > 0
      ? severalModels(page)
      : paragraphs([
          `### ${modelTitle(only, 'markdown')}`,
          detail.sections ? modelBody(only, page) : opening(only, targets),
        ])
  return paragraphs([models, policyChange(page), footer(page, shortened)])
}

/** `production track, blocks the merge · 21 s · judged by … · commit a81c0de · full report` */
function footer(page: Page, shortened: boolean): string {
  const { report, links } = page
  const tracks = [...new Set(report.models.map(({ track }) => track))]
  const url = safeUrl(links.runUrl)
  const whole = link('full report', url, 'html')
  const consequences = [
    tracks.length > 0 && `${tracks.join(' and ')} ${tracks.length > 1 ? 'tracks' : 'track'}`,
    report.decision === 'fail' && 'blocks the merge',
  ]
  const items = [
    consequences.filter(Boolean).join(', '),
    duration(report.seconds),
    judgedBy(page),
    `${report.judged === 'merge' ? 'merge' : 'commit'} ${code(short(report.commit), 'html', 64)}`,
    shortened ? `shortened to fit: details are in the ${whole}` : url && whole,
  ]
  return `<sub>${items.filter(Boolean).join(' · ')}</sub>`
}
