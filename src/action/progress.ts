import { randomUUID } from 'node:crypto'
import type { Progress } from '../system/context.js'

/** As the toolkit does it: a title must stay on its line. */
const escapeData = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')

/** A terminal's escape sequences and other control characters do not belong in a log; tabs do. */
const plain = (text: string) =>
  text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')

/**
 * Progress as log groups of the runner. The lines come from builds and evaluations that a stranger
 * may have written, and the runner obeys a line such as `::add-path::…`, and `##[add-path]…` even
 * in the middle of one. So it is told to stop obeying while they are printed, until it sees a token
 * that nobody can guess, a new one each time. `end` twice is harmless; commands printed between
 * `start` and `end` by anybody else are lost.
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
      write(`::group::${escapeData(plain(title))}\n`)
      stop()
    },
    line(text) {
      const grouped = token !== undefined
      if (!grouped) stop()
      write(`${plain(text)}\n`)
      if (!grouped) resume()
    },
    end,
  }
}
