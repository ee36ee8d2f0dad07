import { reportSchema, type Report } from '../verdict/report.js'

/**
 * The report as JSON: keys in the schema's order, so that two reports can be compared as text.
 *
 * @throws ZodError if the value is not a report: that is a bug, and must not be published
 */
export const renderJson = (report: Report): string => printableJson(reportSchema.parse(report))

/**
 * JSON that may be printed on a runner and on a terminal: the same value, with an escape in place of
 * every character that is not seen, and of what a runner would obey.
 */
export const printableJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 2)
    .replaceAll('##[', '\\u0023#[')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, escaped)}\n`

/** A line break is JSON's own: within a text it is escaped already. */
const escaped = (character: string): string =>
  character === '\n'
    ? character
    : Array.from({ length: character.length }, (_, at) => {
        return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
      }).join('')
