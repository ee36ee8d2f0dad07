import * as core from '@actions/core'
import type { Progress } from '../../system/context.js'
import { errorText } from '../../system/errors.js'
import type { Report } from '../../verdict/report.js'
import type { RunnerEnvironment } from '../environment.js'
import type { Event } from '../event.js'
import type { Failure } from '../failure.js'
import type { Inputs } from '../inputs.js'

/** What the step knows of where it runs: publishers choose their places by it. */
export interface Publication {
  runner: RunnerEnvironment
  event: Event
  inputs: Inputs
}

export interface PublishedReport {
  report: Report
  /** Path of the JSON report; '' if it could not be written. */
  path: string
  to: Publication
  progress: Progress
}

export interface PublishedFailure {
  failure: Failure
  /** Not there if the step did not get that far. */
  to: Publication | undefined
}

/** One place where people or later steps look for a verdict. What it throws becomes a warning. */
export interface Publisher {
  /** As a warning begins: `The job summary could not be published`. */
  readonly name: string
  report?(published: PublishedReport): void | Promise<void>
  /** For a check that came to no verdict. */
  failure?(published: PublishedFailure): void | Promise<void>
}

/** What cannot be published is a warning: what was decided stays decided. Never throws. */
export async function orWarn(what: string, publish: () => void | Promise<void>): Promise<void> {
  try {
    await publish()
  } catch (error) {
    core.warning(`${what} could not be published: ${errorText(error)}`)
  }
}
