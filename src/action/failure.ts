import { errorText, ReprogateError } from '../system/errors.js'

/** What a check that came to no verdict has to say. */
export interface Failure {
  title: string
  message: string
  remedy: string
  file?: string
  line?: number
}

const LONGEST = 4000

/** A bug is reported where the action comes from; the runner knows, except for `uses: ./`. */
export function describeFailure(error: unknown, env: NodeJS.ProcessEnv): Failure {
  if (error instanceof ReprogateError) {
    return {
      title: `reprogate: ${error.code}`,
      message: error.message.slice(0, LONGEST),
      remedy: error.remedy,
      ...error.location,
    }
  }
  const from = env.GITHUB_ACTION_REPOSITORY
  const at = from ? ` at ${env.GITHUB_SERVER_URL}/${from}/issues` : ''
  const stack = error instanceof Error ? (error.stack ?? errorText(error)) : errorText(error)
  return {
    title: 'reprogate: a bug',
    message: `reprogate itself failed, so nothing was checked. ${stack}`.slice(0, LONGEST),
    remedy: `Please report it with this text${at}.`,
  }
}

/** Text from anywhere, shown as it is: the fence is longer than any inside, so nothing gets out. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

/**
 * The failure as Markdown, for the job summary and, behind its marker, for the comment: a verdict
 * on an older commit must not be left standing as if it were about this one.
 */
export function renderFailure(
  failure: Failure,
  commit: string | undefined,
  runUrl: string | undefined,
): string {
  const where = failure.file && `${failure.file}${failure.line ? `:${failure.line}` : ''}: `
  const foot = [
    'blocks the merge',
    commit && `commit <code>${commit.slice(0, 7)}</code>`,
    runUrl && `<a href="${runUrl}">the run</a>`,
  ].filter(Boolean)
  return [
    '### ⚠️ Could not check',
    '**The check came to no verdict, so nothing is known about the result.**',
    fenced(`${where ?? ''}${failure.message}`),
    '**To fix:**',
    fenced(failure.remedy),
    `<sub>${foot.join(' · ')}</sub>`,
    '',
  ].join('\n\n')
}
