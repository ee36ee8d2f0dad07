/** The first rows of a text table that differ, for a reader who asks "what changed in the data?". */

const TEXT_LARGEST = 64 * 1024 * 1024
const SHOWN = 3
const WIDTH = 120

/** Whether bytes are a text table: no NUL byte in the first 8 KiB. */
export const isText = (bytes: Buffer): boolean => !bytes.subarray(0, 8192).includes(0)

const shorten = (row: string | undefined): string =>
  row === undefined ? '(no such row)' : row.length > WIDTH ? `${row.slice(0, WIDTH)}…` : row

/**
 * @returns a sentence like `row 211 differs: 3,4 → 3,5`, counted from 1 with the heading as row 1;
 * undefined where the two are no text, or larger than 64 MiB
 */
export function differingRows(before: Buffer, after: Buffer): string | undefined {
  if (!isText(before) || !isText(after) || Math.max(before.length, after.length) > TEXT_LARGEST)
    return undefined
  const [old, now] = [before.toString('utf8').split('\n'), after.toString('utf8').split('\n')]
  const rows: number[] = []
  for (let row = 0; row < Math.max(old.length, now.length); row++) if (old[row] !== now[row]) rows.push(row)
  if (rows.length === 0) return 'only bytes that are no text differ'
  const shown = rows
    .slice(0, SHOWN)
    .map((row) => `row ${row + 1}: ${shorten(old[row])} → ${shorten(now[row])}`)
  return `${rows.length} ${rows.length === 1 ? 'row differs' : 'rows differ'}; ${shown.join('; ')}`
}
