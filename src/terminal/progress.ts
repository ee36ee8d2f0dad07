import { clearLine, cursorTo } from 'node:readline'
import type { WriteStream } from 'node:tty'
import type { Progress } from '../system/context.js'
import { cleanLines } from '../text/text.js'

/**
 * Progress for people. On a terminal one line shows what is going on and is written over; elsewhere
 * only the titles are printed, or every line where asked for. What programs print is untrusted: control
 * characters are taken out.
 */
export function terminalProgress(
  stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'> & NodeJS.WritableStream,
  verbose: boolean,
): Progress {
  const live = stream.isTTY === true && !verbose
  const show = (text: string): void => {
    clearLine(stream, 0)
    cursorTo(stream, 0)
    stream.write(text.slice(0, (stream.columns ?? 80) - 1))
  }
  let title = ''
  return {
    start(text) {
      title = cleanLines(text)
      if (live) show(`· ${title}`)
      else stream.write(`· ${title}\n`)
    },
    line(text) {
      const clean = cleanLines(text)
      if (verbose) stream.write(`    ${clean}\n`)
      else if (live) show(`· ${title} · ${clean.trim()}`)
    },
    end() {
      if (live) show('')
    },
  }
}
