import { renderTerminal } from '../../report/terminal.js'
import type { Publisher } from './publisher.js'

/** The report as a terminal shows it, in the step's log. */
export const logPublisher: Publisher = {
  name: 'The log',
  report({ report, path, progress }) {
    progress.line(renderTerminal(report, { colour: false, reportPath: path || undefined }))
  },
}
