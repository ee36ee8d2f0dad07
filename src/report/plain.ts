import { inertLine, oneLine } from '../text/clean.js'
import type { Sign } from './words.js'

/** What every text for a terminal is made with. */

export const TERMINAL_SIGNS: Record<Sign, string> = { good: '✔', bad: '✖', doubt: '⚠', none: '–' }

/** As ANSI escapes number them. */
export const SIGN_COLOURS: Record<Sign, number> = { good: 32, bad: 31, doubt: 33, none: 90 }

/** Column in which details begin. */
export const INDENT = ' '.repeat(20)

/** Untrusted text on one line. `` `words` `` need no quotes here. */
export const plainText = (untrusted: string, max = 300): string =>
  oneLine(untrusted, max).replace(/`([^`]+)`/g, '$1')

/** Lines as they are printed: none is a workflow command. */
export const printed = (lines: readonly string[]): string => `${lines.map(inertLine).join('\n').trimEnd()}\n`
