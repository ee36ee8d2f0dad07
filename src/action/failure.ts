import { code, fenced, link, safeUrl } from '../report/markdown/escape.js'
import { errorText, ReprogateError } from '../system/errors.js'
import { cleanLines } from '../text/clean.js'
import { short } from '../text/numbers.js'

/** What a check that came to no verdict has to say. */
export interface Failure {
  title: string
  message: string
  remedy: string
  file?: string | undefined
  line?: number | undefined
}

/** Characters of a message. */
const LONGEST = 4000

/** A bug is reported where the action comes from; the runner knows, except for `uses: ./`. */
export function describeFailure(error: unknown, env: NodeJS.ProcessEnv): Failure {
  if (error instanceof ReprogateError) {
    return {
      title: `reprogate: ${error.code}`,
      message: cleanLines(error.message.slice(0, LONGEST)),
      remedy: cleanLines(error.remedy),
      ...error.location,
    }
  }
  const from = env.GITHUB_ACTION_REPOSITORY
  const at = from ? ` at ${env.GITHUB_SERVER_URL}/${from}/issues` : ''
  const stack = error instanceof Error ? (error.stack ?? errorText(error)) : errorText(error)
  return {
    title: 'reprogate: a bug',
    message: cleanLines(`reprogate itself failed, so nothing was checked. ${stack}`.slice(0, LONGEST)),
    remedy: `Please report it with this text${at}.`,
  }
}

/**
 * The failure as Markdown, for the job summary and, behind its marker, for the comment: a verdict
 * on an older commit must not be left standing as if it were about this one.
 */
export function renderFailure(
  { file, line, message, remedy }: Failure,
  { commit, runUrl }: { commit: string | undefined; runUrl: string | undefined },
): string {
  const where = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `
  const url = safeUrl(runUrl)
  const foot = [
    'blocks the merge',
    commit && `commit ${code(short(commit), 'html', 64)}`,
    url && link('the run', url, 'html'),
  ]
  return [
    '### ⚠️ Could not check',
    '**The check came to no verdict, so nothing is known about the result.**',
    fenced([where + message], 'text', LONGEST),
    '**To fix:**',
    fenced([remedy], 'text', LONGEST),
    `<sub>${foot.filter(Boolean).join(' · ')}</sub>`,
    '',
  ].join('\n\n')
}
