import * as core from '@actions/core'
import type { Progress } from '../system/context.js'
import { errorText } from '../system/errors.js'
import { annotations } from '../report/annotations.js'
import { marker, renderComment } from '../report/comment.js'
import { renderSummary } from '../report/summary.js'
import { renderTerminal } from '../report/terminal.js'
import type { Report } from '../verdict/report.js'
import type { Event } from './event.js'
import { renderFailure, type Failure } from './failure.js'
import { connect } from './github/client.js'
import { statusOf, upsertComment } from './github/comment.js'
import type { Inputs } from './inputs.js'
import { commentId, headline, reportOutputs } from './outputs.js'
import type { Runner } from './environment.js'

/** What is published where. */
export interface Publication {
  runner: Runner
  event: Event
  inputs: Inputs
}

/** Above it the runner drops the whole summary. */
const SUMMARY_BYTES = 1024 * 1024
/** A comment is not worth a longer wait. */
const COMMENT_MS = 60_000

/** A publisher that fails is a warning: what was decided stays decided. */
async function attempt(what: string, publish: () => void | Promise<void>): Promise<void> {
  try {
    await publish()
  } catch (error) {
    core.warning(`${what} could not be published: ${errorText(error)}`)
  }
}

async function writeSummary(markdown: string): Promise<void> {
  if (Buffer.byteLength(markdown) > SUMMARY_BYTES) throw new Error('it is larger than 1 MiB')
  // A runner without a summary file is an old one; the toolkit would throw.
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown).write()
}

/** Rejects when the time is over; what was begun may go on until the process exits. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`GitHub did not answer within ${milliseconds / 1000} s`)),
      milliseconds,
    )
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}

function commentAdvice(error: unknown, fork: boolean): string {
  const status = statusOf(error)
  if (status !== 403 && status !== 404) return ''
  return fork
    ? ' The token of a pull request from a fork can only read; the verdict stands in the job summary.'
    : ' Give the job `permissions: {contents: read, pull-requests: write}`.'
}

/** Posts or updates the comment and sets the output `comment-url`. Never throws. */
async function publishComment(
  to: Publication,
  problem: boolean,
  body: (id: string) => string,
): Promise<void> {
  const { event, runner, inputs } = to
  let url = ''
  if (event.kind === 'pull_request' && inputs.comment !== 'never') {
    try {
      if (inputs['github-token'] === '') throw new Error('the input `github-token` is empty')
      const github = await connect(inputs['github-token'], runner.apiUrl)
      const target = { owner: runner.owner, repo: runner.repo, number: event.number, head: event.head }
      const create = inputs.comment === 'always' || problem
      const result = await within(
        COMMENT_MS,
        upsertComment(github, target, body(commentId(inputs['working-directory'], inputs.models)), {
          create,
        }),
      )
      if ('url' in result) url = result.url
      if (result.outcome === 'superseded') {
        core.notice(`No comment: the pull request has moved on from ${event.head.slice(0, 7)}.`)
      }
    } catch (error) {
      core.warning(
        `The comment could not be posted: ${errorText(error)}.${commentAdvice(error, event.fork)}`.replace(
          '..',
          '.',
        ),
      )
    }
  }
  await attempt('The output `comment-url`', () => core.setOutput('comment-url', url))
}

/** Puts the report where people and later steps look for it. Changes nothing that was decided, and never throws. */
export async function publishReport(
  report: Report,
  path: string,
  to: Publication,
  progress: Progress,
): Promise<void> {
  const { repositoryUrl, runUrl } = to.runner
  const links = { repositoryUrl, runUrl }

  progress.line(renderTerminal(report, { colour: false, reportPath: path || undefined }))
  await attempt('The outputs', () => {
    for (const [name, value] of Object.entries({ ...reportOutputs(report), report: path })) {
      core.setOutput(name, value)
    }
  })
  await attempt('The job summary', () => writeSummary(renderSummary(report, links)))
  await publishComment(to, report.decision !== 'pass', (id) => renderComment(report, { id, ...links }))
  // After the warnings above: the runner shows ten of a level, and the findings stand in the summary, too.
  await attempt('The annotations', () => {
    const emit = { error: core.error, warning: core.warning, notice: core.notice }
    for (const { level, message, title, file, line } of annotations(report)) {
      emit[level](message, { title, file, ...(line && { startLine: line }) })
    }
  })
  if (report.decision === 'fail') core.error(headline(report), { title: 'reprogate' })
}

/** Says in the log, and on the line that caused it, why there is no verdict. */
export function reportFailure({ title, message, remedy, file, line }: Failure): void {
  core.error(`${message}\n${remedy}`, { title, ...(file && { file }), ...(line && { startLine: line }) })
}

/** The same for a check that came to no verdict; `to` is not there when it did not get that far. */
export async function publishFailure(failure: Failure, to: Publication | undefined): Promise<void> {
  await attempt('The outputs', () => {
    core.setOutput('verdict', 'could-not-check')
    core.setOutput('decision', 'fail')
  })
  const commit = to?.event.kind === 'pull_request' ? to.event.head : to?.event.sha
  const markdown = renderFailure(failure, commit, to?.runner.runUrl)
  await attempt('The job summary', () => writeSummary(markdown))
  if (to) await publishComment(to, true, (id) => `${marker(id)}\n${markdown}`)
}
