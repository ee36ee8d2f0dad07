import type { Report } from '../verdict/report.js'
import { fit, type Links } from './comment.js'
import type { Detail } from './markdown/model.js'

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

/**
 * The job summary: the comment's layout with more detail, and with every finding.
 *
 * GitHub drops the whole summary of a step above 1 MiB; the budget is in bytes and leaves room for others.
 */
export const renderSummary = (report: Report, links: Links & { readonly budget?: number } = {}): string =>
  fit(report, links, FULL, links.budget ?? 1_000_000, (body) => `${body}\n`, true)
