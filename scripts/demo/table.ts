import type { Report } from '../../src/verdict/report.js'

export interface Row {
  name: string
  verdict: string
  named: string
  seconds: number
  /** What is not as expected. */
  problems: string[]
}

/** Characters: the table fits a terminal of 160. */
const NAMED = 84

const cut = (text: string): string => (text.length > NAMED ? `${text.slice(0, NAMED - 1)}…` : text)

/** What broke the rules, or else how well it agrees, in one line. Untrusted: control characters are taken out. */
export const named = ({ models }: Report): string =>
  models
    .flatMap(({ findings, parity, agreement }) => {
      const broken = findings.filter(({ level }) => level === 'error').map(({ message }) => message)
      return broken.length > 0 ? broken : [`environment ${parity}, predictions and metrics ${agreement}`]
    })
    .join('; ')
    .replace(/[\s\p{Cc}]+/gu, ' ')

/** One table: scenario, verdict, what was named, seconds; below a row what was not as expected. */
export function renderTable(rows: readonly Row[]): string {
  const head = { name: 'scenario', verdict: 'verdict', named: 'what was named', seconds: 's' }
  const cells = rows.map((row) => ({ ...row, named: cut(row.named), seconds: row.seconds.toFixed(1) }))
  const width = (key: keyof typeof head) => Math.max(...[head, ...cells].map((row) => row[key].length))
  const [name, verdict, what, seconds] = [width('name'), width('verdict'), width('named'), width('seconds')]
  const line = (sign: string, row: typeof head) =>
    `${sign} ${row.name.padEnd(name)}  ${row.verdict.padEnd(verdict)}  ${row.named.padEnd(what)}  ${row.seconds.padStart(seconds)}`
  const rule = `  ${'─'.repeat(name + verdict + what + seconds + 6)}`
  return [
    line(' ', head),
    rule,
    ...cells.flatMap((row) => [
      line(row.problems.length === 0 ? '✔' : '✖', row),
      ...row.problems.map((problem) => `    not as expected: ${problem}`),
    ]),
  ].join('\n')
}

/** The last line, which says the same as the exit code. */
export const summary = (rows: readonly Row[]): string =>
  `${rows.length} scenarios, ${rows.filter(({ problems }) => problems.length === 0).length} as expected`
