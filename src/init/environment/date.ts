import type { EnvironmentTools, EnvironmentWish } from './request.js'

/** The time as of which versions are taken. */
export interface AsOf {
  /** ISO 8601, in UTC, to the second. */
  time: string
  /** What it is the time of, as a clause. */
  by: string
}

/**
 * The time of the result, else of what made it: HEAD is often years younger than the code. undefined: nothing
 * is committed.
 *
 * @param lock the environment file that is used, if there is one
 */
export async function asOfTime(
  { git, today }: EnvironmentTools,
  { asOf, resultTime, resultFile, code }: EnvironmentWish,
  lock: string | undefined,
): Promise<AsOf | undefined> {
  if (asOf === 'today') return { time: inUtc(today), by: 'today, as asked' }
  if (resultTime !== undefined && !Number.isNaN(Date.parse(resultTime)))
    return { time: inUtc(resultTime), by: 'the time of the run' }
  const note = (await git.shallow())
    ? ' (of a shallow clone, in which every file looks as young as its oldest commit)'
    : ''
  const sources: [readonly string[], string][] = [
    [resultFile === undefined ? [] : [resultFile], `the last change of ${resultFile}`],
    [[...code, ...(lock === undefined ? [] : [lock])], 'the last change of the code that runs'],
    [['.'], 'the last commit'],
  ]
  for (const [paths, by] of sources) {
    const time = paths.length === 0 ? undefined : await git.lastChange(paths)
    if (time !== undefined) return { time: inUtc(time), by: by + note }
  }
  return undefined
}

const inUtc = (time: string): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')

export const daysLater = (time: string, days: number): string =>
  inUtc(new Date(Date.parse(time) + days * 86_400_000).toISOString())
