import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { EngineContext } from '../../src/engine/engine.js'
import { findEngine } from '../../src/engine/find.js'
import { checkEnvironment } from '../../src/environment/check.js'
import { describeImage, pushImage, resolveDigest } from '../../src/environment/image.js'
import { toManifestFile } from '../../src/environment/manifest/file.js'
import type { EnvironmentRequest } from '../../src/environment/request.js'
import { Git } from '../../src/system/git.js'
import { createRunner } from '../../src/system/process.js'
import { dockerClients } from '../environment/clients.js'

const execute = promisify(execFile)
const BASE = process.env.REPROGATE_TEST_BASE ?? ''
const REGISTRY = process.env.REPROGATE_TEST_REGISTRY ?? ''

/** All three builders, where they can be had on this machine. */
const CLIENTS = dockerClients()

interface Check {
  context: EngineContext
  lines: string[]
  abort: AbortController
  /** Undoes what was deferred, as the gate does at its end. */
  end(): Promise<void>
}

async function startCheck(scratch: string, env: NodeJS.ProcessEnv): Promise<Check> {
  const abort = new AbortController()
  const lines: string[] = []
  const deferred: (() => Promise<void>)[] = []
  const run = createRunner(abort.signal)
  await mkdir(scratch, { recursive: true })
  await execute('git', ['init', '-q', scratch])
  const context: EngineContext = {
    root: scratch,
    prefix: 'toy/',
    git: await Git.open(run, scratch, scratch),
    engine: await findEngine(run, env),
    run,
    progress: { start: () => {}, line: (text) => lines.push(text), end: () => {} },
    signal: abort.signal,
    scratch,
    defer: (cleanup) => deferred.push(cleanup),
    now: () => performance.now(),
  }
  return {
    context,
    lines,
    abort,
    end: async () => {
      for (const cleanup of deferred.reverse()) await cleanup()
    },
  }
}

async function docker(...args: string[]): Promise<string> {
  return (await execute(process.env.REPROGATE_DOCKER ?? 'docker', args)).stdout.trim()
}

/** What this file has on the engine; others may use it at the same time. */
const MARK = `reprogate.test=${process.pid}`
const leftovers = async () => ({
  images: await docker('image', 'ls', '-aq', '--no-trunc', '--filter', `label=${MARK}`),
  containers: await docker('ps', '-aq', '--filter', `label=${MARK}`),
})

const DOCKERFILE = `ARG BASE
FROM \${BASE}
LABEL ${MARK}
RUN mkdir /opt/app && python3 -c "import time; open('/opt/app/__init__.py', 'w').write('x = 1\\n')" && \\
    python3 -m compileall -q /opt/app
COPY requirements.txt /opt/
ENV OMP_NUM_THREADS=4
COPY pkg /usr/local/lib/python3.11/dist-packages
`
const FILES: Record<string, string> = {
  Dockerfile: DOCKERFILE,
  'requirements.txt': 'six==1.16.0\ntoy-model==1.2.1\n',
  'pkg/toy_model-1.2.1.dist-info/METADATA': 'Metadata-Version: 2.1\nName: toy_model\nVersion: 1.2.1\n',
  'pkg/toy_model-1.2.1.dist-info/RECORD':
    'toy_model/__init__.py,,\ntoy_model-1.2.1.dist-info/METADATA,,\ntoy_model-1.2.1.dist-info/RECORD,,\n',
  'pkg/toy_model/__init__.py': 'answer = 42\n',
}

describe.each(CLIENTS)('with $name', ({ env, builder }) => {
  let folder: string
  let number = 0
  let image: string
  let recorded: Awaited<ReturnType<typeof describeImage>>
  let check: Check
  let before: Awaited<ReturnType<typeof leftovers>>

  /** A throwaway export of the example with changes, every file newer than in the last one. */
  async function exported(changes: Record<string, string | null> = {}): Promise<string> {
    const directory = join(folder, `export-${number++}`)
    for (const [path, content] of Object.entries({ ...FILES, ...changes })) {
      if (content === null) continue
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), content)
      const time = Date.now() / 1000 - 100_000 + number * 60
      await utimes(join(directory, path), time, time)
    }
    return directory
  }

  const request = async (
    changes: Record<string, string | null> = {},
    more: Partial<EnvironmentRequest> = {},
  ): Promise<EnvironmentRequest> => ({
    directory: await exported(changes),
    dockerfile: 'Dockerfile',
    context: '.',
    args: { BASE },
    image,
    recordedHash: recorded.hashes.environment,
    manifestFile: await toManifestFile(recorded.manifest, image, () => undefined),
    fresh: true,
    timeout: 120_000,
    ...more,
  })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprogate-environment-'))
    const first = await startCheck(join(folder, 'scratch'), env)
    const directory = await exported()
    const tag = `reprogate-test-${process.pid}:pinned`
    await first.context.engine.docker(['build', '-q', '-t', tag, '--build-arg', `BASE=${BASE}`, directory])
    image = await pushImage(first.context, tag, `${REGISTRY}/environment-test`)
    recorded = await describeImage(first.context, image)
    await first.end()
    await docker('image', 'rm', tag)
  }, 120_000)
  beforeEach(async () => {
    before = await leftovers()
    check = await startCheck(join(folder, 'scratch'), env)
  })
  afterAll(async () => {
    await docker('image', 'rm', image).catch(() => '')
    await rm(folder, { recursive: true, force: true })
  })

  test('a rebuild from touched files is content identical, and leaves nothing behind', async () => {
    const result = await checkEnvironment(check.context, await request())
    expect(result.findings).toEqual([])
    expect(result.parity).toBe('content')
    expect(result.hash).toBe(recorded.hashes.environment)
    expect(result.summary).toMatch(/^\d+ packages, [\d,]+ files$/)
    expect(result.evidence).toMatchObject({ cached: false, builder, differences: [] })
    expect(await check.context.engine.inspect(result.image!)).not.toBeNull()
    await check.end()
    // The pinned image was not at hand: it was pulled, and stays as pulled images do.
    const pinned = await check.context.engine.inspect(image)
    expect(before).toEqual({ images: '', containers: '' })
    expect(await leftovers()).toEqual({ images: pinned!.Id, containers: '' })
    expect(await check.context.engine.inspect(result.image!)).toBeNull()
  }, 120_000)

  test('names package, setting, file of a package and other file, each with line and remedy', async () => {
    const result = await checkEnvironment(
      check.context,
      await request({
        Dockerfile: DOCKERFILE.replace('THREADS=4', 'THREADS=1').replace('x = 1', 'x = 2'),
        'pkg/toy_model-1.2.1.dist-info/METADATA': null,
        'pkg/toy_model-1.2.1.dist-info/RECORD': null,
        'pkg/toy_model-1.3.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: toy_model\nVersion: 1.3.0\n',
        'pkg/toy_model-1.3.0.dist-info/RECORD':
          'toy_model/__init__.py,,\ntoy_model-1.3.0.dist-info/METADATA,,\ntoy_model-1.3.0.dist-info/RECORD,,\n',
        'pkg/toy_model/__init__.py': 'answer = 43\n',
      }),
    )
    await check.end()
    expect(result.parity).toBe('drift')
    expect(result.findings).toMatchObject([
      {
        rule: 'environment/package-differs',
        message: 'toy-model 1.2.1 → 1.3.0',
        expected: '1.2.1',
        actual: '1.3.0',
        file: 'toy/Dockerfile',
        remedy: 'Pin toy-model==1.2.1 in toy/Dockerfile, or record the run again.',
      },
      {
        rule: 'environment/config-differs',
        message: 'environment variable OMP_NUM_THREADS changed: 4 → 1',
        line: 7,
        remedy: 'Set `ENV OMP_NUM_THREADS=4` in toy/Dockerfile:7, or record the run again.',
      },
      { rule: 'environment/file-differs', file: 'toy/Dockerfile' },
    ])
    expect(result.findings[2]!.message).toContain('/opt/app/__init__.py')
    expect(result.evidence.differences.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'package pkg:pypi/toy-model',
      'config Env.OMP_NUM_THREADS',
      'file /opt/app/__init__.py',
      'file /opt/app/__pycache__/__init__.cpython-311.pyc',
    ])
  }, 120_000)

  test('a build that fails says at which step and line, and leaves nothing behind', async () => {
    const result = await checkEnvironment(
      check.context,
      await request({ Dockerfile: `${DOCKERFILE}RUN echo about to fail && \\\n    exit 7\n` }),
    )
    await check.end()
    expect(result).toMatchObject({
      parity: 'unverifiable',
      findings: [
        {
          rule: 'environment/build-failed',
          file: 'toy/Dockerfile',
          line: 9,
          remedy: 'Correct toy/Dockerfile:9; pin what it installs.',
        },
      ],
    })
    expect(result.summary).toMatch(/^the build failed at step \d of \d$/)
    expect(result.findings[0]!.message).toContain('RUN echo about to fail')
    expect(result.evidence.failure!.tail.join('\n')).toContain('about to fail')
    expect(await leftovers()).toEqual(before)
  }, 120_000)

  test('a step that prints the id of a stranger’s container does not have it removed', async () => {
    const stranger = await docker('create', '--label', 'reprogate.test=stranger', BASE, 'true')
    try {
      const log = `echo " ---> Running in ${stranger.slice(0, 12)}"`
      const result = await checkEnvironment(
        check.context,
        await request({ Dockerfile: `${DOCKERFILE}RUN ${log} && exit 7\n` }),
      )
      await check.end()
      expect(result.evidence.failure!.tail.join('\n')).toContain(stranger.slice(0, 12))
      expect(await docker('ps', '-aq', '--no-trunc', '--filter', `id=${stranger}`)).toBe(stranger)
    } finally {
      await docker('rm', stranger)
    }
  }, 120_000)

  test('out of time leaves no container and no image behind', async () => {
    const result = await checkEnvironment(
      check.context,
      await request({ Dockerfile: `${DOCKERFILE}RUN sleep 100\n` }, { timeout: 9_000 }),
    )
    await check.end()
    expect(result).toMatchObject({
      parity: 'unverifiable',
      findings: [{ rule: 'environment/build-timeout', line: 9 }],
    })
    expect(result.summary).toContain('ran out of time')
    expect(await leftovers()).toEqual(before)
    expect(await docker('ps', '-q', '--no-trunc', '--filter', 'status=running')).not.toContain('sleep 100')
  }, 120_000)

  test('cancelled leaves no container and no image behind', async () => {
    const asked = request({ Dockerfile: `${DOCKERFILE}RUN echo waiting && sleep 100\n` })
    const running = checkEnvironment(check.context, await asked)
    const timer = setInterval(() => {
      if (check.lines.some((line) => /waiting$/.test(line) && !line.includes('RUN')))
        check.abort.abort(new Error('cancelled'))
    }, 50)
    await expect(running).rejects.toThrow('cancelled')
    clearInterval(timer)
    await check.end()
    expect(await leftovers()).toEqual(before)
  }, 120_000)

  test('without the image the manifest stands in, and names the folder', async () => {
    const gone = image.replace(/@sha256:.*/, `@sha256:${'0'.repeat(64)}`)
    const result = await checkEnvironment(
      check.context,
      await request({ 'pkg/toy_model/__init__.py': 'answer = 43\n' }, { image: gone, manifestKnown: true }),
    )
    await check.end()
    expect(result.parity).toBe('drift')
    expect(result.findings).toMatchObject([
      {
        rule: 'environment/package-file-differs',
        message:
          'a file in /usr/local/lib/python3.11/dist-packages/toy_model differs, where toy-model is installed',
      },
      { rule: 'environment/image-gone', field: 'environment.image' },
    ])
    expect(result.evidence.pinned).toMatchObject({ from: 'manifest' })
  }, 120_000)

  test('a recorded hash that is not the image’s is named, with the part', async () => {
    const wrong = `env-v1:sha256:${'0'.repeat(64)}`
    const result = await checkEnvironment(
      check.context,
      await request({}, { recordedHash: wrong, fresh: false }),
    )
    await check.end()
    expect(result.parity).toBe('unverifiable')
    expect(result.findings).toMatchObject([
      {
        rule: 'environment/hash-mismatch',
        field: 'environment.hash',
        actual: wrong,
        expected: recorded.hashes.environment,
      },
      { rule: 'environment/cached-rebuild' },
    ])
  }, 120_000)

  test('a context that leads out of the repository is never sent', async () => {
    const asked = await request()
    await symlink('/etc', join(asked.directory, 'out'))
    const result = await checkEnvironment(check.context, { ...asked, context: 'out' })
    await check.end()
    expect(result).toMatchObject({ parity: 'unverifiable', findings: [{ rule: 'record/path-outside' }] })
    expect(check.lines.filter((line) => !line.startsWith('reading sha256:'))).toEqual([])
  })

  test('a build that fails does not wait for a pinned image that does not come', async () => {
    const asked: string[] = []
    const registry = createServer(({ url = '' }, response) => {
      asked.push(url)
      if (url === '/v2/') response.end('{}')
    })
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    const { port } = registry.address() as AddressInfo
    try {
      const stalled = `127.0.0.1:${port}/stalled@sha256:${'0'.repeat(64)}`
      const result = await checkEnvironment(
        check.context,
        await request({ Dockerfile: `${DOCKERFILE}RUN sleep 5 && exit 7\n` }, { image: stalled }),
      )
      await check.end()
      expect(asked).toContain(`/v2/stalled/manifests/${stalled.slice(stalled.indexOf('sha256:'))}`)
      expect(result).toMatchObject({
        parity: 'unverifiable',
        findings: [{ rule: 'environment/build-failed' }],
      })
    } finally {
      registry.closeAllConnections()
      registry.close()
    }
  }, 60_000)

  describe('a build that gives the pinned image again proves nothing', () => {
    const other = `reprogate-test-${process.pid}:other`
    const vacuous = async (Dockerfile: string, more: Partial<EnvironmentRequest> = {}) => {
      const result = await checkEnvironment(
        check.context,
        await request({ Dockerfile: `${Dockerfile}LABEL ${MARK}\n` }, more),
      )
      await check.end()
      return result
    }
    const expected = {
      parity: 'unverifiable',
      findings: expect.arrayContaining([
        expect.objectContaining({ rule: 'environment/not-rebuilt', file: 'toy/Dockerfile' }),
      ]),
    }

    test('under its own name, copied whole, or mounted', async () => {
      expect(await vacuous(`FROM ${image}\n`)).toMatchObject(expected)
      expect(await vacuous(`FROM scratch\nCOPY --from=${image} /opt /opt\n`)).toMatchObject({
        findings: expected.findings,
      })
    }, 120_000)

    test('as another image that holds its layers, from cached layers or not', async () => {
      const directory = await exported({ Dockerfile: `FROM ${image}\nLABEL a=b ${MARK}\nRUN echo > /more\n` })
      await check.context.engine.docker(['build', '-q', '-t', other, directory])
      try {
        const pushed = await pushImage(check.context, other, `${REGISTRY}/another-name`)
        expect(await vacuous(`FROM ${pushed}\nRUN rm /more\n`)).toMatchObject({ findings: expected.findings })
        await docker('image', 'rm', pushed).catch(() => '')
      } finally {
        await docker('image', 'rm', other)
      }
    }, 120_000)

    test('with settings alone on any base, unless the policy lists that base', async () => {
      const text = `FROM ${BASE}\nENV A=b\n`
      expect(await vacuous(text, { image: BASE, recordedHash: undefined })).toMatchObject({
        findings: expected.findings,
      })
      const { findings } = await vacuous(text, { allowed: { bases: [BASE] } })
      expect(findings.map(({ rule }) => rule)).not.toContain('environment/not-rebuilt')
    }, 120_000)

    test('through the trigger of a base image, which no file of the repository shows', async () => {
      const directory = await exported({
        Dockerfile: `FROM ${BASE}\nLABEL ${MARK}\nRUN echo > /x\nONBUILD COPY --from=${image} /opt /opt\n`,
      })
      await check.context.engine.docker(['build', '-q', '-t', other, directory])
      try {
        const pushed = await pushImage(check.context, other, `${REGISTRY}/with-trigger`)
        const { findings } = await vacuous(`FROM ${pushed}\nRUN echo > /y\n`)
        const rules = findings.map(({ rule }) => rule)
        // Old builders refuse such a trigger; then nothing was built at all.
        expect(rules.some((rule) => /not-rebuilt|build-failed/.test(rule))).toBe(true)
        await docker('image', 'rm', pushed).catch(() => '')
      } finally {
        await docker('image', 'rm', other)
      }
    }, 120_000)
  })

  // The classic builder knows no mounts.
  if (builder !== 'classic') {
    test('a cache of an earlier build is empty in the next', async () => {
      const id = `reprogate-${process.pid}`
      const step = `RUN --mount=type=cache,id=${id},target=/c test ! -e /c/x && echo > /c/x\n`
      for (let round = 0; round < 2; round++) {
        const result = await checkEnvironment(check.context, await request({ Dockerfile: DOCKERFILE + step }))
        await check.end()
        expect(result.evidence.failure).toBeUndefined()
      }
    }, 120_000)
  }

  test('without network a step reaches nobody, and ADD fetches nothing', async () => {
    const step = `RUN test "$(ls /sys/class/net)" = lo\n`
    const lone = await checkEnvironment(
      check.context,
      await request({ Dockerfile: DOCKERFILE + step }, { network: 'none' }),
    )
    const asked = await request(
      { Dockerfile: `${DOCKERFILE}ADD http://x.example/y /\n` },
      { network: 'none' },
    )
    const fetching = await checkEnvironment(check.context, asked)
    await check.end()
    expect(lone.evidence.failure).toBeUndefined()
    expect(fetching.findings).toMatchObject([{ rule: 'environment/network-used', line: 9 }])
  }, 120_000)

  test('a step is held to the memory that the report names, and to none if it names none', async () => {
    const step = `RUN python3 -c "x = bytearray(300 << 20)"\n`
    const asked = await request({ Dockerfile: DOCKERFILE + step }, { memory: 0.125 })
    const { evidence } = await checkEnvironment(check.context, asked)
    await check.end()
    expect(evidence.buildMemory).toBe(builder === 'classic' ? 0.125 : undefined)
    expect(evidence.failure !== undefined).toBe(evidence.buildMemory !== undefined)
  }, 120_000)

  test('what killed checks have left goes, and nothing else', async () => {
    const place = (value: string) => value.split('=')[1]!.split('.')
    const [boot, namespace, pid, start, id] = place(check.context.engine.label)
    const label = (...parts: (string | undefined)[]) => ['--label', `reprogate.check=${parts.join('.')}`]
    const create = (...labels: string[]) => docker('create', ...labels, BASE, 'true')
    const dead = await create(...label(boot, namespace, '4194304', '1', id))
    const reused = await create(...label(boot, namespace, pid, `${Number(start) - 1}`, id))
    const alive = await create(...label(boot, namespace, pid, start, id))
    const elsewhere = await create(...label(boot, '1', '4194304', '1', id))
    const day = 24 * 3600
    const at = (days: number) => String(Math.floor(Date.now() / 1000) - days * day)
    const rebooted = await create(...label(boot, '1', '4194304', '1', id, at(8)))
    const busy = await create(...label(boot, '1', '4194304', '1', id, at(6)))
    const stranger = await create('--label', 'reprogate.check=mine')
    const rest = [alive, elsewhere, busy, stranger]
    try {
      await check.context.engine.sweepDead()
      const there = await check.context.engine.ids('containers')
      expect([dead, reused, rebooted].filter((one) => there.has(one))).toEqual([])
      expect(rest.filter((one) => !there.has(one))).toEqual([])
    } finally {
      await docker('rm', ...rest)
    }
  }, 60_000)

  test('an image is named by its digest, or not at all', async () => {
    expect(await resolveDigest(check.context.engine, image)).toBe(image)
    const tag = `reprogate-test-${process.pid}:local`
    await check.context.engine.docker([
      'build',
      '-q',
      '-t',
      tag,
      '--build-arg',
      `BASE=${BASE}`,
      '--label',
      'a=b',
      await exported(),
    ])
    await expect(resolveDigest(check.context.engine, tag)).rejects.toMatchObject({
      code: 'image/not-pushed',
    })
    await docker('image', 'rm', tag)
  }, 120_000)
})
