import type { Finding } from '../../verdict/finding.js'
import { answerTo } from '../told.js'
import { code, fileLink, link, prose, table, urlOf, type LinkTargets } from './escape.js'
import { ICONS, type Page } from './page.js'
import { moreOf, paragraphs } from './values.js'

/** Findings, a line each: where, what is wrong and how to fix it. */
export function findingsTable(
  findings: readonly Finding[],
  heading: 'field' | 'where',
  { targets, detail }: Page,
): string | undefined {
  if (findings.length === 0) return undefined
  const shown = findings.slice(0, detail.findings)
  return paragraphs([
    shown.length > 0 &&
      table(
        [
          ['', 'centre'],
          [heading, 'left'],
          ['what is wrong', 'left'],
          ['how to fix it', 'left'],
        ],
        shown.map((finding) => [
          finding.waived ? ICONS.none : finding.level === 'error' ? ICONS.bad : ICONS.doubt,
          where(finding, targets),
          prose(finding.message, 'cell', targets, 300),
          prose(answerTo(finding), 'cell', targets, 300),
        ]),
      ),
    moreOf(shown.length, findings.length, ['finding', 'findings']),
  ])
}

/** The field, linked to its line; else the file; else the rule. */
function where({ field, file, line, rule }: Finding, targets: LinkTargets): string {
  const place = file === undefined ? undefined : { file, line }
  if (field !== undefined) return link(code(field, 'cell', 80), place && urlOf(place, targets), 'cell')
  return place ? fileLink(place, targets, 'cell') : code(rule, 'cell')
}
