import * as core from '@actions/core'
import { marker, renderComment } from '../../report/comment.js'
import { errorText } from '../../system/errors.js'
import { connect } from '../github/client.js'
import { statusOf, upsertComment } from '../github/comment.js'
import { commentId } from '../outputs.js'
import { failureMarkdown } from './failure.js'
import { orWarn, type Publication, type Publisher } from './publisher.js'

/** A comment is not worth a longer wait. */
const LONGEST_MS = 60_000

/** The pull request's comment, and its address as the output `comment-url`: '' if there is none. */
export const commentPublisher: Publisher = {
  name: 'The comment',
  report: ({ report, to }) =>
    post(to, {
      problem: report.decision !== 'pass',
      body: (id) => renderComment(report, { id, ...to.runner }),
    }),
  async failure(published) {
    const { to } = published
    if (to) await post(to, { problem: true, body: (id) => `${marker(id)}\n${failureMarkdown(published)}` })
  },
}

interface Text {
  /** With `comment: on-problem` nothing else makes a new comment. */
  problem: boolean
  body(id: string): string
}

async function post(to: Publication, text: Text): Promise<void> {
  let url = ''
  try {
    url = await upsert(to, text)
  } catch (error) {
    const advice = adviceFor(error, to)
    throw advice === undefined ? error : new Error(`${errorText(error)}. ${advice}`, { cause: error })
  } finally {
    await orWarn('The output `comment-url`', () => core.setOutput('comment-url', url))
  }
}

/** The comment's address; '' if none was wanted. */
async function upsert({ event, runner, inputs }: Publication, { problem, body }: Text): Promise<string> {
  const { pullRequest } = event
  if (!pullRequest || inputs.comment === 'never') return ''
  if (inputs['github-token'] === '') throw new Error('the input `github-token` is empty')
  const github = await connect(inputs['github-token'], runner.apiUrl)
  const target = {
    owner: runner.owner,
    repo: runner.repo,
    number: pullRequest.number,
    head: pullRequest.head,
  }
  const create = inputs.comment === 'always' || problem
  const id = commentId(inputs['working-directory'], inputs.models)
  const result = await timeLimited(LONGEST_MS, upsertComment(github, target, body(id), { create }))
  if (result.outcome === 'superseded')
    core.notice(`No comment: the pull request has moved on from ${pullRequest.head.slice(0, 7)}.`)
  return 'url' in result ? result.url : ''
}

function adviceFor(error: unknown, { event }: Publication): string | undefined {
  const status = statusOf(error)
  if (status !== 403 && status !== 404) return undefined
  return event.pullRequest?.fork
    ? 'The token of a pull request from a fork can only read; the verdict is in the job summary.'
    : 'Give the job `permissions: {contents: read, pull-requests: write}`.'
}

/** Rejects when the time is over; what was begun may go on until the process exits. */
function timeLimited<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new Error(`GitHub did not answer within ${milliseconds / 1000} s`))
    timer = setTimeout(late, milliseconds)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
