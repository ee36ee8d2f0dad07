import { Session, type Profiler } from 'node:inspector'

/**
 * Work in steps, not in seconds: how often blocks of code were run, as the engine counts them itself.
 * The same on every machine. Regular expressions and other built-in functions count as one step; that
 * no expression backtracks without end is the linter's to say.
 */
const session = new Session()
session.connect()
session.post('Profiler.enable')
// Functions are compiled when they are first called: from here on with a counter in each block.
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** Code whose blocks are counted: ours, and the libraries that read what strangers wrote. */
const COUNTED = /\/src\/|\/node_modules\/(?:yaml|zod|csv-parse|fastest-levenshtein)\//

/** Steps since it was last asked. It answers at once. */
function taken(): number {
  let sum = 0
  session.post('Profiler.takePreciseCoverage', (error, taken: Profiler.TakePreciseCoverageReturnType) => {
    if (error) throw error
    for (const { url, functions } of taken.result)
      if (COUNTED.test(url)) for (const { ranges } of functions) for (const { count } of ranges) sum += count
  })
  return sum
}

/** Steps that a piece of work takes. */
export async function stepsOf(work: () => unknown): Promise<number> {
  taken()
  await work()
  return taken()
}

/** Steps of which a piece of work may be made whatever its size, as some code is compiled on the way. */
const SOME = 2000

/** Four times the input may take four times the steps, and some more if it is sorted; what is quadratic takes sixteen times. */
export async function isLinear(work: (n: number) => unknown, n: number): Promise<boolean> {
  const once = await stepsOf(() => work(n))
  return (await stepsOf(() => work(4 * n))) <= 6 * once + SOME
}
