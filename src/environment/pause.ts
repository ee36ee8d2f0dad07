import { setImmediate } from 'node:timers/promises'

/** Milliseconds of work between two looks at the world. */
const WORK_MS = 50

/**
 * For long work: call it often. It lets timers and signals through now and then, and ends the work
 * when the check is cancelled.
 */
export interface Pause {
  (): Promise<void> | undefined
}

export function pauseFor(signal?: AbortSignal): Pause {
  let last = performance.now()
  return () => {
    if (performance.now() - last < WORK_MS) return undefined
    return setImmediate().then(() => {
      last = performance.now()
      signal?.throwIfAborted()
    })
  }
}

/** Small steps between two calls of a pause: what they take together is a few milliseconds. */
export const BATCH = 4096

/**
 * The numbers below `count` in order, equal ones as they were: what is in order already is found in
 * runs, and runs are merged. It can be stopped on the way, which a call of `sort` cannot. 8 bytes a
 * number while it works, 4 in the end.
 */
export async function sortNumbers(
  count: number,
  compare: (a: number, b: number) => number,
  pause: Pause,
): Promise<Uint32Array> {
  let from = Uint32Array.from({ length: count }, (_, i) => i)
  let into = new Uint32Array(count)
  let starts = await runsOf(count, compare, pause)
  while (starts.length > 1) {
    const merged: number[] = []
    for (let run = 0; run < starts.length; run += 2) {
      const [start, middle = count, end = count] = starts.slice(run, run + 3)
      merged.push(start!)
      for (let [at, a, b] = [start!, start!, middle]; at < end; at++) {
        const left = b >= end || (a < middle && compare(from[a]!, from[b]!) <= 0)
        into[at] = from[left ? a++ : b++]!
        if (at % BATCH === 0) await pause()
      }
    }
    ;[from, into, starts] = [into, from, merged]
  }
  return from
}

/** Where something begins that is smaller than what is before it. */
async function runsOf(
  count: number,
  compare: (a: number, b: number) => number,
  pause: Pause,
): Promise<number[]> {
  const starts: number[] = count === 0 ? [] : [0]
  for (let at = 1; at < count; at++) {
    if (compare(at - 1, at) > 0) starts.push(at)
    if (at % BATCH === 0) await pause()
  }
  return starts
}
