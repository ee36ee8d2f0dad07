import * as core from '@actions/core'
import { verdictLines } from '../outputs.js'
import type { Publisher } from './publisher.js'

/** The last line of a failing step: why it failed. */
export const errorPublisher: Publisher = {
  name: 'The reason',
  report({ report }) {
    if (report.decision === 'fail') core.error(verdictLines(report), { title: 'reprogate' })
  },
}
