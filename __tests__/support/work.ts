import { Session } from 'node:inspector/promises'

/**
 * Work in steps, not in seconds: how often blocks of code were run, as the engine counts them itself.
 * The same on every machine. Regular expressions and other built-in functions count as one step; that
 * no expression backtracks without end is the linter's to say.
 */
const session = new Session()
session.connect()
await session.post('Profiler.enable')
// Functions are compiled when they are first called: from here on with a counter in each block.
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** Code whose blocks are counted: ours, and the libraries that read what strangers wrote. */
const COUNTED = /\/src\/|\/node_modules\/(?:yaml|zod|csv-parse|fastest-levenshtein)\//

async function taken(): Promise<number> {
  let sum = 0
  for (const { url, functions } of (await session.post('Profiler.takePreciseCoverage')).result)
    if (COUNTED.test(url)) for (const { ranges } of functions) for (const { count } of ranges) sum += count
  return sum
}

/** Steps that a piece of work takes. */
export async function stepsOf(work: () => unknown): Promise<number> {
  await taken()
  await work()
  return taken()
}

/** Steps of which a piece of work may be made whatever its size, as some code is compiled on the way. */
const SOME = 2000

/** Four times the input may take four times the steps; what is quadratic takes sixteen times. */
export async function isLinear(work: (n: number) => unknown, n: number): Promise<boolean> {
  const once = await stepsOf(() => work(n))
  return (await stepsOf(() => work(4 * n))) <= 5 * once + SOME
}
