import { grouped } from '../../text/numbers.js'
import { code, details, fenced, prose } from './escape.js'
import type { Page } from './page.js'
import { paragraphs } from './values.js'

/** Characters of the policy's diff that are looked at. */
const MOST = 200_000

/** The policy's diff, if the pull request changes it: shown, not obeyed. */
export function policyChange({ report: { policy }, detail }: Page): string | undefined {
  const { change, from, path } = policy
  if (change === undefined) return undefined
  const lines = change.slice(0, MOST).split('\n')
  const shown = lines.slice(0, detail.change)
  const rest = lines.length - shown.length
  const judge = path === null ? 'the built-in defaults' : `the policy of ${origin(from)}`
  return details(
    `<b>The policy changes here</b>: judged by ${judge}; this pull request changes it`,
    paragraphs([
      shown.length > 0 && fenced(shown, 'diff'),
      rest > 0 && `${grouped(rest)} more ${rest === 1 ? 'line' : 'lines'}.`,
    ]),
  )
}

/** `judged by reprogate.yml of main` */
export const judgedBy = ({ report: { policy } }: Page): string =>
  policy.path === null
    ? 'judged by the built-in defaults'
    : `judged by ${code(policy.path, 'html')} of ${origin(policy.from)}`

/** A branch or commit as code, `the work tree` as words. */
const origin = (from: string): string =>
  /\s/.test(from.trim()) ? prose(from, 'html', undefined, 120) : code(from, 'html', 120)
