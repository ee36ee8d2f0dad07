import * as core from '@actions/core'
import type { Failure } from '../failure.js'
import { annotationsPublisher } from './annotations.js'
import { commentPublisher } from './comment.js'
import { errorPublisher } from './error.js'
import { logPublisher } from './log.js'
import { outputsPublisher } from './outputs.js'
import { orWarn, type PublishedFailure, type PublishedReport, type Publisher } from './publisher.js'
import { summaryPublisher } from './summary.js'

export type { Publication } from './publisher.js'

/** In order. The annotations come late: the runner shows ten of a level, and warnings of the others matter more. */
export const PUBLISHERS: readonly Publisher[] = [
  logPublisher,
  outputsPublisher,
  summaryPublisher,
  commentPublisher,
  annotationsPublisher,
  errorPublisher,
]

/** Puts the report where people and later steps look for it. Changes nothing that was decided, and never throws. */
export async function publishReport(published: PublishedReport): Promise<void> {
  for (const publisher of PUBLISHERS) await orWarn(publisher.name, () => publisher.report?.(published))
}

/** The same for a check that came to no verdict. Its place in the log is `reportFailure`'s. */
export async function publishFailure(published: PublishedFailure): Promise<void> {
  for (const publisher of PUBLISHERS) await orWarn(publisher.name, () => publisher.failure?.(published))
}

/** Says in the log, and on the line that caused it, why there is no verdict. */
export function reportFailure({ title, message, remedy, file, line }: Failure): void {
  core.error(`${message}\n${remedy}`, { title, ...(file && { file }), ...(line && { startLine: line }) })
}
