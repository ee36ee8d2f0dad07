import type { Bench } from './measure.js'

export interface Machine {
  cpu: string
  cores: number
  /** GiB */
  memory: number
  /** Of the last minute, when the bench began: other work on the machine is noise in the figures. */
  load: number
  node: string
  engine: string
  builder: string
}

const figure = (value: number | null, unit: string): string =>
  value === null ? '–' : `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`

const ratioText = ({ ratio, range, unit }: Bench): string => {
  const [low, high] = range.map((value) => value.toFixed(2))
  return ratio === null ? `(${low}–${high} ${unit})` : `${ratio.toFixed(2)} (${low}–${high})`
}

function goalText({ goal, met, unit }: Bench): string {
  if (goal === null) return 'no goal for a run like this'
  return `≤ ${goal.atMost}${goal.of === 'ours' ? ` ${unit}` : ''}: ${met === null ? 'too noisy to say' : met ? 'met' : 'missed'}`
}

/** Columns as wide as their widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}

/** The figures for people. Pure. */
export function renderTable(machine: Machine, benches: readonly Bench[]): string {
  const { cpu, cores, memory, load, node, engine, builder } = machine
  const rows = benches.map((bench) => [
    bench.name,
    figure(bench.floor, bench.unit),
    figure(bench.ours, bench.unit),
    ratioText(bench),
    goalText(bench),
    String(bench.runs.length),
  ])
  const notes = benches.flatMap(({ name, sides, details, unit }) => [
    '',
    name,
    `  floor  ${sides.floor}`,
    `  ours   ${sides.ours}`,
    // Details in seconds are the parts of ours; others are what the name says already.
    ...Object.entries(details)
      .filter(([part]) => unit === 's' && part.includes(' '))
      .map(([part, value]) => `         ${figure(value, unit).padStart(8)}  ${part}`),
  ])
  return [
    `${cores} × ${cpu}, ${memory} GiB, load ${load.toFixed(1)}; node ${node}, engine ${engine}, builder ${builder}`,
    'Medians; the ratio is the median of the turns’ own, smallest and largest in brackets.',
    '',
    ...columns([['', 'floor', 'ours', 'ratio', 'goal', 'turns'], ...rows]),
    ...notes,
    '',
  ].join('\n')
}
