import { cellNumber } from '../cells.js'

/** Decisions beside the right answers, as numbers of classes. */
export interface Labels {
  /** Of either column, sorted as numbers if all are, else as text. */
  classes: readonly string[]
  truth: Int32Array
  predicted: Int32Array
  /** By class. */
  hits: Float64Array
  support: Float64Array
  claimed: Float64Array
}

/** One spelling for a class: whole numbers exactly, however large, also written `3.0`; truth values without case. */
export function classOf(cell: string): string {
  const text = cell.trim()
  const [, whole] = /^\+?(-?\d+)(?:\.0*)?$/.exec(text) ?? []
  if (whole !== undefined) return whole === '-0' ? '0' : whole
  return /^(?:true|false)$/i.test(text) ? text.toLowerCase() : text
}

/** Whole numbers above 2⁵³ are told apart. */
export function sortedClasses(names: Iterable<string>): string[] {
  const all = [...names]
  if (all.every((name) => /^-?\d{1,400}$/.test(name)))
    return all.sort((a, b) => Number(a) - Number(b) || Number(BigInt(a) - BigInt(b)))
  if (all.every((name) => Number.isFinite(cellNumber(name) ?? NaN)))
    return all.sort((a, b) => Number(a) - Number(b))
  return all.sort()
}

/** The number of every class. */
export function numbered(classes: readonly string[]): Map<string, number> {
  return new Map(classes.map((name, index) => [name, index]))
}

/**
 * @param truth right answers, each one a class
 * @param predicted of the same rows
 */
export function labelsOf(truth: readonly string[], predicted: readonly string[]): Labels {
  const [right, said] = [truth.map(classOf), predicted.map(classOf)]
  const classes = sortedClasses(new Set([...new Set(right), ...new Set(said)]))
  const number = numbered(classes)
  return countedLabels(
    classes,
    Int32Array.from(right, (name) => number.get(name)!),
    Int32Array.from(said, (name) => number.get(name)!),
  )
}

export function countedLabels(classes: readonly string[], truth: Int32Array, predicted: Int32Array): Labels {
  const [hits, support, claimed] = [0, 1, 2].map(() => new Float64Array(classes.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let row = 0; row < truth.length; row++) {
    const [right, said] = [truth[row]!, predicted[row]!]
    support[right]!++
    claimed[said]!++
    if (right === said) hits[right]!++
  }
  return { classes, truth, predicted, hits, support, claimed }
}
