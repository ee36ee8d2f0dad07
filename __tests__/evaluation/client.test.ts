import { expect, test } from '@jest/globals'
import { sandboxClient } from '../../src/evaluation/client.js'

/** A program in docker's place. */
const client = (program: string, env: NodeJS.ProcessEnv = {}) =>
  sandboxClient({ program, env: { PATH: process.env['PATH'], ...env } })

test('what docker prints is never cut silently', async () => {
  const print = (bytes: number) => client('head')(['-c', String(bytes), '/dev/zero'])
  expect((await print(64 * 1024)).stdout).toHaveLength(64 * 1024)
  await expect(print(64 * 1024 + 1)).rejects.toMatchObject({ code: 'output/truncated' })
})

test('a code other than 0 is a result', async () => {
  expect(await client('false')(['x'])).toMatchObject({ code: 1 })
})

test('the client has no proxy that it could hand to a container', async () => {
  const env = { https_proxy: 'http://user:secret@proxy', HTTP_PROXY: 'x', DOCKER_HOST: 'unix:///x' }
  const { stdout } = await client('sh', env)(['-c', 'env'])
  expect(stdout.toString()).toContain('DOCKER_HOST=unix:///x')
  expect(stdout.toString()).not.toMatch(/proxy/i)
})
