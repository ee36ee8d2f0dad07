import { createRunner } from '../system/process.js'
import type { Tools } from './stage.js'

/** The time for all models of a check is over. */
export class OutOfTime extends Error {
  constructor(minutes: number) {
    super(`the ${minutes} minutes for all models were over (\`limits.total\` of the policy)`)
  }
}

/** The same tools, for work that ends after so many minutes with `OutOfTime`; `release` when it is done. */
export function timeLimited(tools: Tools, minutes: number): { tools: Tools; release: () => void } {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new OutOfTime(minutes)), minutes * 60_000)
  const signal = AbortSignal.any([tools.signal, limit.signal])
  const until: Tools = {
    ...tools,
    signal,
    run: createRunner(signal),
    engine: async () => (await tools.engine()).until(signal),
  }
  return { tools: until, release: () => clearTimeout(timer) }
}
