import { randomUUID } from 'node:crypto'
import type { Progress } from '../system/context.js'
import { cleanLines } from '../text/clean.js'

/** As the toolkit does it: a title must stay on its line. */
const escapeData = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')

/**
 * Progress as log groups of the runner. The lines come from builds and evaluations that a stranger
 * may have written, and the runner obeys a line such as `::add-path::…`, and `##[add-path]…` even
 * in the middle of one. So it is told to stop obeying while they are printed, until it sees a token
 * that nobody can guess, a new one each time. Control characters are taken out. `end` twice is
 * harmless; commands that anybody else prints between `start` and `end` are lost.
 */
export function logProgress(write: (text: string) => void): Progress {
  let token: string | undefined
  const stop = () => {
    token = randomUUID()
    write(`::stop-commands::${token}\n`)
  }
  const resume = () => {
    write(`::${token}::\n`)
    token = undefined
  }
  const end = () => {
    if (token === undefined) return
    resume()
    write('::endgroup::\n')
  }
  return {
    start(title) {
      end()
      write(`::group::${escapeData(cleanLines(title))}\n`)
      stop()
    },
    line(text) {
      const grouped = token !== undefined
      if (!grouped) stop()
      write(`${cleanLines(text)}\n`)
      if (!grouped) resume()
    },
    end,
  }
}
