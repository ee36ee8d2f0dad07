import { plural } from '../text/numbers.js'
import type { Columns } from './columns.js'
import { quotedCell, quotedCells } from './prediction-result.js'

/** Takes a pair of rows that have the same key. */
export type OnPair = (key: string, recorded: string[], replayed: string[]) => void

/**
 * Pairs the rows of two tables by key, as they are read side by side. A row whose partner has not come
 * yet waits for it. Memory: the keys of the record, and the rows that wait.
 */
export class Pairing {
  /** Rows of the record. */
  rows = 0
  private readonly seen = new Set<string>()
  private readonly recorded = new Map<string, string[]>()
  private readonly replayed = new Map<string, string[]>()

  constructor(
    private readonly columns: Pick<Columns, 'key' | 'there'>,
    private readonly onPair: OnPair,
  ) {}

  /** Takes the next row of each side, if it has one; says what keeps it from being paired. */
  add(before: string[] | undefined, after: string[] | undefined): string | undefined {
    const { key, there } = this.columns
    const keyBefore = before?.[key]
    const keyAfter = after?.[there[key]!]
    if (before && keyBefore !== undefined) {
      this.rows++
      if (this.seen.has(keyBefore)) return `${quotedCell(keyBefore)} is there twice in the record`
      this.seen.add(keyBefore)
      this.recorded.set(keyBefore, before)
    }
    if (after && keyAfter !== undefined) {
      if (this.replayed.has(keyAfter)) return twiceInReplay(keyAfter)
      this.replayed.set(keyAfter, after)
    }
    if (keyBefore !== undefined) this.meet(keyBefore)
    if (keyAfter !== undefined && keyAfter !== keyBefore) this.meet(keyAfter)
    return undefined
  }

  /** After the last rows: what was not paired; undefined if everything was. */
  unpaired(): string | undefined {
    const missing = [...this.recorded.keys()]
    const extra = [...this.replayed.keys()]
    const twice = extra.find((key) => this.seen.has(key))
    if (twice !== undefined) return twiceInReplay(twice)
    const parts = [
      ...(missing.length > 0
        ? [`${plural(missing.length, 'row')} only in the record: ${quotedCells(missing)}`]
        : []),
      ...(extra.length > 0
        ? [`${plural(extra.length, 'row')} only in the replay: ${quotedCells(extra)}`]
        : []),
    ]
    return parts.length > 0 ? parts.join('; ') : undefined
  }

  private meet(key: string): void {
    const before = this.recorded.get(key)
    const after = this.replayed.get(key)
    if (!before || !after) return
    this.onPair(key, before, after)
    this.recorded.delete(key)
    this.replayed.delete(key)
  }
}

const twiceInReplay = (key: string): string => `${quotedCell(key)} is there twice in the replay`
