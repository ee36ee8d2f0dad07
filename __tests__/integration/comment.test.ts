import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { connect } from '../../src/action/github/client.js'
import { upsertComment } from '../../src/action/github/comment.js'
import { BOT, commentUrl, GitHubServer, TOKENS } from '../e2e/github/server.js'

const MARKER = '<!-- reprogate:all -->'
const HEAD = 'b'.repeat(40)
const BODY = `${MARKER}\n### ✅ Reproduced\n\ntext`

let github: GitHubServer
beforeEach(async () => {
  github = await GitHubServer.start()
  github.pulls.set(2, HEAD)
})
afterEach(async () => {
  await github.stop()
  expect({ violations: github.violations, unhandled: github.unhandled }).toEqual({
    violations: [],
    unhandled: [],
  })
})

const upsert = async (body = BODY, create = true) =>
  upsertComment(
    await connect(TOKENS.write, github.url),
    { owner: 'acme', repo: 'digits', number: 2, head: HEAD },
    body,
    { create },
  )

describe('the sticky comment', () => {
  test('is created, and left alone when it would say the same, whatever GitHub does to line ends', async () => {
    const created = await upsert()
    const [comment] = github.comments
    expect(created).toEqual({ outcome: 'created', url: commentUrl('acme/digits', comment!) })

    const writes = github.writes.length
    expect(await upsert()).toEqual({ ...created, outcome: 'unchanged' })
    expect(github.writes).toHaveLength(writes)
  })

  test('is not created for a pass when only problems are wanted', async () => {
    github.addComment('ada', `${MARKER}\nnot ours`)
    expect(await upsert(BODY, false)).toEqual({ outcome: 'not-needed' })
    expect(github.writes).toEqual([])
  })

  test('is brought up to date for a pass even then: a red comment must not stay after the fix', async () => {
    const red = github.addComment(BOT, `${MARKER}\n### ❌ Not reproduced`)
    expect(await upsert(BODY, false)).toMatchObject({ outcome: 'updated' })
    expect(red.body).toBe(BODY)
    expect(github.comments).toEqual([red])
  })

  test('duplicates are deleted although nothing else changes', async () => {
    const oldest = github.addComment(BOT, BODY)
    github.addComment(BOT, BODY)
    expect(await upsert()).toMatchObject({ outcome: 'unchanged' })
    expect(github.comments).toEqual([oldest])
  })

  test('a duplicate that the other run has deleted meanwhile is no failure', async () => {
    const oldest = github.addComment(BOT, BODY)
    github.addComment(BOT, BODY)
    github.meanwhile = ({ method }) => {
      if (method === 'DELETE') github.comments.splice(1)
    }
    expect(await upsert()).toMatchObject({ outcome: 'unchanged' })
    expect(github.comments).toEqual([oldest])
  })

  test('a body without a marker is never posted: it could not be found again', async () => {
    await expect(upsert('### Reproduced')).rejects.toThrow('marker')
    expect(github.requests).toEqual([])
  })

  test('where GraphQL cannot be asked, the runner’s own name is assumed', async () => {
    const ours = github.addComment(BOT, `${MARKER}\nolder`)
    github.faults.push({ method: 'POST', path: /graphql/, status: 403, body: { message: 'no' }, times: 9 })
    await upsert()
    expect(github.comments).toEqual([ours])
    expect(ours.body).toBe(BODY)
  })
})

describe('the server itself', () => {
  test('sees what GitHub does not describe', async () => {
    const client = await connect(TOKENS.write, github.url)
    await client.request('POST /repos/acme/digits/issues/2/comments', { body: 'x', colour: 'red' })
    await client.request('GET /repos/acme/digits/issues/2/comments?per_page=many&sort=up')
    await client.request('GET /repos/acme/digits/labels').catch(() => {})
    expect(github.violations.splice(0)).toEqual([
      'POST /repos/acme/digits/issues/2/comments: unknown body key colour',
      'GET /repos/acme/digits/issues/2/comments: unknown query key sort',
      'GET /repos/acme/digits/issues/2/comments: per_page: must be integer',
    ])
    expect(github.unhandled.splice(0)).toEqual(['GET /repos/acme/digits/labels'])
  })

  test('refuses a comment of more than 65,536 characters', async () => {
    await expect(upsert(MARKER + '\n' + 'x'.repeat(65_536))).rejects.toMatchObject({ status: 422 })
  })

  test('lists thirty comments a page, and says where the next one is', async () => {
    for (let i = 0; i < 31; i++) github.addComment('ada', 'x')
    const client = await connect(TOKENS.read, github.url)
    const { data, headers } = await client.request('GET /repos/acme/digits/issues/2/comments')
    expect(data).toHaveLength(30)
    expect(headers.link).toMatch(/\/repositories\/\d+\/issues\/2\/comments\?per_page=30&page=2>; rel="next"/)
  })
})
