import { sameAnswer, type KeyedAnswers } from './answers.js'
import type { Draw } from './draw.js'

/** What became of the answers when the rows were exchanged. */
export interface RowsSeen {
  /** Keys whose new row has another answer than their own row. */
  telling: number
  /** Of these, those that gave the answer of their new row. */
  followed: number
  /** Of these, those that gave the answer that they had. */
  stayed: number
}

/** What became of the answers when nothing moved. */
export interface InputChange {
  changed: number
  of: number
}

/** Compares the answers of exchanged rows with those of a replay of the data as it is. */
export function rowsSeen(
  keys: readonly string[],
  from: readonly number[],
  base: KeyedAnswers,
  now: KeyedAnswers,
): RowsSeen {
  const seen: RowsSeen = { telling: 0, followed: 0, stayed: 0 }
  for (const [place, key] of keys.entries()) {
    const [own, source] = [base.get(key), base.get(keys[from[place]!]!)]
    if (sameAnswer(own, source)) continue
    seen.telling++
    if (sameAnswer(now.get(key), source)) seen.followed++
    else if (sameAnswer(now.get(key), own)) seen.stayed++
  }
  return seen
}

export function changeOf(base: KeyedAnswers, now: KeyedAnswers): InputChange {
  const keys = new Set([...base.keys(), ...now.keys()])
  let changed = 0
  for (const key of keys) if (!sameAnswer(base.get(key), now.get(key))) changed++
  return { changed, of: keys.size }
}

/** How many rows have another answer than the commonest. */
export function variedAnswers(base: KeyedAnswers): number {
  const counts = new Map<string, number>()
  for (const answer of base.values()) {
    const text = JSON.stringify(answer)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return base.size - [...counts.values()].reduce((most, count) => Math.max(most, count), 0)
}

/** Shifts that are looked at before one is taken. */
const TRIED = 64

/**
 * Every key gets the row of the key so many places further on: a shift, and not any permutation, so that
 * rows keep their neighbours and their time order. Of random shifts by an eighth to seven eighths, the
 * one with the most telling rows.
 *
 * @returns for every key the number of the key whose row it gets
 */
export function chosenShift(keys: readonly string[], base: KeyedAnswers, draw: Draw): number[] {
  const n = keys.length
  const least = Math.max(1, Math.ceil(n / 8))
  const spread = Math.max(1, Math.floor((7 * n) / 8) - least + 1)
  const shifted = (by: number) => keys.map((_, place) => (place + by) % n)
  let best = { telling: -1, from: shifted(least) }
  for (let turn = 0; turn < Math.min(TRIED, spread); turn++) {
    const from = shifted(least + draw.below(spread))
    const { telling } = rowsSeen(keys, from, base, base)
    if (telling > best.telling) best = { telling, from }
  }
  return best.from
}
