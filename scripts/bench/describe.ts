/** Describes one image in a process of its own, and prints what it was and the peak of its memory. */
import type { Context } from '../../src/system/context.js'
import { findEngine } from '../../src/engine/engine.js'
import { describeImage } from '../../src/environment/image.js'
import { createRunner } from '../../src/system/process.js'

export interface Described {
  hash: string
  entries: number
  /** KiB: the largest resident set that this process had. */
  maxRSS: number
}

const signal = new AbortController().signal
const run = createRunner(signal)
const cleanups: (() => Promise<void>)[] = []
const silent = () => {}
const context: Context = {
  root: process.cwd(),
  prefix: '',
  run,
  progress: { start: silent, line: silent, end: silent },
  signal,
  scratch: process.cwd(),
  defer: (cleanup) => cleanups.push(cleanup),
  now: () => performance.now(),
}
try {
  const { manifest, hashes } = await describeImage(context, await findEngine(run), process.argv[2]!)
  const described: Described = {
    hash: hashes.environment,
    entries: manifest.entries.size,
    maxRSS: process.resourceUsage().maxRSS,
  }
  process.stdout.write(JSON.stringify(described))
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup()
}
