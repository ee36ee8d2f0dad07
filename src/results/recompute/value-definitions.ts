import type { Definition } from './definition.js'
import { average, total } from './sums.js'

/** Definitions on one number a row, such as whether the answer is right. */
export interface Values {
  values: Float64Array
  /** The task of each row; undefined: every row is one of its own. */
  tasks: Int32Array | undefined
}

const mean = ({ values }: Values): number => average(values.length, (row) => values[row]!)
const isZeroOrOne = ({ values }: Values): boolean => values.every((value) => value === 0 || value === 1)

/** The chance that one of k samples of a task is right, without bias (Chen et al. 2021, human-eval). */
function passOf(samples: number, right: number, k: number): number {
  if (samples - right < k) return 1
  let none = 1
  for (let i = samples - right + 1; i <= samples; i++) none *= 1 - k / i
  return 1 - none
}

/** The mean over tasks, not over samples. NaN if a task has fewer samples than k. */
function passAtK({ values, tasks }: Values, k: number): number {
  const counts = new Map<number, [number, number]>()
  for (const [row, value] of values.entries()) {
    const task = tasks?.[row] ?? row
    const [samples, right] = counts.get(task) ?? [0, 0]
    counts.set(task, [samples + 1, right + value])
  }
  const all = [...counts.values()]
  if (k < 1 || all.some(([samples]) => samples < k)) return NaN
  return average(all.length, (at) => passOf(...all[at]!, k))
}

const spread = (all: Values): number => {
  const middle = mean(all)
  const squares = total(all.values.length, (row) => (all.values[row]! - middle) ** 2)
  return Math.sqrt(squares / (all.values.length - 1))
}

const rate = (id: string, family: 'accuracy' | 'mean'): Definition<Values> => ({
  id,
  family,
  main: true,
  counted: (all) => (isZeroOrOne(all) ? all.values.length : Infinity),
  of: mean,
})

export const VALUE_DEFINITIONS: readonly Definition<Values>[] = [
  rate('mean', 'mean'),
  rate('share_correct', 'accuracy'),
  { id: 'standard_error', family: 'mean', of: (all) => spread(all) / Math.sqrt(all.values.length) },
  {
    id: 'pass_at_k',
    family: 'pass',
    takes: 'cutoff',
    main: true,
    of: (all, k) => (isZeroOrOne(all) ? passAtK(all, k) : NaN),
  },
]
