/** Numbers in the tables of a page of Markdown, with all that says what they are of. */

/** One number of a table. */
export interface TableNumber {
  /** As it is printed. */
  text: string
  /** The name in its column's head, and in its row's first cell. */
  column: string
  label: string
  /** Other words of its row. */
  words: readonly string[]
  /** Columns of the table. */
  width: number
  /** The heading above the table. */
  heading: string
  /** From 1. */
  line: number
}

/** Characters of a line that may be a row, and numbers of a page. */
const LONGEST = 2000
const MOST = 5000

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?\s?%?$/i
const FENCE = /^\s{0,3}(?:```|~~~)/

/** Without emphasis, code, links and arrows: `**Accuracy** ↑ (%)` is `Accuracy (%)`. */
const plain = (cell: string): string =>
  cell
    .replace(/[*`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}/g, '')
    .replace(/[↑↓]/g, '')
    .trim()

const rawCells = (line: string): string[] => line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|')

/** `|:--|--:|` */
const isDelimiter = (line: string): boolean =>
  line.includes('|') && rawCells(line).every((cell) => /^:?-+:?$/.test(cell.trim()))

const cellsOf = (line: string): string[] => rawCells(line).map(plain)

/**
 * Reads the pipe tables of a page, in linear time; what is in fences is not the page's own.
 *
 * @param text at most 1 MiB
 */
export function claimedNumbers(text: string): TableNumber[] {
  const found: TableNumber[] = []
  const lines = text.split(/\r?\n/)
  let heading = ''
  let head: string[] | undefined
  let fenced = false
  for (const [index, line] of lines.entries()) {
    if (FENCE.test(line)) fenced = !fenced
    if (fenced || line.length > LONGEST) {
      head = undefined
      continue
    }
    if (/^#{1,6} /.test(line)) heading = plain(line.replace(/^#+ /, ''))
    const above = lines[index - 1] ?? ''
    if (isDelimiter(line) && above.includes('|') && above.length <= LONGEST) head = cellsOf(above)
    else if (!line.includes('|')) head = undefined
    else if (head) found.push(...numbersOfRow(head, cellsOf(line), { heading, line: index + 1 }))
    if (found.length > MOST) break
  }
  return found
}

function numbersOfRow(
  head: readonly string[],
  cells: readonly string[],
  at: Pick<TableNumber, 'heading' | 'line'>,
): TableNumber[] {
  if (cells.length !== head.length) return []
  const label = NUMBER.test(cells[0] ?? '') ? '' : (cells[0] ?? '')
  const words = cells.slice(1).filter((cell) => cell !== '' && !NUMBER.test(cell))
  return cells.flatMap((text, column) =>
    NUMBER.test(text) ? [{ text, column: head[column]!, label, words, width: head.length, ...at }] : [],
  )
}
