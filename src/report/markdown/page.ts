import type { Report } from '../../verdict/report.js'
import type { Sign } from '../words.js'
import { safeUrl, type LinkTargets } from './escape.js'

/** What every part of a comment or summary is rendered with. */

export const ICONS: Record<Sign, string> = { good: '✅', bad: '❌', doubt: '⚠️', none: '➖' }

/** Web addresses around the report. */
export interface Links {
  /** `https://host/owner/name` */
  readonly repositoryUrl?: string | undefined
  /** The job's page, where the whole report is. */
  readonly runUrl?: string | undefined
  /** `https://host/owner/name/blob/<commit>`; default: made from `repositoryUrl` and the report's commit. */
  readonly blobUrl?: string | undefined
}

/** How much is shown: at most so many of each. */
export interface Detail {
  /** Rows of predictions. */
  readonly rows: number
  /** Differences of the environment. */
  readonly differences: number
  readonly metrics: number
  readonly findings: number
  /** Last lines of what failed. */
  readonly tail: number
  /** Lineage and commands. */
  readonly folds: boolean
  /** Lines of the policy's diff. */
  readonly change: number
  /** A section for each model, if there are several. */
  readonly sections: boolean
  /** Models that have a line in the table of several. */
  readonly models: number
}

export interface Page {
  readonly report: Report
  readonly links: Links
  readonly targets: LinkTargets
  readonly detail: Detail
  /** Also the findings that tables and folds tell already. */
  readonly everyFinding: boolean
}

/** The files of the report that may be linked to. */
export function targetsOf(report: Report, links: Links): LinkTargets {
  const named = report.models.flatMap(({ record, evidence, findings }) => [
    record,
    evidence.environment?.dockerfile,
    ...findings.map(({ file }) => file),
    ...(evidence.changes?.fields ?? []).map(({ file }) => file),
  ])
  const files = new Set([...named, report.policy.path].flatMap((file) => file || []))
  return { files, blobUrl: safeUrl(blobUrl(report, links)) }
}

const blobUrl = ({ commit }: Report, links: Links): string | undefined =>
  links.blobUrl ??
  (links.repositoryUrl && /^[0-9a-f]{7,64}$/.test(commit)
    ? `${links.repositoryUrl}/blob/${commit}`
    : undefined)
