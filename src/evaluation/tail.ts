import type { Progress } from '../system/context.js'
import { cleanLines, clip } from '../text/clean.js'

/** The last lines that a run printed. */
export interface Tail {
  /** At most 40, control characters taken out. Untrusted. */
  tail: string[]
  /** The last of them on standard error that is not empty. */
  lastError: string | undefined
}

const TAIL_LINES = 40
/** Characters of a line that are kept. */
const TAIL_LINE = 1000
/** Lines of a run that are shown as they come; the tail goes on after it. */
const SHOWN_LINES = 2000

const plainLine = (line: string): string => clip(cleanLines(line).replaceAll('\n', ' '), TAIL_LINE)

/** Shows what a run prints as it comes, and keeps the end of it. */
export function tailOf(progress: Progress) {
  const kept: { line: string; stream: 'stdout' | 'stderr' }[] = []
  let lines = 0
  return {
    add(line: string, stream: 'stdout' | 'stderr') {
      lines++
      if (lines <= SHOWN_LINES) progress.line(line)
      if (lines === SHOWN_LINES) progress.line('… what the evaluation prints from here on is not shown')
      kept.push({ line, stream })
      if (kept.length > TAIL_LINES) kept.shift()
    },
    end(): Tail {
      const texts = kept.map(({ line, stream }) => ({ text: plainLine(line), stream }))
      const lastError = texts.findLast(({ text, stream }) => stream === 'stderr' && text.trim() !== '')
      return { tail: texts.map(({ text }) => text), lastError: lastError?.text.trim() }
    },
  }
}
