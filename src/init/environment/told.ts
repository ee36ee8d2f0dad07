import type { LockReading } from '../../provenance/lockfiles/index.js'
import { listed, plural } from '../../text/numbers.js'
import type { AsOf } from './date.js'
import type { Resolved } from './resolve.js'
import type { WantedPackages } from './wanted.js'

/** A version of Python, and what states it. */
export interface StatedPython {
  version: string
  by: string
}

/** All that is known of an environment that was made. */
export interface Made {
  lock: LockReading | undefined
  wanted: WantedPackages
  resolved: Resolved
  asOf: AsOf
  stated: StatedPython | undefined
}

/** Names that a sentence lists. */
const NAMED = 5

/** What a reader of the lock should be able to check. */
export const noteOf = ({ lock, wanted, resolved, asOf, stated }: Made) => ({
  reprogate: 'environment/1',
  level: resolved.attempt === 'recorded' ? 'recorded' : lock === undefined ? 'guessed' : 'reconstructed',
  from: lock?.path ?? 'imports',
  asOf: resolved.time,
  asOfBy: asOf.by,
  attempt: resolved.attempt,
  python: resolved.python,
  pythonBy: stated?.by ?? 'the newest that was a year old then',
  added: resolved.attempt === 'recorded' ? [] : wanted.added,
  dropped: resolved.attempt === 'recorded' ? [] : [...wanted.dropped, ...resolved.dropped],
  changed: resolved.changed,
  unknown: wanted.unknown,
})

/** The words of ENVIRONMENT_GENERATION: what is recorded, reconstructed, guessed, today's. */
export function sentences({ lock, wanted, resolved, asOf, stated }: Made): string[] {
  const { attempt, time, python, dropped, changed } = resolved
  const by = stated === undefined ? 'the newest that was a year old then' : `stated by ${stated.by}`
  if (attempt === 'recorded')
    return [`Environment from ${lock!.path}, recorded with the commit; Python ${python} (${by}).`]
  const [all, out] = [wanted.added, [...wanted.dropped, ...dropped]]
  const from =
    lock === undefined
      ? 'Environment guessed from imports, as nothing in the repository names a version'
      : `Environment from ${lock.path}`
  const level =
    attempt === 'today'
      ? `${from}, with today’s versions: it says nothing about the recorded run.`
      : `${from}, RECONSTRUCTED as of ${time} (${asOf.by}), attempt "${attempt}": resolved by date, not recorded with the result.`
  return [
    level,
    `Python ${python}: ${by}.`,
    ...(time === asOf.time
      ? []
      : [`No versions fitted at ${asOf.time}: the first later ones were taken, as of ${time}.`]),
    ...(all.length > 0
      ? [
          `${plural(all.length, 'package')} added that the code imports and no file names: ${listed(all, NAMED)}.`,
        ]
      : []),
    ...(out.length > 0 ? [`${plural(out.length, 'entry', 'entries')} left out: ${listed(out, NAMED)}.`] : []),
    ...(changed.length > 0 ? [`Other versions than written: ${listed(changed, NAMED)}.`] : []),
    ...(wanted.unknown.length > 0
      ? [
          `Nobody knows what these imports come from, add their packages to the requirements: ${listed(wanted.unknown, NAMED)}.`,
        ]
      : []),
  ]
}
