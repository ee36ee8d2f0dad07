/** Describes one image in a process of its own, and prints what it was and the peak of its memory. */
import { findEngine } from '../../src/engine/find.js'
import { describeImage } from '../../src/environment/image.js'
import { withSession } from '../../src/system/session.js'

export interface Described {
  hash: string
  entries: number
  /** KiB: the largest resident set that this process had. */
  maxRSS: number
}

const silent = () => {}
const progress = { start: silent, line: silent, end: silent }
await withSession(process.cwd(), { progress, signal: new AbortController().signal }, async (context) => {
  const engine = await findEngine(context.run)
  const { manifest, hashes } = await describeImage({ ...context, engine }, process.argv[2]!)
  const described: Described = {
    hash: hashes.environment,
    entries: manifest.entries.size,
    maxRSS: process.resourceUsage().maxRSS,
  }
  process.stdout.write(JSON.stringify(described))
})
