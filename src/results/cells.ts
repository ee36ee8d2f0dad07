/** How two cells of a predictions file compare. */
export type CellComparison =
  | { kind: 'equal' }
  /** Only numbers that moved; `ulps` is how many doubles lie between them. */
  | { kind: 'moved'; difference: number; ulps: number; recorded: number }
  /** Another decision: a word, a whole number, or a number that became a word. */
  | { kind: 'flip' }

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const WHOLE = /^([+-]?\d{1,400})(?:\.0*)?$/
const NAMED: Record<string, number> = {
  nan: NaN,
  inf: Infinity,
  infinity: Infinity,
}

/** The number that a cell holds, also NaN and the infinities; undefined if it holds none, or one that no double holds. */
export function cellNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    // Numbers that no double holds, as `1e999`, are compared as text.
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  const [, sign, name = ''] = /^([+-]?)([A-Za-z]+)$/.exec(text) ?? []
  const value = Object.hasOwn(NAMED, name.toLowerCase()) ? NAMED[name.toLowerCase()] : undefined
  return value !== undefined && sign === '-' ? -value : value
}

const whole = (text: string): bigint | undefined => {
  const digits = WHOLE.exec(text)?.[1]
  return digits === undefined ? undefined : BigInt(digits.replace(/^\+/, ''))
}

/**
 * Compares two cells by what they mean. Whole numbers, also those written `3.0`, are decisions and are
 * compared exactly, however large; any other pair of finite numbers has moved; the same double in
 * another spelling, and NaN with NaN, are equal. −0 and 0 are a move of 0: other bits, same value.
 */
export function compareCells(recorded: string, replayed: string): CellComparison {
  if (recorded === replayed) return { kind: 'equal' }
  const [a, b] = [recorded.trim(), replayed.trim()]
  const [before, after] = [cellNumber(a), cellNumber(b)]
  if (before === undefined || after === undefined) return { kind: 'flip' }
  const [wholeBefore, wholeAfter] = [whole(a), whole(b)]
  if (wholeBefore !== undefined && wholeAfter !== undefined && wholeBefore !== wholeAfter)
    return { kind: 'flip' }
  if (Object.is(before, after)) return { kind: 'equal' }
  const difference = after - before
  if (!Number.isFinite(difference)) return { kind: 'flip' }
  return { kind: 'moved', difference, ulps: ulpDistance(before, after), recorded: before }
}

const view = new DataView(new ArrayBuffer(8))

/** The place of a double among all doubles: neighbours differ by 1, both zeros are at 0. */
function place(value: number): bigint {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const magnitude = bits & 0x7fff_ffff_ffff_ffffn
  return bits === magnitude ? magnitude : -magnitude
}

/** How many steps from one double to the next lie between two finite ones. */
export function ulpDistance(a: number, b: number): number {
  const distance = place(a) - place(b)
  return Number(distance < 0n ? -distance : distance)
}
