import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine, EngineContext } from '../../src/engine/engine.js'
import { parseImage, type Image } from '../../src/engine/image.js'
import { checkEnvironment } from '../../src/environment/check.js'
import { toManifestFile, type ManifestFile } from '../../src/environment/manifest/file.js'
import { imageConfig } from '../../src/environment/manifest/hash.js'
import { readManifest } from '../../src/environment/manifest/read.js'
import type { EnvironmentRequest } from '../../src/environment/request.js'
import type { RunResult } from '../../src/system/process.js'
import { RULES } from '../../src/verdict/rules/index.js'
import { type Files, noPause, streamOf, tarOf, wheel } from './tree.js'

const PINNED = `registry.example/a@sha256:${'7'.repeat(64)}`
const SITE = 'opt/site-packages'
const WAS = wheel(SITE, 'toy', '1.2.1', 'a')
const KEY = 'etc/ssh/ssh_host_rsa_key'

const imageOf = (id: string, layer: string, env: string[] = []): Image =>
  parseImage(
    JSON.stringify({
      Id: id,
      Os: 'linux',
      Architecture: 'amd64',
      RootFS: { Layers: [layer] },
      Config: { Env: env },
    }),
  )

const manifestOf = async (files: Files) =>
  readManifest(streamOf(await tarOf(files)), imageConfig(imageOf('x', 'x')))

interface Build {
  /** What the builder prints. */
  lines?: string[]
  result?: Partial<RunResult>
  /** The tree of the rebuilt image, and its layer. */
  files?: Files
  layer?: string
  /** Whether the pinned image can be pulled. */
  gone?: boolean
}

/** An engine that has the pinned image, and builds what it is told. */
function engineFor({ lines = [], result = {}, files = WAS, layer = 'new', gone = false }: Build): Engine {
  const images: Record<string, { image: Image; files: Files }> = {
    built: { image: imageOf('built', layer), files },
    ...(!gone && { [PINNED]: { image: imageOf('pinned', 'old'), files: WAS } }),
  }
  const engine: Partial<Engine> = {
    builder: 'buildx',
    platform: 'linux/amd64',
    until: () => engine as Engine,
    ids: () => Promise.resolve(new Set<string>()),
    inspect: (reference) => Promise.resolve(images[reference]?.image ?? null),
    pull: () => Promise.resolve({ ok: false, reason: 'manifest unknown' }),
    cleanup: () => Promise.resolve(null),
    removeImage: () => Promise.resolve(),
    sweep: () => Promise.resolve(),
    sweepDead: () => Promise.resolve(),
    docker: async (args, { onLine } = {}) => {
      for (const line of lines) onLine?.(line, 'stderr')
      if ((result.code ?? 0) === 0) await writeFile(args[args.indexOf('--iidfile') + 1]!, 'built')
      const nothing = { code: 0, stdout: Buffer.alloc(0), stderr: '', timedOut: false, truncated: true }
      return { ...nothing, ...result }
    },
    exportImage: async (id, read) => {
      const found = Object.values(images).find(({ image }) => image.Id === id)
      return read(streamOf(await tarOf(found!.files)))
    },
  }
  return engine as Engine
}

let root: string
let hash: string
let manifestFile: ManifestFile
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'reprogate-check-')))
  await mkdir(join(root, 'export/m'), { recursive: true })
  await writeFile(join(root, 'export/m/Dockerfile'), 'FROM scratch\nRUN one\nRUN pip install -r r.txt\n')
  await writeFile(join(root, 'export/r.txt'), '# pinned\ntoy==1.2.1\n')
  const manifest = await manifestOf(WAS)
  hash = manifest.hashes.environment
  manifestFile = await toManifestFile(manifest, PINNED, noPause)
})
afterAll(() => rm(root, { recursive: true, force: true }))

let titles: string[]
beforeEach(() => {
  titles = []
})

function check(build: Build, more: Partial<EnvironmentRequest> = {}) {
  const context: Partial<EngineContext> = {
    root,
    prefix: 'top/',
    scratch: root,
    signal: new AbortController().signal,
    progress: { start: (title) => titles.push(title), line: () => {}, end: () => titles.push('end') },
    defer: () => {},
    now: () => performance.now(),
    engine: engineFor(build),
  }
  return checkEnvironment(context as EngineContext, {
    directory: join(root, 'export'),
    dockerfile: 'm/Dockerfile',
    context: '.',
    args: {},
    image: PINNED,
    recordedHash: hash,
    fresh: true,
    timeout: 90_000,
    ...more,
  })
}

describe('a rebuild that is equal', () => {
  test('in content', async () => {
    expect(await check({})).toMatchObject({
      findings: [],
      parity: 'content',
      summary: '1 package, 3 files',
      hash,
      image: 'built',
      evidence: {
        dockerfile: 'm/Dockerfile',
        builder: 'buildx',
        cached: false,
        pinned: { image: PINNED, from: 'image', hashes: { environment: hash } },
        rebuilt: { id: 'built', hashes: { environment: hash } },
        packages: 1,
        files: 3,
        differences: [],
      },
    })
    expect(titles).toEqual([
      'Build m/Dockerfile with buildx',
      'end',
      'Compare the rebuild with the pinned image',
      'end',
    ])
  })

  test('in every layer: one of them is read for the hash, none without one', async () => {
    const layers = { layer: 'old' }
    expect(await check(layers)).toMatchObject({
      parity: 'identical',
      summary: '1 package, 3 files',
      hash,
      evidence: { pinned: { from: 'layers' } },
    })
    const unread = await check(layers, { recordedHash: undefined })
    expect(unread).toMatchObject({ parity: 'identical', summary: 'every layer and setting' })
    expect(unread.hash).toBeUndefined()
  })

  test('but rebuilt from cached layers, proves nothing', async () => {
    const finding = { rule: 'environment/cached-rebuild', file: 'top/m/Dockerfile' }
    expect(await check({}, { fresh: false })).toMatchObject({
      findings: [finding],
      parity: 'unverifiable',
      summary: 'rebuilt from cached layers; 1 package, 3 files',
    })
    expect(await check({ layer: 'old' }, { fresh: false })).toMatchObject({
      findings: [finding],
      parity: 'unverifiable',
    })
  })
})

describe('a rebuild that differs', () => {
  const files = wheel(SITE, 'toy', '1.3.0', 'b')

  test('names the package, and where to pin it', async () => {
    expect(await check({ files })).toMatchObject({
      findings: [
        {
          rule: 'environment/package-differs',
          message: 'toy 1.2.1 → 1.3.0',
          file: 'top/r.txt',
          line: 2,
          remedy: 'Pin toy==1.2.1 in top/r.txt:2, or record the run again.',
        },
      ],
      parity: 'drift',
      summary: '1 of 1 package changed',
      evidence: { differenceCounts: { package: 1, config: 0, 'package-file': 0, file: 0, folder: 0 } },
    })
  })

  test('also from cached layers: a difference is real', async () => {
    const { parity, findings } = await check({ files }, { fresh: false })
    expect([parity, findings.map(({ rule }) => rule)]).toEqual(['drift', ['environment/package-differs']])
  })

  test('in a file of no package', async () => {
    expect(await check({ files: { ...WAS, 'srv/x': 'y' } })).toMatchObject({
      findings: [{ rule: 'environment/file-differs', message: expect.stringContaining('/srv/x') }],
      parity: 'packages',
      summary: '1 file outside packages changed',
    })
  })
})

describe('without the pinned image', () => {
  const gone = { gone: true }

  test('what came with the same change cannot vouch for it', async () => {
    for (const more of [{ manifestFile }, {}]) {
      const { findings } = await check(gone, more)
      expect(findings).toMatchObject([{ rule: 'environment/manifest-unknown', field: 'environment.image' }])
    }
    expect(RULES['environment/manifest-unknown']).toMatchObject({
      kind: 'infrastructure',
      production: 'error',
    })
    expect(RULES['environment/image-gone'].production).toBe('warn')
  })

  test('the manifest stands in', async () => {
    const files = { ...WAS, 'srv/x': 'y' }
    const result = await check({ ...gone, files }, { manifestFile, manifestKnown: true })
    expect(result).toMatchObject({ parity: 'packages', evidence: { pinned: { from: 'manifest' } } })
    expect(result.findings).toMatchObject([
      { rule: 'environment/file-differs' },
      {
        rule: 'environment/image-gone',
        field: 'environment.image',
        message:
          'the pinned image cannot be pulled (manifest unknown); the manifest in the record stands in for it',
      },
    ])
  })

  test('so does the hash, if it is the same', async () => {
    expect(await check(gone, { manifestKnown: true })).toMatchObject({
      parity: 'content',
      summary: '1 package, 3 files',
      findings: [{ rule: 'environment/image-gone', message: expect.stringContaining('the hash in the') }],
    })
  })

  test('a hash that differs says that something does, and nobody says what', async () => {
    const recordedHash = `env-v1:sha256:${'0'.repeat(64)}`
    expect(await check(gone, { recordedHash })).toMatchObject({
      parity: 'unverifiable',
      summary: 'the hash differs, and nothing says where',
      hash,
      findings: [
        {
          rule: 'environment/no-reference',
          field: 'environment.image',
          expected: recordedHash,
          actual: hash,
        },
      ],
    })
  })

  test('with neither hash nor manifest nothing was compared', async () => {
    const result = await check(gone, { recordedHash: undefined })
    expect(result).toMatchObject({ parity: 'unverifiable', summary: 'nothing to compare with' })
    expect(result.findings).toMatchObject([{ rule: 'environment/no-reference' }])
  })
})

describe('a recorded hash that is not the image’s', () => {
  const recordedHash = `env-v1:sha256:${'0'.repeat(64)}`

  test('is named with the part, if the record kept it', async () => {
    const kept = await toManifestFile(await manifestOf(wheel(SITE, 'toy', '1.2.0', 'a')), PINNED, noPause)
    const { findings } = await check({}, { recordedHash: kept.hashes.environment, manifestFile: kept })
    expect(findings).toMatchObject([
      {
        rule: 'environment/hash-mismatch',
        field: 'environment.hash',
        message: 'the recorded hash is not that of the pinned image: packages and tree differ (pkg:pypi/toy)',
        expected: hash,
        actual: kept.hashes.environment,
      },
    ])
  })

  test('is named without it, if it did not', async () => {
    const { findings } = await check({}, { recordedHash })
    expect(findings).toMatchObject([
      { rule: 'environment/hash-mismatch', message: expect.stringContaining('keeps no manifest') },
    ])
  })
})

describe('a build that fails', () => {
  const lines = ['#5 [2/3] RUN one', '------', ' > [2/3] RUN one:', '0.5 E: no', '------']

  test('says at which step, and which line to correct, once', async () => {
    expect(await check({ lines, result: { code: 1 } })).toMatchObject({
      parity: 'unverifiable',
      summary: 'the build failed at step 2 of 3',
      evidence: { failure: { step: '2/3 RUN one', line: 2, tail: expect.arrayContaining(['0.5 E: no']) } },
      findings: [
        {
          rule: 'environment/build-failed',
          message: 'the build failed at step 2 of 3: RUN one',
          file: 'top/m/Dockerfile',
          line: 2,
          remedy: 'Correct top/m/Dockerfile:2; pin what it installs.',
        },
      ],
    })
  })

  test('before any step', async () => {
    const result = await check({ lines: ['cannot connect'], result: { code: 1 } })
    expect(result).toMatchObject({
      summary: 'the build failed',
      findings: [
        { message: 'the build failed', remedy: 'Correct the step that failed; pin what it installs.' },
      ],
    })
    expect(result.image).toBeUndefined()
  })

  test('out of time', async () => {
    expect(await check({ lines, result: { timedOut: true } })).toMatchObject({
      parity: 'unverifiable',
      summary: 'the build ran out of time at step 2 of 3',
      findings: [
        {
          rule: 'environment/build-timeout',
          remedy: 'Make the build faster, or raise `limits.build` above 1.5 minutes in the policy.',
        },
      ],
    })
  })

  test.each([
    [
      'dockerfile',
      'gone',
      'environment/dockerfile-missing',
      'the Dockerfile `gone` is not there at the recorded commit',
    ],
    ['context', '../x', 'record/path-outside', 'the context `../x` leaves the repository'],
  ] as const)('a %s at %s is never sent', async (field, path, rule, message) => {
    expect(await check({}, { [field]: path })).toMatchObject({
      parity: 'unverifiable',
      summary: message,
      findings: [{ rule, message, remedy: expect.any(String) }],
    })
  })
})

test('a private key that the build made is a risk, and no difference', async () => {
  const { parity, findings } = await check({ files: { ...WAS, [KEY]: 'secret' } })
  expect([parity, findings.map(({ rule, file, actual }) => [rule, file, actual])]).toEqual([
    'content',
    [['environment/private-key', 'top/m/Dockerfile', `/${KEY}`]],
  ])
  expect(RULES['environment/private-key'].kind).toBe('risk')
})
