import { describe, expect, test } from '@jest/globals'
import { Docker, type DockerClient } from '../../src/engine/docker.js'
import type { RunProgram, RunResult } from '../../src/system/process.js'

const CLIENT: DockerClient = {
  program: 'docker',
  env: {},
  builder: 'classic',
  platform: 'linux/amd64',
  label: 'reprogate.check=1',
}
const IMAGE = JSON.stringify({ Id: 'sha256:a', RootFS: {}, Config: {} })

const answer = (result: Partial<RunResult> | string): RunResult => ({
  code: 0,
  stdout: Buffer.from(typeof result === 'string' ? result : ''),
  stderr: '',
  timedOut: false,
  truncated: false,
  ...(typeof result === 'string' ? {} : result),
})

/** An engine whose docker program gives one answer, and what it was asked. */
function docker(result: Partial<RunResult> | string) {
  const asked: string[] = []
  const run: RunProgram = (argv) => {
    asked.push(argv.slice(1).join(' '))
    return Promise.resolve(answer(result))
  }
  return { asked, engine: new Docker(run, CLIENT, run) }
}

describe('an answer that was cut is not an answer', () => {
  const cut = { stdout: Buffer.from(IMAGE), truncated: true }

  test.each<[string, (engine: Docker) => Promise<unknown>]>([
    ['inspect', (engine) => engine.inspect('a')],
    ['ids', (engine) => engine.ids('images')],
    ['push', (engine) => engine.push('a')],
    ['sweep', (engine) => engine.sweep()],
  ])('%s', async (_, ask) => {
    const { engine, asked } = docker(cut)
    await expect(ask(engine)).rejects.toMatchObject({ code: 'output/truncated' })
    expect(asked.filter((command) => command.startsWith('rm'))).toEqual([])
  })
})

test('an image is described, not there, or the engine failed', async () => {
  expect(await docker(IMAGE).engine.inspect('a')).toMatchObject({ Id: 'sha256:a', Os: '', RepoDigests: [] })
  const gone = docker({ code: 1, stderr: 'Error: No such image: a' })
  expect(await gone.engine.inspect('a')).toBeNull()
  await expect(docker({ code: 1, stderr: 'cannot connect' }).engine.inspect('a')).rejects.toMatchObject({
    code: 'engine/failed',
    message: expect.stringContaining('cannot connect'),
  })
})

test('a listing that failed is not an empty one', async () => {
  const { engine } = docker({ code: 1, stderr: 'cannot connect\n' })
  await expect(engine.ids('containers')).rejects.toMatchObject({
    code: 'engine/failed',
    message: '`docker ps` failed: cannot connect',
  })
})

test('only containers with the label of this check are swept', async () => {
  const { engine, asked } = docker('aaa\nbbb\n')
  await engine.sweep()
  expect(asked).toEqual([
    'ps --all --quiet --no-trunc --filter label=reprogate.check=1',
    'rm --force --volumes -- aaa bbb',
  ])
})

test('what undoes things runs on although the check was cancelled', async () => {
  const cancelled: RunProgram = () => Promise.reject(new Error('cancelled'))
  const engine = new Docker(cancelled, CLIENT, () => Promise.resolve(answer('aaa\n')))
  await expect(engine.inspect('a')).rejects.toThrow('cancelled')
  expect(await engine.ids('images')).toEqual(new Set(['aaa']))
  expect(await engine.cleanup(['rm', 'a'])).toMatchObject({ code: 0 })
})
