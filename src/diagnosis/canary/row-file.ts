/** What of a file goes to which of its places. */
export interface Move {
  /** Place i gets everything of row `from[i]` … */
  from: readonly number[]
  /** … but the cells of these columns, which it gets from other rows. */
  own: ReadonlyMap<string, readonly number[]>
}

/** A file, or an array in it, whose rows can be told apart in its bytes. */
export interface RowFile {
  rows: number
  /** Columns whose cells can be read, by name. */
  columns: readonly string[]
  /** Rows hold more than these columns, as the pixels of an image. */
  more: boolean
  cells(column: string): string[]
  /** The file with its rows moved; every byte that belongs to no row stays where it is. */
  moved(move: Move): Buffer
}

/** The file is none of its format; what is told of it is only that it was not altered. */
export class Unreadable extends Error {}

/** Rows of text and where their cells are: offsets into a Latin-1 text, which are those of the bytes. */
export interface TextRows {
  text: string
  columns: readonly string[]
  rows: readonly TextRow[]
  /** What the raw text of a cell says. */
  cell(raw: string): string
}

export interface TextRow {
  start: number
  end: number
  /** Start and end of each column's cell, one after the other; −1 if the row has none. */
  cells: readonly number[]
}

/** Rows that are moved as the bytes that they are: no cell is printed anew. */
export function textRowFile({ text, columns, rows, cell }: TextRows): RowFile {
  const raw = ({ cells }: TextRow, column: number): string =>
    text.slice(cells[2 * column]!, cells[2 * column + 1])
  const rowText = (
    source: TextRow,
    place: number,
    own: readonly (readonly [number, readonly number[]])[],
  ) => {
    const parts: string[] = []
    let at = source.start
    for (const [column, from] of own.toSorted(([a], [b]) => source.cells[2 * a]! - source.cells[2 * b]!)) {
      parts.push(text.slice(at, source.cells[2 * column]), raw(rows[from[place]!]!, column))
      at = source.cells[2 * column + 1]!
    }
    parts.push(text.slice(at, source.end))
    return parts.join('')
  }
  return {
    rows: rows.length,
    // A cell that is not in every row cannot be exchanged alone.
    columns: columns.filter((_, column) => rows.every(({ cells }) => cells[2 * column]! >= 0)),
    more: false,
    cells: (name) => {
      const column = columns.indexOf(name)
      return rows.map((row) => cell(raw(row, column)))
    },
    moved({ from, own }) {
      const columnsOwn = [...own].map(([name, rowsOf]) => [columns.indexOf(name), rowsOf] as const)
      const parts: string[] = []
      let at = 0
      for (const [place, { start, end }] of rows.entries()) {
        parts.push(text.slice(at, start), rowText(rows[from[place]!]!, place, columnsOwn))
        at = end
      }
      parts.push(text.slice(at))
      return Buffer.from(parts.join(''), 'latin1')
    },
  }
}

/** Bytes that were read as Latin-1, as the text that they are. */
export const decoded = (raw: string): string => Buffer.from(raw, 'latin1').toString('utf8')
