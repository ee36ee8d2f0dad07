import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'
import type { Progress } from '../system/context.js'
import { cleanLines, inertLine, oneLine } from '../text/clean.js'

type Stream = Pick<WriteStream, 'write' | 'isTTY' | 'columns'> & NodeJS.WritableStream

/** Characters of a title, and of a line that is written over. */
const LONGEST = 500

/**
 * Progress for people. On a terminal one line shows what is going on and is written over; elsewhere
 * only the titles are printed; with `verbose` every line. What programs print is untrusted: control
 * characters are taken out, and nothing is a workflow command.
 */
export function terminalProgress(stream: Stream, verbose: boolean): Progress {
  const live = stream.isTTY === true && !verbose
  const show = (text: string): void => {
    clearLine(stream, 0)
    cursorTo(stream, 0)
    stream.write(text.slice(0, (stream.columns ?? 80) - 1))
  }
  let title = ''
  return {
    start(text) {
      title = inertLine(oneLine(text, LONGEST))
      if (live) show(`· ${title}`)
      else stream.write(`· ${title}\n`)
    },
    line(text) {
      if (live) show(`· ${title} · ${oneLine(text, LONGEST)}`)
      else if (verbose)
        for (const line of cleanLines(text).split('\n')) stream.write(`    ${inertLine(line)}\n`)
    },
    end() {
      if (live) show('')
    },
  }
}
