/**
 * Programs that write a new file each time leave several of the same. Those of one folder whose names agree
 * up to the date and time are the same thing.
 */

/** `2026-01-02T03-04-05`, `2026-01-02_03-04-05.678901+00-00`: as much of it as there is. */
const STAMP = /\d{4}-\d\d-\d\d[T_ ]\d\d-\d\d-\d\d(?:\.\d+)?(?:[-+]\d\d-\d\d|Z)?/

const kin = (path: string): string => path.replace(STAMP, '*')

/** Of every kin the newest, in the order of the files. */
export function newestOnly(files: readonly string[], kinOf: (path: string) => string = kin): string[] {
  const newest = new Map<string, string>()
  for (const file of files) {
    const other = newest.get(kinOf(file))
    if (other === undefined || file > other) newest.set(kinOf(file), file)
  }
  return files.filter((file) => newest.get(kinOf(file)) === file)
}

/** The same thing written at other times, the newest first, without the path itself. */
export const othersOf = (
  files: readonly string[],
  path: string,
  kinOf: (path: string) => string = kin,
): string[] =>
  files
    .filter((file) => file !== path && kinOf(file) === kinOf(path))
    .sort()
    .reverse()

/** Orders names as people do: `version_10` after `version_9`. */
export const byNumber = new Intl.Collator('en', { numeric: true }).compare
