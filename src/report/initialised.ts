import { duration, grouped, plural } from '../text/numbers.js'
import type { Report } from '../verdict/report.js'
import { RUNGS } from '../verdict/rungs.js'
import { plainText, printed, TERMINAL_SIGNS } from './plain.js'
import { STAGE_SIGNS } from './words.js'

/** What `init` found and wrote. */
export interface InitialisedText {
  readonly files: number
  readonly seconds: number
  readonly models: readonly {
    readonly name: string
    readonly rows: readonly {
      readonly label: string
      readonly value?: string
      readonly place?: string
      readonly sure: boolean
      readonly note?: string
    }[]
  }[]
  readonly written: readonly { readonly path: string; readonly from: string }[]
  readonly kept: readonly string[]
  readonly open: readonly string[]
  readonly said: readonly string[]
  readonly instead?: {
    readonly why: string
    readonly nearest: readonly { readonly command: string; readonly place: string }[]
    readonly results: readonly string[]
  }
}

export interface InitialisedOptions {
  readonly colour: boolean
  readonly dryRun: boolean
  /** What a check says of it now; undefined: nothing was found that could be checked. */
  readonly report: Report | undefined
}

const DIM = 2
const BOLD = 1
const YELLOW = 33
/** Rows that say how it is run. */
const RUNS: ReadonlySet<string> = new Set(['evaluate', 'run'])
/** Models that have a line of their own below the written files. */
const MOST = 8
/** Characters of a value, and of the place behind it. */
const WIDTH = { value: 44, place: 30 }

/**
 * One screen: what was found and where, what is unknown and what it would be good for, what was written, and
 * the next command. Text may be untrusted.
 */
export function renderInitialised(
  made: InitialisedText,
  { colour, dryRun, report }: InitialisedOptions,
): string {
  const paint = (code: number, words: string) => (colour ? `\u001b[${code}m${words}\u001b[0m` : words)
  const looked = `Looked at ${plural(made.files, 'file')} in ${duration(made.seconds)}.`
  if (made.models.length === 0)
    return printed([
      looked,
      '',
      `  Nothing here trains or evaluates a model${made.instead ? ' of its own' : ''}, so nothing was written.`,
      ...insteadLines(made.instead),
      '',
      `${paint(BOLD, 'Next:')}  if something does, say how in reprogate.yml: models: {<name>: {record: provenance.yml, evaluation: {command: [<program>]}}}`,
    ])
  return printed([
    looked,
    '',
    ...made.models.flatMap(({ name, rows }) => [
      `  ${'model'.padEnd(12)} ${paint(BOLD, plainText(name, 100))}`,
      ...rows.map((row) => rowLine(row, paint)),
      '',
    ]),
    ...fileLines(made, dryRun),
    '',
    ...(report ? stageLines(report) : []),
    `${paint(BOLD, 'Next:')}  ${nextOf(made, dryRun, report)}`,
  ])
}

/** Why there is no model, and what comes nearest, for whoever wants one of them. */
function insteadLines(instead: InitialisedText['instead']): string[] {
  if (instead === undefined) return []
  return [
    `  Seen: ${plainText(instead.why, 200)}.`,
    ...instead.nearest.map(
      ({ command, place }, index) =>
        `  ${(index === 0 ? 'nearest' : '').padEnd(12)} ${plainText(command, 100)}   ${plainText(place, 80)}`,
    ),
    ...instead.results.map(
      (path, index) => `  ${(index === 0 ? 'results' : '').padEnd(12)} ${plainText(path, 200)}`,
    ),
  ]
}

type Paint = (code: number, words: string) => string

function rowLine(
  { label, value, place, sure, note }: InitialisedText['models'][number]['rows'][number],
  paint: Paint,
): string {
  const text = value === undefined ? 'none found' : plainText(value, 120)
  const question = sure ? '' : '?'
  const shown = (text + question).padEnd(WIDTH.value)
  const where = place === undefined ? '' : plainText(place, 80)
  const why = note === undefined ? '' : plainText(note, 120)
  const left = `  ${label.padEnd(12)} ${sure ? shown : paint(YELLOW, shown)} `
  return `${left}${where.padEnd(why === '' ? 0 : WIDTH.place)}${why === '' ? '' : ` ${paint(DIM, why)}`}`.trimEnd()
}

function fileLines({ written, kept, open, said }: InitialisedText, dryRun: boolean): string[] {
  return [
    ...written.map(
      ({ path, from }, index) =>
        `${(index === 0 ? (dryRun ? 'Would write' : 'Wrote') : '').padEnd(12)} ${plainText(path, 200)}   ${plainText(from, 120)}`,
    ),
    ...(kept.length > 0
      ? [`${'Kept'.padEnd(12)} ${kept.map((path) => plainText(path, 200)).join(', ')}`]
      : []),
    ...said.map((text) => `${''.padEnd(12)} ${plainText(text, 240)}`),
    ...open.map((text, index) => `${(index === 0 ? 'Open' : '').padEnd(12)} ${plainText(text, 240)}`),
  ]
}

/** What a check says of each model: the rung that it stands on. */
function stageLines({ models }: Report): string[] {
  const [only, ...others] = models
  if (only && others.length === 0)
    return [
      ...only.stages.map(
        ({ name, status, summary }) =>
          `  ${TERMINAL_SIGNS[STAGE_SIGNS[status]]} ${name.padEnd(14)}${plainText(summary, 160)}`,
      ),
      ...(only.rung ? [`  rung ${only.rung.reached} of 6: ${RUNGS[only.rung.reached]}`] : []),
      '',
    ]
  const shown = models
    .slice(0, MOST)
    .map(
      ({ name, rung, verdict }) =>
        `  ${plainText(name, 60).padEnd(24)} ${verdict}${rung ? `, rung ${rung.reached} of 6: ${RUNGS[rung.reached]}` : ''}`,
    )
  return [...shown, ...(models.length > MOST ? [`  ${grouped(models.length - MOST)} more`] : []), '']
}

function nextOf(
  { written, open, models }: InitialisedText,
  dryRun: boolean,
  report: Report | undefined,
): string {
  if (dryRun && written.length > 0) return 'reprogate init'
  // With a command and an environment a run can be recorded: that fills in all that a machine can know.
  const ready = models.find(({ rows }) =>
    rows.some(({ label, value, sure }) => RUNS.has(label) && sure && value !== undefined),
  )
  if (written.length > 0 && open.length === 0 && ready !== undefined)
    return `git add -A && git commit -m "Check with reprogate" && reprogate record ${plainText(ready.name, 100)}`
  const next = report?.models.find((model) => model.next !== undefined)?.next
  return plainText(next ?? 'reprogate check', 400)
}
