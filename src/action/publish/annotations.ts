import * as core from '@actions/core'
import { annotations } from '../../report/annotations.js'
import type { Publisher } from './publisher.js'

const EMIT = { error: core.error, warning: core.warning, notice: core.notice }

/** Findings on the lines that they are about. */
export const annotationsPublisher: Publisher = {
  name: 'The annotations',
  report({ report }) {
    for (const { level, message, title, file, line } of annotations(report))
      EMIT[level](message, { title, file, ...(line && { startLine: line }) })
  },
}
