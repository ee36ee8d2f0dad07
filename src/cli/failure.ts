import { errorText, ReprogateError } from '../system/errors.js'

/** What `--json` prints if a command ends with an error. */
export const failedReport = (error: unknown) => ({
  reprogate: 'report/1',
  verdict: 'could-not-check',
  decision: 'fail',
  error:
    error instanceof ReprogateError
      ? { code: error.code, message: error.message, remedy: error.remedy, ...error.location }
      : { code: 'bug', message: errorText(error) },
  models: [],
})

/** What a person reads then. */
export function toldFailure(error: unknown): string {
  if (!(error instanceof ReprogateError))
    return `reprogate: this is a bug of reprogate, please report it:\n${error instanceof Error ? error.stack : String(error)}\n`
  const { file, line } = error.location
  const where = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `
  return `reprogate: ${where}${error.message}\n  Fix: ${error.remedy}\n`
}
