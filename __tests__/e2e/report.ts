import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'

/** As much of the report as these tests look at. */
export interface PublishedReport {
  verdict: string
  decision: string
  models: { name: string; findings: { rule: string; level: string }[] }[]
}

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true })
addFormats.default(ajv)
const isReport = ajv.compile<PublishedReport>(JSON.parse(readFileSync('schema/report.schema.json', 'utf8')))

/** The report in a JSON text, if it is one by the schema that is published. */
export function parseReport(json: string): PublishedReport {
  const report: unknown = JSON.parse(json)
  if (isReport(report)) return report
  throw new Error(`not a report: ${ajv.errorsText(isReport.errors)}`)
}
