import { ifThereIsTime, type Trials } from './trials.js'

/**
 * Whether what was named acts through the choice of CPU instructions: one look at which kernels OpenBLAS
 * takes in the rebuild, and one replay of the pinned image under those. If it gives the result of the
 * rebuild, another processor may not see the difference at all.
 *
 * @param pinned the kernels that it takes in the pinned image; undefined: no OpenBLAS was seen
 * @param kernels changes under which it takes certain kernels, by their name
 * @returns the name of the kernels, if so
 */
export async function actingKernel(
  trials: Trials,
  pinned: string | undefined,
  kernels: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  if (pinned === undefined) return undefined
  return ifThereIsTime(async () => {
    const rebuilt = await trials.again({ image: 'rebuild', changes: [], watch: true })
    const kernel = rebuilt.kind === 'none' ? undefined : rebuilt.kernel
    const change = kernel === undefined || kernel === pinned ? undefined : kernels.get(kernel)
    if (change === undefined) return undefined
    const under = await trials.of('pinned', [change])
    return under.kind === 'another' && under.result === 0 ? kernel : undefined
  })
}
