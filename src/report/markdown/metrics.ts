import { magnitude, pair, signed } from '../../text/numbers.js'
import type { EvaluationEvidence, MetricComparison, Spread } from '../../verdict/evidence.js'
import { variedText } from '../../verdict/training.js'
import { table, type Alignment } from './escape.js'
import { cellName, cellValue, moreOf, paragraphs } from './values.js'

const COLUMNS: readonly [string, Alignment][] = [
  ['metric', 'left'],
  ['recorded', 'right'],
  ['replayed', 'right'],
  ['difference', 'right'],
  ['allowed', 'right'],
]

/** The metrics of which the replay gave another number, those outside their tolerance first. */
export function metricsTable(
  evaluation: EvaluationEvidence | undefined,
  max: number,
  spread?: Spread,
): string | undefined {
  const changed = (evaluation?.metrics ?? [])
    .filter(({ agrees, recorded, replayed }) => !agrees || recorded !== replayed)
    .sort((a, b) => Number(a.agrees) - Number(b.agrees))
  if (changed.length === 0) return undefined
  const rows = changed.slice(0, max).map((metric) => [...cells(metric), ...varied(metric, spread)])
  const over: [string, Alignment][] = spread ? [[`over ${spread.seeds.length} seeds`, 'right']] : []
  return paragraphs([
    rows.length > 0 && table([...COLUMNS, ...over], rows),
    moreOf(rows.length, changed.length, ['metric', 'metrics']),
  ])
}

function cells({ name, agrees, recorded, replayed, difference, allowed }: MetricComparison): string[] {
  const [before, after] = pair(recorded, replayed).map((text) => cellValue(text)) as [string, string]
  return [
    cellName(name),
    before,
    agrees ? after : `**${after}**`,
    difference === undefined ? '–' : signed(difference),
    allowed === undefined ? '–' : `±${magnitude(allowed)}`,
  ]
}

/** How much it varies with the seed of the training. */
function varied({ name }: MetricComparison, spread: Spread | undefined): string[] {
  const one = spread?.metrics.find((metric) => metric.name === name)
  return spread ? [one ? variedText(one) : '–'] : []
}
