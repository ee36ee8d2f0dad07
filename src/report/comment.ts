import type { Report } from '../verdict/report.js'
import { renderToFit } from './markdown/layout.js'
import type { Detail, Links } from './markdown/page.js'

export interface CommentOptions extends Links {
  /** Tells several gates of one pull request apart. */
  readonly id: string
  /** Bytes; GitHub refuses more than 65,536 characters. */
  readonly budget?: number | undefined
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

/**
 * The pull request's one comment, in GitHub's Markdown.
 *
 * It is never cut: it is rendered with less and less detail until it has at most `budget` bytes. Verdict,
 * cause and fix always stay.
 */
export const renderComment = (report: Report, { id, budget = 65_000, ...links }: CommentOptions): string =>
  renderToFit({
    report,
    links,
    full: FULL,
    budget,
    everyFinding: false,
    frame: (body) => `${marker(id)}\n${body}`,
  })
