import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatManifestFile, toManifestFile } from '../../src/environment/manifest/file.js'
import { checkPins, type PinsRequest } from '../../src/environment/pins.js'
import type { Context } from '../../src/system/context.js'
import type { Git } from '../../src/system/git.js'
import { manifestOf, noPause } from './tree.js'

const COMMIT = 'c'.repeat(40)
const D = `sha256:${'a'.repeat(64)}`
const IMAGE = `registry.example/a@${D}`
const digest = (algorithm: string, bytes: string) =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`

let root: string
let manifest: string
let hash: string
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'reprogate-pins-')))
  const described = await manifestOf({ a: 'x' })
  hash = described.hashes.environment
  manifest = formatManifestFile(await toManifestFile(described, IMAGE, noPause))
  await writeFile(join(root, 'manifest.json'), manifest)
  await writeFile(join(root, 'no.json'), '{')
  await writeFile(join(root, 'large.json'), Buffer.alloc(16 * 1024 * 1024 + 1))
  await mkdir(join(root, 'folder'))
  await symlink('/etc', join(root, 'out'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The commit has these files. */
const check = (request: Partial<PinsRequest>, files: Record<string, string> = {}) => {
  const git = {
    prefix: 'top/',
    has: (commit: string) => Promise.resolve(commit === COMMIT),
    show: (_: string, path: string) => Promise.resolve(path in files ? Buffer.from(files[path]!) : null),
  } as Partial<Git> as Git
  return checkPins({ root, prefix: 'top/', git } as Partial<Context> as Context, {
    commit: undefined,
    plan: { dockerfiles: ['m/Dockerfile', 'Dockerfile'], args: {} },
    ...request,
  })
}

describe('the image', () => {
  test('by tag', async () => {
    expect((await check({ image: 'a:1' })).findings).toEqual([
      expect.objectContaining({
        rule: 'environment/image-not-pinned',
        field: 'environment.image',
        message: 'a:1 is a tag, not a digest',
        actual: 'a:1',
      }),
    ])
  })
  test('by digest', async () => expect((await check({ image: IMAGE })).findings).toEqual([]))
})

describe('the Dockerfile', () => {
  test('the first that the commit has, with its path from the top of the repository', async () => {
    const { dockerfile, findings } = await check({ commit: COMMIT }, { Dockerfile: 'FROM a:1' })
    expect(dockerfile).toBe('Dockerfile')
    expect(findings).toMatchObject([{ rule: 'environment/base-not-pinned', file: 'top/Dockerfile', line: 1 }])
  })
  test('none', async () => {
    const { dockerfile, findings } = await check({ commit: COMMIT })
    expect(dockerfile).toBeUndefined()
    expect(findings).toEqual([
      {
        rule: 'environment/dockerfile-missing',
        message: 'the commit ccccccc has no m/Dockerfile and no Dockerfile',
        field: 'environment.dockerfile',
      },
    ])
  })
  test('of a commit that is not there nothing is said', async () => {
    expect(await check({ commit: 'd'.repeat(40) })).toMatchObject({ findings: [], dockerfile: undefined })
  })
})

describe('the manifest', () => {
  test.each(['sha256', 'md5'])('with its recorded %s is read', async (algorithm) => {
    const named = { path: 'manifest.json', digest: digest(algorithm, manifest) }
    const pins = await check({ manifest: named, image: IMAGE, hash })
    expect(pins.findings).toEqual([])
    expect(pins.manifest?.hashes.environment).toBe(hash)
  })

  test.each([
    ['manifest.json', 'manifest.json does not match its recorded digest'],
    ['gone.json', 'gone.json is not there'],
    ['large.json', 'large.json: it is larger than 16 MiB'],
    ['folder', 'folder: it is not a regular file'],
  ])('%s', async (path, message) => {
    const pins = await check({ manifest: { path, digest: D } })
    expect(pins.manifest).toBeUndefined()
    expect(pins.findings).toMatchObject([
      { rule: 'record/manifest-mismatch', message, field: 'environment.manifest', expected: D },
    ])
  })

  test('with the recorded bytes, and not a manifest', async () => {
    const pins = await check({ manifest: { path: 'no.json', digest: digest('sha256', '{') } })
    expect(pins.manifest).toBeUndefined()
    expect(pins.findings).toMatchObject([
      { message: 'no.json: the environment manifest cannot be used: it is not JSON' },
    ])
  })

  test('is not read through a link that leads out', async () => {
    const { findings } = await check({ manifest: { path: 'out/passwd', digest: D } })
    expect(findings).toEqual([
      {
        rule: 'record/path-outside',
        message: 'out/passwd leads out through a link',
        field: 'environment.manifest',
      },
    ])
  })

  test('contradicts the record', async () => {
    const { findings } = await check({
      manifest: { path: 'manifest.json', digest: digest('sha256', manifest) },
      image: `b@sha256:${'b'.repeat(64)}`,
      hash: `env-v1:sha256:${'0'.repeat(64)}`,
    })
    expect(findings).toMatchObject([
      { rule: 'environment/hash-contradictory', field: 'environment.hash', expected: hash },
      { rule: 'environment/image-contradictory', field: 'environment.image', expected: IMAGE },
    ])
  })
})
