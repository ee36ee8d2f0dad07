import type { Report } from '../verdict/report.js'
import { renderToFit } from './markdown/layout.js'
import type { Detail, Links } from './markdown/page.js'

const FULL: Detail = {
  rows: 20,
  differences: 200,
  metrics: 500,
  findings: 500,
  tail: 200,
  folds: true,
  change: 2000,
  sections: true,
  models: 1000,
}

export interface SummaryOptions extends Links {
  /** Bytes. GitHub drops the whole summary of a step above 1 MiB; the default leaves room for others. */
  readonly budget?: number | undefined
}

/** The job summary: the comment's layout with more detail, and with every finding. */
export const renderSummary = (
  report: Report,
  { budget = 1_000_000, ...links }: SummaryOptions = {},
): string =>
  renderToFit({ report, links, full: FULL, budget, everyFinding: true, frame: (body) => `${body}\n` })
