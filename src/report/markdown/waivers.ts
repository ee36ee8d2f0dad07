import type { ModelReport } from '../../verdict/report.js'
import { waivedText } from '../../verdict/waivers.js'
import { code, details, prose, table } from './escape.js'

/** What the policy waives of a model, and what became of it. */
export function waiversFold({ evidence: { waivers = [] } }: ModelReport, max: number): string[] {
  if (waivers.length === 0) return []
  const STATES = {
    used: 'holds',
    expired: 'ran out: the finding counts again',
    unused: 'is about nothing that was found: remove it from the policy',
  }
  const rows = waivers.slice(0, max).map((waiver) => {
    const { rule, field } = waiver
    const of = field === undefined ? '' : ` of ${code(field, 'cell', 80)}`
    return [code(rule, 'cell') + of, prose(waivedText(waiver), 'cell', undefined, 300), STATES[waiver.state]]
  })
  const columns = ['rule', 'who, until when and why', 'state']
  return [
    details(
      `<b>Waivers</b>: ${waivers.length}`,
      table(
        columns.map((name) => [name, 'left']),
        rows,
      ),
    ),
  ]
}
