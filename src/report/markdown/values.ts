import { grouped, plural } from '../../text/numbers.js'
import { code } from './escape.js'

/** Names and values in tables. */

/** A value in a cell: a number plain, everything else as code. */
export const cellValue = (text: string, max = 60): string =>
  /^[-+−]?[\d.,]+(?:e[-+]?\d+)?$/i.test(text) && text.length <= 24 ? text : code(text, 'cell', max)

export const optionalValue = (text: string | undefined, max?: number): string =>
  text === undefined ? '–' : cellValue(text, max)

/** `f1_macro` reads better plain; what could be a commit, or anything else, is code. */
export const cellName = (name: string): string =>
  /^[a-z][a-z0-9]{0,40}(?:_[a-z0-9]{1,40}){0,4}$/i.test(name) && !/^[0-9a-f]{7,}$/i.test(name)
    ? name
    : code(name, 'cell', 60)

/** Says how many are not shown: `12 more rows in the full report.`, or nothing. */
export const moreOf = (shown: number, all: number, [one, many]: readonly [string, string]): string =>
  all <= shown
    ? ''
    : shown === 0
      ? `${plural(all, one, many)} in the full report.`
      : `${grouped(all - shown)} more ${all - shown === 1 ? one : many} in the full report.`

/** Paragraphs, without those that are not there. */
export const paragraphs = (parts: readonly (string | false | undefined)[]): string =>
  parts.filter(Boolean).join('\n\n')
