import { reportSchema, type Report } from '../verdict/report.js'

/**
 * The report as JSON: keys in the schema's order, so that two reports can be compared as text.
 *
 * @throws ZodError if the value is not a report: that is a bug, and must not be published
 */
export const renderJson = (report: Report): string =>
  `${JSON.stringify(reportSchema.parse(report), null, 2)}\n`
