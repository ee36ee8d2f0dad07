import { plural } from '../../text/numbers.js'
import type { ChangeEvidence } from '../../verdict/evidence.js'
import type { ModelReport } from '../../verdict/report.js'
import { code, details, fileLink, prose, table } from './escape.js'
import type { Page } from './page.js'
import { cellName, moreOf, optionalValue, paragraphs } from './values.js'

/** What the record says otherwise than that of the base branch, old → new with both places, and why. */
export function changesFold({ evidence: { changes } }: ModelReport, { targets, detail }: Page): string[] {
  if (!changes) return []
  const { since, rationale, count, fields } = changes
  const shown = fields.slice(0, detail.metrics)
  const why =
    rationale === undefined
      ? 'No rationale is given.'
      : `Rationale: ${prose(rationale, 'markdown', undefined, 400)}`
  const columns = ['field', since, 'here', `in ${since}`, 'now in']
  const row = (change: ChangeEvidence) => {
    const { name, before, after, was, file, line } = change
    const place =
      was.line === undefined ? code(was.file, 'cell') : `${code(was.file, 'cell')} line ${was.line}`
    return [
      cellName(name),
      optionalValue(before),
      optionalValue(after),
      place,
      fileLink({ file, line }, targets, 'cell'),
    ]
  }
  return [
    details(
      `<b>Changed since ${code(since, 'html', 60)}</b>: ${plural(count, 'field')}`,
      paragraphs([
        why,
        shown.length > 0 &&
          table(
            columns.map((name) => [prose(name, 'cell', undefined, 60), 'left']),
            shown.map(row),
          ),
        moreOf(shown.length, count, ['field', 'fields']),
      ]),
    ),
  ]
}
