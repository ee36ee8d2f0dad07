import { renderFailure } from '../failure.js'
import type { PublishedFailure } from './publisher.js'

/** The failure as Markdown, about the commit that would have been judged. */
export function failureMarkdown({ failure, to }: PublishedFailure): string {
  const commit = to?.event.commit
  return renderFailure(failure, { commit, runUrl: to?.runner.runUrl })
}
