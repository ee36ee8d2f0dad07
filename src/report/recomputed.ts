import { grouped, listed, pair, plural } from '../text/numbers.js'
import type { RecomputedEvidence, RecomputedMetric } from '../verdict/evidence.js'

/** How metrics compare with the predictions beside them, in words. Text may be untrusted. */

/** Names or columns that a line shows. */
const SHOWN = 4

type Outcome = RecomputedMetric['outcome']

/** Metrics of which the same is said in one line: same outcome, columns and reason. */
function alike(metrics: readonly RecomputedMetric[]): RecomputedMetric[][] {
  const groups = new Map<string, RecomputedMetric[]>()
  for (const metric of metrics) {
    const { outcome, columns, rows, why, variant, declared } = metric
    // What is said of a variant or a difference has its own numbers.
    const own = outcome === 'differs' || variant ? metric.metric : ''
    const key = JSON.stringify([outcome, columns, rows, why, own, declared])
    groups.set(key, [...(groups.get(key) ?? []), metric])
  }
  return [...groups.values()]
}

const namesOf = (metrics: readonly RecomputedMetric[]): string =>
  listed(
    metrics.map(({ metric, printed }) => `${metric} ${printed}`.trim()),
    SHOWN,
  )

const columnsOf = ({ columns = [] }: RecomputedMetric): string => listed(columns, SHOWN)

type Words = (file: string, metrics: readonly RecomputedMetric[], first: RecomputedMetric) => string

const WORDS: Record<Outcome, Words> = {
  agrees: (file, metrics, first) =>
    `${namesOf(metrics)} ${metrics.length === 1 ? 'agrees' : 'agree'} with ${rowsOf(first)} in ${file} (declared: ${definitions(metrics)} of ${columnsOf(first)})`,
  differs: (file, metrics, first) =>
    `${namesOf(metrics)} is declared as ${first.definition} of ${columnsOf(first)}; ${rowsOf(first)} in ${file} give ${shown(first.printed, first.value)}`,
  follows: (file, metrics, first) =>
    first.variant
      ? `${namesOf(metrics)} follows as ${first.definition} from ${rowsOf(first)} in ${file} (${first.usual ? `${first.usual.definition} gives ${shown(first.printed, first.usual.value)}` : columnsOf(first)})`
      : `${namesOf(metrics)} ${metrics.length === 1 ? 'follows' : 'follow'} from ${rowsOf(first)} in ${file} (${columnsOf(first)})`,
  consistent: (file, metrics, first) =>
    `${namesOf(metrics)} ${metrics.length === 1 ? 'fits' : 'fit'} ${rowsOf(first)} in ${file}, but such numbers fit by chance too easily to say more`,
  'definition unknown': (_, metrics) =>
    `${namesOf(metrics)}: none of the definitions known here gives it; declare one under \`evaluation.definitions\` in the policy`,
  'cannot recompute': (_, metrics, { why = '' }) => `${namesOf(metrics)}: not computed again, ${why}`,
}

const rowsOf = ({ rows = 0, note }: RecomputedMetric): string =>
  plural(rows, 'prediction') + (note === undefined ? '' : `, ${note},`)
const definitions = (metrics: readonly RecomputedMetric[]): string =>
  listed([...new Set(metrics.map(({ definition = '' }) => definition))], SHOWN)
/** A computed number with as many digits as it takes to tell it from the printed one. */
const shown = (printed: string, value: string | undefined): string => pair(printed.replace('%', ''), value)[1]

/** In the order in which a reader should see them. */
const ORDER: readonly Outcome[] = [
  'differs',
  'agrees',
  'follows',
  'consistent',
  'definition unknown',
  'cannot recompute',
]

/** A line for metrics of which the same is said. */
export function recomputedLines({ file, problem, metrics }: RecomputedEvidence): string[] {
  const lines = ORDER.flatMap((outcome) =>
    alike(metrics.filter((metric) => metric.outcome === outcome)).map((some) =>
      WORDS[outcome](file, some, some[0]!),
    ),
  )
  return problem === undefined || lines.length > 0
    ? lines
    : [`${file} ${problem}: no metric was computed again`]
}

/** `2 follow, 1 consistent, 1 definition unknown`; undefined if there is nothing to say. */
export function recomputedCount({ metrics }: RecomputedEvidence): string | undefined {
  const counts = ORDER.flatMap((outcome) => {
    const count = metrics.filter((metric) => metric.outcome === outcome).length
    const word = count === 1 ? outcome : (PLURALS[outcome] ?? outcome)
    return count === 0 ? [] : [`${grouped(count)} ${word}`]
  })
  return counts.length === 0 ? undefined : counts.join(', ')
}

const PLURALS: Partial<Record<Outcome, string>> = { differs: 'differ', agrees: 'agree', follows: 'follow' }
