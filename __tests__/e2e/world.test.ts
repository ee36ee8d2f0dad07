import { afterEach, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startWorld } from '../../scripts/world.js'
import { attempt, docker, until } from '../../scripts/world/system.js'

const MINUTE = 60_000
const { REPROGATE_TEST_BASE: base = '', REPROGATE_TEST_REGISTRY: registry = '' } = process.env

const answers = (host: string) =>
  fetch(`http://${host}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  )

describe('the world around the tests', () => {
  const before = process.env.REPROGATE_BASE
  afterEach(() => {
    if (before === undefined) delete process.env.REPROGATE_BASE
    else process.env.REPROGATE_BASE = before
  })

  test(
    'has a base image by digest, with Python and its venv module',
    async () => {
      expect(base).toMatch(/@sha256:[0-9a-f]{64}$/)
      const script =
        'import ensurepip, ssl, venv; print(len(ssl.create_default_context().get_ca_certs()) > 0)'
      expect(await docker('run', '--rm', '--network', 'none', base, 'python3', '-c', script)).toBe('True')
    },
    MINUTE,
  )

  test(
    'has a registry on loopback that gives back what was pushed, by digest',
    async () => {
      expect(registry).toMatch(/^127\.0\.0\.1:\d+$/)
      const image = `${registry}/world-test:1`
      try {
        await docker('pull', '-q', base)
        await docker('tag', base, image)
        await docker('push', '-q', image)
        const digest = await fetch(`http://${registry}/v2/world-test/manifests/1`, {
          method: 'HEAD',
          headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
        }).then(({ headers }) => headers.get('docker-content-digest'))
        expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
        expect(await docker('pull', '-q', `${registry}/world-test@${digest}`)).toContain(digest)
      } finally {
        await attempt(['docker', 'rmi', image])
      }
    },
    2 * MINUTE,
  )

  test(
    'a second one beside it has a registry of its own, and ends without touching the first',
    async () => {
      process.env.REPROGATE_BASE = base
      const second = await startWorld({ log: () => {} })
      try {
        expect(second.base).toBe(base)
        expect(second.registry).not.toBe(registry)
        expect(await answers(second.registry)).toBe(true)
      } finally {
        await second.stop()
      }
      expect(await answers(second.registry)).toBe(false)
      expect(await answers(registry)).toBe(true)
    },
    MINUTE,
  )

  test(
    'what it started ends with it, also when it is killed',
    async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/world.ts'], {
        env: { ...process.env, REPROGATE_BASE: base },
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const host = (JSON.parse(line.toString()) as { registry: string }).registry
      expect(host).not.toBe(registry)
      expect(await answers(host)).toBe(true)
      child.kill('SIGKILL')
      expect(await until(async () => !(await answers(host)), 20_000)).toBe(true)
      expect(await answers(registry)).toBe(true)
    },
    MINUTE,
  )

  test(
    'refuses a base by tag, and ends what it had started',
    async () => {
      process.env.REPROGATE_BASE = 'debian:bookworm'
      const lines: string[] = []
      await expect(startWorld({ log: (line) => lines.push(line) })).rejects.toThrow(
        'REPROGATE_BASE must name an image by digest, <repository>@sha256:…, not debian:bookworm.',
      )
      expect(await answers(registry)).toBe(true)
    },
    MINUTE,
  )
})
