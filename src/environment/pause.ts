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

/** Texts that are sorted at once; a call of `sort` cannot be stopped. */
const RUN = 1 << 16

/** Sorted by code unit, in runs that are merged: it can be stopped between any two of them. */
export async function sortTexts(texts: readonly string[], pause: Pause): Promise<string[]> {
  let runs: string[][] = []
  for (let at = 0; at < texts.length; at += RUN) {
    runs.push(texts.slice(at, at + RUN).sort())
    await pause()
  }
  while (runs.length > 1) {
    const merged: string[][] = []
    for (let at = 0; at < runs.length; at += 2)
      merged.push(at + 1 < runs.length ? await merge(runs[at]!, runs[at + 1]!, pause) : runs[at]!)
    runs = merged
  }
  return runs[0] ?? []
}

async function merge(a: readonly string[], b: readonly string[], pause: Pause): Promise<string[]> {
  const merged: string[] = []
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    merged.push(j === b.length || (i < a.length && a[i]! <= b[j]!) ? a[i++]! : b[j++]!)
    if (merged.length % RUN === 0) await pause()
  }
  return merged
}
