import { duration, plural, short } from '../../text/numbers.js'
import type { CauseEvidence } from '../../verdict/evidence.js'
import { code, details, prose, table } from './escape.js'
import { moreOf, paragraphs } from './values.js'

/** Changes of one replay that a line names. */
const NAMED = 3

/** Every replay that was made to find the cause: what was run, and what it gave. */
export function causeFold(
  cause: CauseEvidence | undefined,
  max: number,
  heading = 'Cause',
): string | undefined {
  if (!cause || cause.replays.length === 0) return undefined
  const shown = cause.replays.slice(0, max)
  const body = paragraphs([
    shown.length > 0 &&
      table(
        [
          ['', 'right'],
          ['image', 'left'],
          ['with', 'left'],
          ['gave', 'left'],
          ['seconds', 'right'],
        ],
        shown.map((replay, index) => [
          String(index + 1),
          `${replay.image === 'pinned' ? 'pinned' : 'rebuild'} ${code(short(replay.id), 'cell', 20)}`,
          changes(replay.with),
          gave(replay),
          replay.seconds.toFixed(1),
        ]),
      ),
    moreOf(shown.length, cause.replays.length, ['replay', 'replays']),
    cause.differences > 0 && 'In the rebuild, what is named is as pinned; in the pinned image, as rebuilt.',
    settings(cause),
  ])
  const differences = cause.differences > 0 ? `, among ${plural(cause.differences, 'difference')}` : ''
  const title = `<b>${heading}</b>: ${plural(cause.replays.length, 'replay')}${differences}, ${duration(cause.seconds)}`
  return details(title, body)
}

/** Without the purl's type and namespace. */
const bare = (name: string): string => name.replace(/^pkg:[^/]+\/(?:[^/]+\/)*/, '')

function changes(names: readonly string[]): string {
  if (names.length === 0) return 'nothing changed'
  const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  // As one text: a sign that is harmless at the end of its own is none before a comma.
  return prose(names.slice(0, NAMED).map(bare).join(', ') + rest, 'cell', undefined, 240)
}

/** Results that are neither the record nor the rebuild's are numbered. */
function gave({ gave: what, result = 0 }: CauseEvidence['replays'][number]): string {
  if (what === 'none') return 'no result'
  if (what === 'recorded') return '**the recorded result**'
  return result <= 0 ? 'that of the rebuild' : `another (${result})`
}

/** How the named conditions are set. */
function settings({ factors }: CauseEvidence): string | undefined {
  const set = factors.flatMap(({ kind, name, note }) =>
    kind === 'condition' && note !== undefined ? [`${prose(`${name}:`)} ${code(note)}`] : [],
  )
  return set.length === 0 ? undefined : set.join('; ')
}
