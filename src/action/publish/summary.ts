import * as core from '@actions/core'
import { renderSummary } from '../../report/summary.js'
import { failureMarkdown } from './failure.js'
import type { Publisher } from './publisher.js'

/** Above it the runner drops the whole summary. */
const MOST_BYTES = 1024 * 1024

/** The job summary. */
export const summaryPublisher: Publisher = {
  name: 'The job summary',
  report: ({ report, to: { runner } }) => write(renderSummary(report, runner)),
  failure: (published) => write(failureMarkdown(published)),
}

async function write(markdown: string): Promise<void> {
  if (Buffer.byteLength(markdown) > MOST_BYTES) throw new Error('it is larger than 1 MiB')
  // A runner without a summary file is an old one; the toolkit would throw.
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown).write()
}
