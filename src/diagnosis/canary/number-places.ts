import type { Draw } from './draw.js'

/** The numbers of a file of a model, each a stretch of its bytes; shapes, headers and names are not among them. */
export interface ModelNumbers {
  /** How many there are. */
  count: number
  /** A model that uses this file at all uses some of them: they are most of what it holds. */
  decisive: boolean
  /** The file with every number 0. */
  zeroed(): Buffer
  /** The file with its numbers exchanged and some of their signs turned. */
  scrambled(draw: Draw): Buffer
}

/** ModelNumbers of so many bytes each, one after the other. */
export interface NumberRun {
  start: number
  width: number
  count: number
}

export const NO_NUMBERS: ModelNumbers = {
  count: 0,
  decisive: true,
  zeroed: () => EMPTY,
  scrambled: () => EMPTY,
}
const EMPTY = Buffer.alloc(0)

/** ModelNumbers in bytes: the sign is the highest bit of the last byte, as little-endian floats have it. */
export function binaryNumbers(bytes: Buffer, runs: readonly NumberRun[], decisive: boolean): ModelNumbers {
  return {
    count: runs.reduce((sum, { count }) => sum + count, 0),
    decisive,
    zeroed() {
      const zeroed = Buffer.from(bytes)
      for (const { start, width, count } of runs) zeroed.fill(0, start, start + width * count)
      return zeroed
    },
    scrambled(draw) {
      const scrambled = Buffer.from(bytes)
      for (const { start, width, count } of runs) {
        for (const [to, from] of draw.order(count).entries()) {
          bytes.copy(scrambled, start + to * width, start + from * width, start + (from + 1) * width)
          const sign = start + (to + 1) * width - 1
          if (draw.below(2) === 1) scrambled[sign] = scrambled[sign]! ^ 0x80
        }
      }
      return scrambled
    },
  }
}

/** ModelNumbers in text, by their places in it. */
export function textNumbers(
  text: string,
  places: readonly (readonly [number, number])[],
  decisive: boolean,
): ModelNumbers {
  const written = (number: (place: number) => string): Buffer => {
    const parts: string[] = []
    let at = 0
    for (const [place, [start, end]] of places.entries()) {
      parts.push(text.slice(at, start), number(place))
      at = end
    }
    return Buffer.from([...parts, text.slice(at)].join(''), 'latin1')
  }
  return {
    count: places.length,
    decisive,
    zeroed: () => written(() => '0.0'),
    scrambled(draw) {
      const order = draw.order(places.length)
      return written((place) => {
        const number = text.slice(...places[order[place]!]!)
        if (draw.below(2) === 0) return number
        return number.startsWith('-') ? number.slice(1) : `-${number}`
      })
    },
  }
}
