import * as core from '@actions/core'
import { reportOutputs } from '../outputs.js'
import type { Publisher } from './publisher.js'

/** The outputs of the step, for later steps; `comment-url` is the comment's. */
export const outputsPublisher: Publisher = {
  name: 'The outputs',
  report: ({ report, path }) => set({ ...reportOutputs(report), report: path }),
  failure: () => set({ verdict: 'could-not-check', decision: 'fail' }),
}

function set(outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
}
